"""What FSR keeps of the rows while it trains: scores, weights by pass, the dictionary."""

from __future__ import annotations

import torch
from torch import Tensor

from ...rng import derive
from .dictionary import ENOUGH_VERIFIED, Dictionary, lowest, share
from .options import FsrOptions
from .scores import Scores


class Progress:
    """Of N `labels` (N,) in `classes` classes and `verified` (V,) labels of examples beside them,
    which the pool numbers N, N + 1, ...

    Verified examples are always in the dictionary; a class with ten of them needs no others, and
    another is filled up from the rows. At first that is a random draw, from the first pass on the
    rows of lowest score.
    """

    def __init__(
        self, labels: Tensor, verified: Tensor, classes: int, options: FsrOptions
    ) -> None:
        self.labels, self.verified, self.classes = labels, verified, classes
        self.options = options
        self.scores = Scores(len(labels), options.score_decay)
        self.source = torch.Generator().manual_seed(derive(options.seed, "fsr"))
        self._wanted = self._places(classes)
        self._sums = torch.zeros(len(labels), dtype=torch.float64)
        self._passes = 0
        self.latest = torch.ones_like(self._sums)
        self._fill(torch.rand(len(labels), generator=self.source, dtype=torch.float64))

    def begin(self, epoch: int) -> bool:
        """Starts a pass; whether rows are weighed in it."""
        told = self.options
        weighing = told.weighing and epoch >= told.start
        self._counts = weighing and epoch >= told.epochs - told.last
        self._passes += self._counts
        return weighing

    def draw(self) -> tuple[Tensor, Tensor]:
        """Probes: numbers of the pool and labels."""
        return self.dictionary.draw(self.options.probes, self.source)

    def weighed(self, rows: Tensor, weights: Tensor) -> None:
        """The `weights` (B,) that `rows` had in a batch, which sum to 1."""
        self.latest[rows] = weights.double() * len(rows)
        if self._counts:
            self._sums[rows] += self.latest[rows]

    def end(self) -> None:
        """Ends a pass: the dictionary follows the scores."""
        self._fill(self.scores.values)

    def mean_weights(self) -> Tensor:
        """(N,) float64: mean over the last passes, 1 = as in a batch of equals; ones where no pass
        was weighed."""
        return self._sums / self._passes if self._passes else torch.ones_like(self._sums)

    def _places(self, classes: int) -> Tensor:
        """(K,): how many of the rows of each class the dictionary takes."""
        every = torch.cat([self.labels, self.verified])
        wanted = share(self.options.dictionary_size(len(self.labels), classes), every, classes)
        have = torch.bincount(self.verified, minlength=classes)
        return (wanted - have).clamp(min=0) * (have < ENOUGH_VERIFIED)

    def _fill(self, scores: Tensor) -> None:
        picked = lowest(scores, self.labels, self._wanted)
        beside = len(self.labels) + torch.arange(len(self.verified))
        self.picked = picked
        self.dictionary = Dictionary(torch.cat([picked, beside]),
                                     torch.cat([self.labels[picked], self.verified]))
