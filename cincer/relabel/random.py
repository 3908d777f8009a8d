"""Random relabelling: R for as many candidates as RDIA would treat, drawn whatever their harm."""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from ..rng import derive
from .compose import Chosen, above, by_harm
from .options import Options
from .suggestions import Suggestions, Treat


class Random:
    """The same seed and rows, the same draw."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Suggestions:
        def choose(rows: Tensor, harm: Tensor) -> Chosen:
            source = torch.Generator().manual_seed(derive(self.options.seed, "random relabelling"))
            count = int(above(harm, trusted, self.options)[0].sum())
            drawn = torch.randperm(len(rows), generator=source)[:count]
            return [(Treat.UNLEARN, rows[drawn])]

        return by_harm(top, trusted, candidates, self.options, choose)
