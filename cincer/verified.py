"""What a driver knows of the labels people vouched for. NumPy alone, so that any process can hold
it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Verified:
    """V examples whose labels a person confirmed or changed, ascending by position.

    positions   (V,) int64, in the column store
    labels      (V,) int64
    propensity  (V,) float64: of an answered audit the chance that it was asked and answered, in
                (0, 1]; NaN for replies that suspicion led to and for curators' acts, whose chance
                nobody knows
    selection   (V,) bool: kept for choosing thresholds and actions, never for influence
    """

    positions: NDArray[np.int64]
    labels: NDArray[np.int64]
    propensity: NDArray[np.float64]
    selection: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.positions)

    def part(self, selection: bool) -> Verified:
        """Those kept for choosing, or the others."""
        at = self.selection == selection
        return Verified(self.positions[at], self.labels[at], self.propensity[at],
                        self.selection[at])
