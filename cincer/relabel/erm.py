"""Empirical risk minimisation: everything is learned as it is labelled."""

from __future__ import annotations

from torch import Tensor

from ..protocols import TopLayer
from .suggestions import Suggestions, nothing
from .trusted import Trusted


class Erm:
    """Suggests nothing."""

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Suggestions:
        return nothing(top)
