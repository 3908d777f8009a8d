"""The examples' numbers for requests: a read-only map of the feature matrix, shared by threads."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...features import HEADER, STAMP, FeatureMatrix


class RowReader:
    """Opened when it is first asked."""

    def __init__(self, path: Path, width: int) -> None:
        self._path, self._width = path, width
        self._guard = threading.Lock()
        self._matrix: FeatureMatrix | None = None

    def rows(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """(N,) positions to (N, width), copies. `NotFound` for a position without a row yet."""
        with self._guard:
            if self._matrix is None:
                self._matrix = FeatureMatrix.open(self._path, self._width, stamp=self._stamp())
            self._matrix.refresh()
            return self._matrix.rows(positions)

    def close(self) -> None:
        with self._guard:
            if self._matrix is not None:
                self._matrix.close()
                self._matrix = None

    def _stamp(self) -> bytes:
        """Whatever the writer, which checks it, has put there."""
        with self._path.open("rb") as file:
            return file.read(HEADER)[HEADER - STAMP:]
