"""The plain alternative to R: a harmful example gets the model's best other class as its label."""

from __future__ import annotations

from torch import Tensor

from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from .compose import Chosen, above, by_harm
from .options import Options
from .suggestions import Suggestions, Treat


class Argmax:
    """Treats the same examples as RDIA with `middle` kept."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Suggestions:
        def choose(rows: Tensor, harm: Tensor) -> Chosen:
            return [(Treat.RELABEL, rows[above(harm, trusted, self.options)[0]])]

        return by_harm(top, trusted, candidates, self.options, choose)
