"""The head one step after proposed changes, before anybody made them.

A relabel leaves the curvature of the head as it is and adds w_i (e_old - e_new) x_i / S to the
gradient; an item that leaves takes its own gradient along. One Newton step with the factor at hand
is what the live head will do when the changes come. What it then says of all rows goes to `effect`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import InvalidInput
from ..kernels.head import chunks
from ..protocols import TopLayer
from ..types import NO_LABEL

LONGEST = 0.1
"""Newton decrement (nats) above which the step is shortened, as the live head's is."""


def absorbed(top: TopLayer, rows: Tensor, labels: Tensor) -> Tensor:
    """(N, K) in the dtype of the features: what the head would say of all rows of the cache if
    `rows` (M,), each once, had `labels` (M,), or left (`NO_LABEL`).

    Probabilities alone are known of the head; logits may be shifted by a constant, so log p stands
    for them."""
    classes = top.probs.shape[1]
    if labels.numel() and not bool(((labels >= NO_LABEL) & (labels < classes)).all()):
        raise InvalidInput(f"proposed labels are 0 to {classes - 1}, or {NO_LABEL} to leave",
                           classes=classes)
    step = _step(top, rows, labels).to(top.features.dtype)
    found = torch.empty_like(top.probs)
    for part in chunks(len(found)):
        logits = top.probs[part].clamp(min=1e-30).log() + top.features[part] @ step.T
        found[part] = torch.softmax(logits, dim=1)
    return found


def turned(top: TopLayer, rows: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The rows of the cache whose prediction those changes would turn, and to what: (M,), (M,)."""
    now, then = top.probs.argmax(dim=1), absorbed(top, rows, labels).argmax(dim=1)
    found = torch.nonzero(now != then)[:, 0]
    return found, then[found]


def _step(top: TopLayer, rows: Tensor, labels: Tensor) -> Tensor:
    """(K, P) float64: what is added to the head's weights."""
    x, old = top.features[rows].double(), top.labels[rows]
    total = max(float(top.weights.double().sum()), 1e-300)
    classes = torch.arange(top.probs.shape[1])
    was, becomes = ((each[:, None] == classes).double() for each in (old, labels))
    # Of a row that leaves the whole residual p - e_old goes, of another only the label's part.
    leaves = labels == NO_LABEL
    was[leaves] -= top.probs[rows[leaves]].double()
    push = ((becomes - was) * top.weights[rows].double()[:, None]).T @ x / total
    step = top.solve(push)
    decrement = float((step * push).sum())
    size: float = min(1.0, (LONGEST / max(decrement, 1e-300)) ** 0.5)
    return step * size
