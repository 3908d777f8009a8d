"""The live head as it would be if some known examples had other labels. The head itself stays.

Bounded as leaving out is (`left_out`): up to `INTERACTIVE` numbers both heads are at their optimum,
above a few steps are taken with the factor at hand. (One step alone says far too much where the
penalty is small: of 3,000 digits under a small network it turned 402 where a refit turned 94.)
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ..kernels.left_out import bounded_fit
from ..kernels.newton import Fit, Rows
from ..kernels.treated import CE, UNLEARN, Treated
from ..types import NO_LABEL
from .left_out import INTERACTIVE, PASSES
from .live_head import LiveHead


def foreseen(head: LiveHead, rows: Tensor, labels: Tensor) -> tuple[Fit, Fit]:
    """The head at its optimum, and as it would be if `rows` (M,) of the known, each once, had
    `labels` (M,): a class, one to be unlearned (`types.unlearning`), or had left (`NO_LABEL`)."""
    known = head.known
    large = known.count * known.columns * known.classes > INTERACTIVE
    passes = PASSES if large else None
    now = head.all_rows(exact=not large)
    assert now.weights is not None
    inverse = head.curvature.step_inverse(known.probs, head.l2)
    base = bounded_fit(now, head.l2, head.weights, inverse, passes)
    then = bounded_fit(_changed(now, rows, labels), head.l2, base.weights, base.inverse, passes)
    return base, then


def _changed(now: Rows, rows: Tensor, labels: Tensor) -> Rows:
    """All rows, those at `rows` as `labels` has them; one that counted nothing counts 1."""
    assert now.weights is not None
    learned, against, left = labels > NO_LABEL, labels < NO_LABEL, labels == NO_LABEL
    classes, weights = now.labels.clone(), now.weights.clone()
    classes[rows[learned]], classes[rows[against]] = labels[learned], _unlearned(labels[against])
    weights[rows] = torch.where(left, 0, torch.where(weights[rows] > 0, weights[rows], 1))
    if not isinstance(now, Treated) and not bool(against.any()):
        return replace(now, labels=classes, weights=weights)
    treatment = (now.treatment.clone() if isinstance(now, Treated)
                 else torch.zeros(len(classes), dtype=torch.int8))
    treatment[rows[learned]], treatment[rows[against]] = CE, UNLEARN
    return Treated(now.features, classes, weights, now.classes, treatment)


def _unlearned(labels: Tensor) -> Tensor:
    """The classes (M,) that `types.unlearning` made `labels` of."""
    return -2 - labels
