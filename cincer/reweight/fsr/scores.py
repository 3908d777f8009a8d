"""FSR's score of each row: a running mean of minus its meta-margin.

The meta-margin is by how much the row's own loss falls when the head looks one step ahead on the
whole batch: what the batch teaches anyway. Low score = the label agrees with the others.
"""

from __future__ import annotations

import torch
from torch import Tensor


class Scores:
    """`values` (N,) float64 nats, 0 at first; `seen` (N,) int64: how often each row was scored."""

    def __init__(self, rows: int, decay: float) -> None:
        self.decay = decay
        self.values = torch.zeros(rows, dtype=torch.float64)
        self.seen = torch.zeros(rows, dtype=torch.int64)

    def saw(self, rows: Tensor, margins: Tensor) -> None:
        """s <- decay s - (1 - decay) margin for (B,) `rows`, each at most once."""
        moved = self.decay * self.values[rows] - (1 - self.decay) * margins.double()
        self.values[rows] = moved
        self.seen[rows] += 1
