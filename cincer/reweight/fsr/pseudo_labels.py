"""Pseudo-labels: what a network has lately said of each row, as a running mean of its logits.

An old value counts `decay`; a row that has not been seen has no pseudo-label. In the variant
`released`, as in the released code, old values are scaled first, by the root mean square of those
of the whole batch (so that what a row has depends on the rows beside it), and a row that has not
been seen is moved from zeros.
"""

from __future__ import annotations

import torch
from torch import Tensor


class PseudoLabels:
    """Running means of logits, (N, K) float32."""

    def __init__(
        self, rows: int, classes: int, decay: float, temperature: float = 1.0, *,
        released: bool = False,
    ) -> None:
        self.decay, self.temperature, self.released = decay, temperature, released
        self.logits = torch.zeros(rows, classes)
        self.seen = torch.zeros(rows, dtype=torch.bool)

    def saw(self, rows: Tensor, logits: Tensor) -> None:
        """Moves the means of (B,) `rows`, each at most once, towards `logits` (B, K)."""
        old, new = self.logits[rows], logits.detach().float()
        if self.released:
            moved = self.decay * _scaled(old) + (1 - self.decay) * new
        else:
            moved = torch.where(self.seen[rows, None], old.lerp(new, 1 - self.decay), new)
        self.logits[rows], self.seen[rows] = moved, True

    def of(self, rows: Tensor) -> Tensor:
        """(B, K): soft labels of (B,) `rows`, rows sum to 1, or to 0 where there is none yet (in
        the variant `released` then uniform)."""
        found = torch.softmax(self.logits[rows] / self.temperature, dim=1)
        return found if self.released else found * self.seen[rows, None]


def _scaled(logits: Tensor) -> Tensor:
    """To root mean square 1 over all rows together; zeros stay zeros."""
    return logits / logits.square().mean().sqrt().clamp(min=1e-6)
