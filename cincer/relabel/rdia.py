"""RDIA: harmful examples are relabelled by R (Kong et al. 2022, Algorithm 1).

`rdia` trains them with the loss that R stands for, -log(1 - p_m), whose gradient is the one that
Theorem 2 needs; `rdia_frozen` keeps R's soft targets of the moment, whose value is the same but
whose gradient is not, for more than two classes.
"""

from __future__ import annotations

from torch import Tensor

from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from .compose import Chosen, above, by_harm
from .options import Options
from .suggestions import Suggestions, Treat


class Rdia:
    """Treats every candidate whose harm is above the threshold by `action`."""

    def __init__(self, options: Options, action: Treat = Treat.UNLEARN) -> None:
        self.options, self.action = options, action

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Suggestions:
        def choose(rows: Tensor, harm: Tensor) -> Chosen:
            harmful, middle = above(harm, trusted, self.options)
            dropped = middle if self.options.middle == "drop" else middle & False
            return [(self.action, rows[harmful]), (Treat.DROP, rows[dropped])]

        return by_harm(top, trusted, candidates, self.options, choose)
