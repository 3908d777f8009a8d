"""Pseudo-labels: what a network has lately said of each row, as a running mean of its logits.

Here an old value counts `decay`, each row is scaled to root mean square 1 by itself before it is
moved, and a row that has not been seen has no pseudo-label. In the released code the old value
counts .1, the scale is that of all rows of the batch together, and a row's first pseudo-label is
uniform; the last two are the variant `released`, the first is `pseudo_decay=.1`.
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
        old = self._scaled(self.logits[rows])
        new = logits.detach().float()
        moved = self.decay * old + (1 - self.decay) * new
        if not self.released:
            moved = torch.where(self.seen[rows, None], moved, new)
        self.logits[rows], self.seen[rows] = moved, True

    def of(self, rows: Tensor) -> Tensor:
        """(B, K): soft labels of (B,) `rows`, rows sum to 1, or to 0 where there is none yet."""
        found = torch.softmax(self.logits[rows] / self.temperature, dim=1)
        return found if self.released else found * self.seen[rows, None]

    def _scaled(self, logits: Tensor) -> Tensor:
        square = logits.square()
        mean = square.mean() if self.released else square.mean(dim=1, keepdim=True)
        return logits / mean.sqrt().clamp(min=1e-6)
