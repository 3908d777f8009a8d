"""`uniform`: every row counts the same."""

from __future__ import annotations

from torch import Tensor

from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from .weights import Weights, unweighed


class Uniform:
    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Weights:
        return unweighed(top)
