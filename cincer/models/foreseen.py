"""The live head as it would be if some known examples had other labels. The head itself stays.

Bounded as leaving out is (`left_out`): up to `INTERACTIVE` numbers both heads are at their optimum,
above a few steps are taken with the factor at hand. (One step alone says far too much where the
penalty is small: of 3,000 digits under a small network it turned 402 where a refit turned 94.)
"""

from __future__ import annotations

from torch import Tensor

from ..kernels.left_out import bounded_fit
from ..kernels.newton import Rows
from ..types import NO_LABEL
from .left_out import INTERACTIVE, PASSES
from .live_head import LiveHead


def foreseen(head: LiveHead, rows: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """(N,) int64 twice: the class that the head gives each known row now, and the one it would give
    if `rows` (M,), each once, had `labels` (M,), or had left (`NO_LABEL`)."""
    known = head.known
    large = known.count * known.columns * known.classes > INTERACTIVE
    passes = PASSES if large else None
    features = known.features if large else known.features.double()
    weights = known.weights.to(features.dtype)
    inverse = head.curvature.step_inverse(known.probs, head.l2)
    base = bounded_fit(Rows(features, known.labels, weights, known.classes), head.l2, head.weights,
                       inverse, passes)
    changed, kept = known.labels.clone(), weights.clone()
    stays = labels != NO_LABEL
    changed[rows[stays]], kept[rows[~stays]] = labels[stays], 0
    then = bounded_fit(Rows(features, changed, kept, known.classes), head.l2, base.weights,
                       base.inverse, passes)
    return base.probs.argmax(dim=1), then.probs.argmax(dim=1)
