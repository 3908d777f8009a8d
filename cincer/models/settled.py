"""Examples whose label a person has settled, by position in the column store.

They are not shown again as counter-examples while others are there: a person's time goes to what
nobody has looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Ints = NDArray[np.int64]


class Settled:
    """A growing bitmap: a byte a position up to the last one that was told."""

    def __init__(self) -> None:
        self._marks = torch.zeros(0, dtype=torch.bool)

    def tell(self, positions: Sequence[int] | Ints, settled: Sequence[bool] | Ints) -> None:
        """From now on these positions (N,) are settled, or (taken back) not."""
        places = torch.as_tensor(np.asarray(positions, dtype=np.int64))
        size = int(places.max()) + 1 if len(places) else 0
        if size > len(self._marks):
            room = max(size, 2 * len(self._marks))
            self._marks = torch.cat([self._marks, self._marks.new_zeros(room - len(self._marks))])
        self._marks[places] = torch.as_tensor(np.asarray(settled, dtype=bool))

    def of(self, positions: Tensor) -> Tensor:
        """(N,) bool: which of the positions (N,) are settled."""
        if not len(self._marks):
            return torch.zeros(len(positions), dtype=torch.bool)
        inside = positions < len(self._marks)
        return inside & self._marks[positions.clamp(max=len(self._marks) - 1)]
