"""UIDS: unweighted subsampling by influence (Wang et al. 2020), as RDIA's code runs it.

Each class is thinned to `keep_share` of its rows: rounds of draws, in which a row is taken with its
keeping probability, until the class has its number; what rounds do not fill is filled at random.

uids_sigmoid  1 / (1 + exp(10 harm / (max - min)))
uids_linear   1/2 - harm / (2 max |harm|)
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from ..rng import derive
from .compose import Chosen, by_harm
from .options import Options
from .suggestions import Suggestions, Treat

ROUNDS = 100
STEEPNESS = 10.0


def sigmoid(harm: Tensor) -> Tensor:
    """(C,) in (0, 1): higher = likelier to be kept."""
    spread = float(harm.max() - harm.min()) if len(harm) else 0.0
    return torch.sigmoid(-STEEPNESS * harm / spread) if spread > 0 else torch.full_like(harm, 0.5)


def linear(harm: Tensor) -> Tensor:
    """(C,) in [0, 1]: higher = likelier to be kept."""
    largest = float(harm.abs().max()) if len(harm) else 0.0
    return 0.5 - harm / (2 * largest) if largest > 0 else torch.full_like(harm, 0.5)


class Uids:
    """Drops the rows that are not drawn. The same seed and rows, the same draw."""

    def __init__(self, options: Options, keeping: Callable[[Tensor], Tensor]) -> None:
        self.options, self.keeping = options, keeping

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Suggestions:
        def choose(rows: Tensor, harm: Tensor) -> Chosen:
            source = torch.Generator().manual_seed(derive(self.options.seed, "subsampling"))
            kept = self._kept(self.keeping(harm), top.labels[rows], source)
            return [(Treat.DROP, rows[~kept])]

        return by_harm(top, trusted, candidates, self.options, choose)

    def _kept(self, chances: Tensor, labels: Tensor, source: torch.Generator) -> Tensor:
        """(C,) bool: the rows drawn, class by class."""
        kept = torch.zeros(len(labels), dtype=torch.bool)
        for label in sorted(set(labels.tolist())):
            at = torch.nonzero(labels == label)[:, 0]
            at = at[torch.randperm(len(at), generator=source)]
            wanted = round(self.options.keep_share * len(at))
            for _ in range(ROUNDS):
                left = at[~kept[at]]
                missing = wanted - (len(at) - len(left))
                if missing <= 0:
                    break
                hit = torch.rand(len(left), generator=source, dtype=torch.float64) < chances[left]
                kept[left[hit][:missing]] = True
            left = at[~kept[at]]
            kept[left[:max(wanted - (len(at) - len(left)), 0)]] = True
        return kept
