"""What a relabelling strategy says, and how it is put together.

Every strategy takes the top-layer cache, the trusted set and the rows that may be treated, and
returns `Suggestions`: one an example, best first, and what the training set becomes if all are
accepted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import torch
from torch import Tensor

from ..kernels.head import total_weight
from ..kernels.newton import Fit
from ..kernels.treated import CE, DROP, SOFT, UNLEARN, Treated, fit_treated
from ..kernels.trusted import Trusted
from ..protocols import TopLayer


class Treat(StrEnum):
    """What is done with an example. `UNLEARN`: its label is trained away, -log(1 - p_m); `FREEZE`:
    it is trained on the soft targets of R; `RELABEL`: it gets the proposed class as its label."""

    UNLEARN = "unlearn"
    FREEZE = "freeze"
    RELABEL = "relabel"
    DROP = "drop"


CODES = {Treat.UNLEARN: UNLEARN, Treat.FREEZE: SOFT, Treat.RELABEL: CE, Treat.DROP: DROP}


@dataclass(frozen=True, slots=True)
class Suggestions:
    """S suggestions over the N rows of a top-layer cache, those that gain most first.

    rows, positions   (S,) int64: the example
    actions           S of `Treat`
    given, proposed   (S,) int64: its label, and the model's best class other than that
    harm              (S,) nats: what its presence costs in mean trusted loss; > 0 = harmful
    fall              (S,) nats: predicted fall of the mean trusted loss by the action
    gain              (S,) nats: `fall` less that of leaving it out (Eq. 14 for unlearning)
    evidence          (S, E) positions of the trusted examples it harms most (-1: none or outside)
    evidence_rows     (S, E) their numbers in the trusted set (-1: none)
    evidence_harm     (S, E) nats: how much it costs each of them
    treatment         (N,) int8, labels (N,), weights (N,), soft (N, K) or None: the rows after
    note              why there is nothing, where there is nothing; else empty
    """

    rows: Tensor
    positions: Tensor
    actions: tuple[Treat, ...]
    given: Tensor
    proposed: Tensor
    harm: Tensor
    fall: Tensor
    gain: Tensor
    evidence: Tensor
    evidence_rows: Tensor
    evidence_harm: Tensor
    treatment: Tensor
    labels: Tensor
    weights: Tensor
    soft: Tensor | None = None
    note: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    def refit(self, top: TopLayer, start: Tensor | None = None, tolerance: float = 1e-10) -> Fit:
        """The head fitted to the rows as all suggestions leave them; the penalty keeps its sum."""
        rows = Treated(top.features, self.labels, self.weights, top.probs.shape[1],
                       self.treatment, self.soft)
        before = total_weight(top.features, top.weights)
        after = total_weight(top.features, self.weights)
        return fit_treated(rows, top.damping * before / max(after, 1e-300), start,
                           tolerance=tolerance)


class Relabeller(Protocol):
    """A strategy. Pure: the same options and inputs give the same answer."""

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Suggestions:
        """`candidates` (C,) row numbers of `top` that may be treated, all by default; trusted rows
        and rows of weight 0 never are."""
        ...


def nothing(top: TopLayer, note: str = "") -> Suggestions:
    """No suggestion: every row stays as it is."""
    none = torch.empty(0, dtype=torch.int64)
    real = torch.empty(0, dtype=torch.float64)
    table = torch.empty(0, 0, dtype=torch.int64)
    return Suggestions(
        none, none, (), none, none, real, real, real, table, table, table.double(),
        torch.zeros(len(top.labels), dtype=torch.int8), top.labels, top.weights, note=note)
