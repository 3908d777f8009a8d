"""Figures of one run: what it had reached at the end of its stream, and over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .runs import Run


def mean_f1(run: Run) -> float:
    """F1 averaged over the arrivals at which it was measured."""
    return float(np.nanmean(run.columns["f1"]))


def corrected(run: Run) -> NDArray[np.float64]:
    """(T + 1,) labels that people set right so far, suspects and counter-examples."""
    found: NDArray[np.float64] = (
        run.columns["cleaned_examples"] + run.columns["cleaned_counter_examples"])
    return found


def nothing_wrong(run: Run) -> float:
    """Share of the queries in which no label that was shown was wrong; NaN without queries."""
    asked = np.diff(run.columns["queries"])
    idle = asked[np.diff(corrected(run)) == 0]
    return float(idle.sum() / asked.sum()) if asked.sum() else float("nan")


def share_cleaned(run: Run) -> float:
    """Share of the mislabelled seen that was set right; NaN where none was seen."""
    seen = run.last("mislabelled_seen")
    return run.last("cleaned") / seen if seen else float("nan")
