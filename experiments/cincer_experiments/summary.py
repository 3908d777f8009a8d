"""Means with their standard errors."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean of n values and its standard error (sample deviation / sqrt n; NaN for n = 1)."""

    mean: float
    error: float
    n: int

    def __str__(self) -> str:
        digits = 4 if abs(self.mean) < 1 else 1
        error = "" if math.isnan(self.error) else f" ± {self.error:.{digits}f}"
        return f"{self.mean:.{digits}f}{error}"

    @property
    def errors_from_zero(self) -> float:
        """How many standard errors the mean lies from 0."""
        return self.mean / self.error if self.error else math.inf


def mean(values: Iterable[float]) -> Mean:
    """Mean and standard error of `values`; at least one."""
    found = np.asarray(list(values), dtype=np.float64)
    error = found.std(ddof=1) / math.sqrt(len(found)) if len(found) > 1 else math.nan
    return Mean(float(found.mean()), float(error), len(found))
