"""What a reweighter says: how much each row counts when the model is trained.

Every reweighter takes the top-layer cache, the trusted set and the rows that may be weighed, and
returns `Weights` over all rows of the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import torch
from torch import Tensor

from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from .history import History


class Scale(StrEnum):
    """What a weight means. `UNIFORM`: nothing, all rows count 1. `TRUST`: how much the label is
    trusted, in [0, 1], comparable between runs. `RELATIVE`: the weighed rows have mean 1 (unless
    all are 0) and only their ratios mean something."""

    UNIFORM = "uniform"
    TRUST = "trust"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class Weights:
    """Of C weighed rows among the N of a top-layer cache.

    rows, positions  (C,) int64, ascending rows: those that were weighed; none where there is a note
    weights          (N,) float64 in [0, inf): what each row's loss counts; higher = trusted more.
                     Rows that were not weighed count 1, rows that have left the training set 0.
    scale            what the weights of the weighed rows mean
    clean_from       the weight from which a weighed row is taken to be clean
    note             why nothing can be said, and all rows count 1; else empty
    history          by epoch, if it was asked for
    """

    rows: Tensor
    positions: Tensor
    weights: Tensor
    scale: Scale
    clean_from: float
    note: str = ""
    history: History | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def weighed(self) -> Tensor:
        """(C,) float64: the weights of `rows`."""
        return self.weights[self.rows]

    @property
    def clean(self) -> Tensor:
        """(N,) bool: the rows to train on when the others are filtered out."""
        kept = self.weights > 0
        kept[self.rows] = self.weighed >= self.clean_from
        return kept


class Reweighter(Protocol):
    """A strategy. Pure: the same options and inputs give the same answer."""

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Weights:
        """`candidates` (C,) row numbers of `top` that may be weighed, all by default; trusted rows
        keep weight 1 and are never weighed, rows of weight 0 keep 0."""
        ...


def answer(
    top: TopLayer, rows: Tensor, weighed: Tensor, scale: Scale, clean_from: float,
    history: History | None = None,
) -> Weights:
    """`Weights` from those of `rows` (C,), any real dtype."""
    weights = (top.weights > 0).double()
    weights[rows] = weighed.double()
    return Weights(rows, top.positions[rows], weights, scale, clean_from, history=history)


def unweighed(top: TopLayer, note: str = "") -> Weights:
    """Every row that is there counts 1."""
    none = torch.empty(0, dtype=torch.int64)
    return Weights(none, none, (top.weights > 0).double(), Scale.UNIFORM, 0.0, note)


def relative(found: Tensor) -> Tensor:
    """`found` (C,) >= 0 scaled to mean 1; zeros stay zeros."""
    exact = found.double()
    return exact / exact.mean().clamp(min=1e-300) if len(exact) else exact
