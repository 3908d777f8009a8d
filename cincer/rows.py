"""The numbers of the examples in memory, one row a position; what `engine.Inputs` asks for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InvalidInput


class Rows:
    """float32 rows of one shape, grown as they come."""

    def __init__(self) -> None:
        self._rows: NDArray[np.float32] = np.empty((0,), dtype=np.float32)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Shape of one row, None before the first."""
        return self._rows.shape[1:] if self._count else None

    def check(self, row: ArrayLike) -> NDArray[np.float32]:
        """`row` as float32; `InvalidInput` if it is not of the others' shape, or not finite."""
        try:
            found = np.asarray(row, dtype=np.float32)
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"an example is an array of numbers: {error}") from error
        if self.shape not in (None, found.shape) or found.ndim == 0:
            raise InvalidInput(f"an example here has shape {self.shape}, not {found.shape}")
        if not np.isfinite(found).all():
            raise InvalidInput("an example's numbers must be finite")
        return found

    def append(self, row: NDArray[np.float32]) -> None:
        if self._count == 0:
            self._rows = np.empty((64, *row.shape), dtype=np.float32)
        elif self._count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[self._count] = row
        self._count += 1

    def rows(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """(N,) positions to (N, F...) float32."""
        return self._rows[: self._count][positions]
