"""Empirical risk minimisation: everything is learned as it is labelled."""

from __future__ import annotations

from torch import Tensor

from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from .suggestions import Suggestions, nothing


class Erm:
    """Suggests nothing."""

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Suggestions:
        return nothing(top)
