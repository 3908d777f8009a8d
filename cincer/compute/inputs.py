"""The feature matrix as a network takes its inputs."""

from __future__ import annotations

from ..answers import Floats, Ints
from ..features import FeatureMatrix


class Shaped:
    """Rows of the matrix as (N, *shape) float32."""

    def __init__(self, matrix: FeatureMatrix, shape: tuple[int, ...]) -> None:
        self._matrix, self._shape = matrix, shape

    def rows(self, positions: Ints) -> Floats:
        return self._matrix.rows(positions).reshape(-1, *self._shape)

    def __len__(self) -> int:
        return len(self._matrix)
