"""FSR over the top-layer cache: a weight, a score and the anchors, from one training of the head.

FSR needs no trusted examples: where there are some, they are probes before all others.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...kernels.trusted import Trusted, eligible
from ...protocols import TopLayer
from ..history import Recorder
from ..options import Options
from ..weights import Scale, Weights, answer, relative, unweighed
from .dictionary import ENOUGH_VERIFIED, anchors
from .head import train_head
from .options import FsrOptions
from .progress import Progress

LEAST_ROWS = 20
"""Rows below which all count the same."""

CLEAN_FROM = 0.3
"""Of the mean weight: from there on a row is taken for a clean one."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What FSR says of the C weighed rows of a top-layer cache.

    weights     see `Weights`: the mean over the last passes, scaled to mean 1 over the rows
    scores      (C,) float64 nats, in the order of `weights.rows`; low = its label agrees with the
                others'; nothing where there is a note
    dictionary  (D,) int64 row numbers of the cache: the dictionary's own picks at the end, by class
    anchors     (A,) int64 row numbers of the cache: what stands in where fewer than 10 of a class
                are trusted, by class, lowest score first
    """

    weights: Weights
    scores: Tensor
    dictionary: Tensor
    anchors: Tensor


class Fsr:
    """The reweighter."""

    def __init__(
        self, options: Options, told: FsrOptions | None = None, *, released: bool = False
    ) -> None:
        """`told` has the settings of FSR; by default its own, with what `options` says of passes
        (rows are weighed in the second half of them) and the seed, `released` or not."""
        self.history = options.history
        self.told = told or FsrOptions(
            epochs=options.epochs, start=options.epochs // 2, last=-(-options.epochs // 2),
            seed=options.seed, released=released)

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Weights:
        return self.judge(top, trusted, candidates).weights

    def judge(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Judged:
        """The weights, and what else FSR knows of the rows."""
        rows = eligible(top, trusted, candidates)
        known = trusted.weights > 0
        if note := refusal(top.labels[rows], trusted.labels[known]):
            return _nothing(top, note)
        labels, classes = top.labels[rows], top.probs.shape[1]
        progress = Progress(labels, trusted.labels[known], classes, self.told)
        recorder = Recorder(self.history)
        features = top.features[rows]

        def ended(head: Tensor) -> None:
            if self.history:
                recorder.take(progress.latest, losses(head, features, labels))

        train_head(features, labels, progress, trusted.features[known], top.damping, ended)
        verified = torch.bincount(trusted.labels[known], minlength=classes)
        scores = progress.scores.values
        return Judged(
            answer(top, rows, relative(progress.mean_weights()), Scale.RELATIVE, CLEAN_FROM,
                   recorder.history()),
            scores, rows[progress.picked],
            rows[anchors(scores, labels, verified, ENOUGH_VERIFIED)])


def losses(head: Tensor, features: Tensor, labels: Tensor) -> Tensor:
    """(N,) nats."""
    return torch.nn.functional.cross_entropy(features @ head.T, labels, reduction="none")


def refusal(labels: Tensor, verified: Tensor) -> str:
    """Why rows with these `labels` cannot be weighed; empty if they can."""
    if int(torch.bincount(torch.cat([labels, verified])).count_nonzero()) == 1:
        return "there is only one class"
    if len(labels) < LEAST_ROWS:
        return f"not enough rows yet: {len(labels)} of {LEAST_ROWS}"
    return ""


def _nothing(top: TopLayer, note: str) -> Judged:
    none = torch.empty(0, dtype=torch.int64)
    return Judged(unweighed(top, note), none.double(), none, none)
