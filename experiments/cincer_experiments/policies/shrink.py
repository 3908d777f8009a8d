"""Wide inputs as a few numbers, by the principal components of the first arrivals' inputs. Labels
have no part in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shrink:
    """`mean` (D,), `axes` (D, W), scaled so that the numbers of the first rows have variance 1."""

    mean: Floats
    axes: Floats

    def __call__(self, rows: Floats) -> Floats:
        """(N, D) to (N, W)."""
        return np.asarray((rows - self.mean) @ self.axes, dtype=np.float32)


def shrink(rows: Floats, width: int) -> Shrink:
    """From (N, D) rows to `width` numbers, fewer where there are no more components."""
    mean = rows.mean(axis=0)
    _, sizes, components = np.linalg.svd(rows - mean, full_matrices=False)
    kept = min(width, int((sizes > 1e-6 * max(float(sizes[0]), 1e-12)).sum()))
    scale = sizes[:kept] / np.sqrt(max(len(rows) - 1, 1))
    return Shrink(mean, np.asarray(components[:kept].T / scale, dtype=np.float32))
