"""Selectors compared at equal cost: as many queries, or as many labels inspected.

Two runs of one stream seldom ask equally often. Both are cut at the smaller count of the two: each
is read where it stands just before it would exceed that count, so the one that asked less is read
at its end. Then the differences are taken stream by stream.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..summary import Mean, mean
from .runs import Run, Runs

COSTS = {"queries": "queries", "labels": "labels_inspected"}
"""What is held equal, and the column that counts it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`a` less `b` at equal `cost`, over the streams that both ran on: labels cleaned, and F1;
    `at`: the cost they were compared at."""

    a: str
    b: str
    cost: str
    cleaned: Mean
    f1: Mean
    at: Mean


def compared(runs: Runs, a: str, b: str, cost: str) -> Difference | None:
    """Paired differences of two selectors; None if they share no stream."""
    others = {run.repeat: run for run in runs.of(b)}
    rows = [_cut(run, others[run.repeat], COSTS[cost])
            for run in runs.of(a) if run.repeat in others]
    if not rows:
        return None
    cleaned, f1, at = zip(*rows, strict=True)
    return Difference(a, b, cost, mean(cleaned), mean(f1), mean(at))


def every(runs: Runs, cost: str) -> dict[tuple[str, str], Difference]:
    """Each selector against each other one, both ways."""
    names = runs.selectors
    found = ((a, b, compared(runs, a, b, cost)) for a in names for b in names if a != b)
    return {(a, b): one for a, b, one in found if one is not None}


def _cut(a: Run, b: Run, column: str) -> tuple[float, float, float]:
    """Cleaned and F1 of `a` less those of `b`, both cut at the smaller final count."""
    budget = min(a.last(column), b.last(column))
    here, there = standing(a, column, budget), standing(b, column, budget)
    return (float(a.columns["cleaned"][here] - b.columns["cleaned"][there]),
            float(a.columns["f1"][here] - b.columns["f1"][there]), budget)


def standing(run: Run, column: str, budget: float) -> int:
    """The last step at which `column`, which never falls, is at most `budget`."""
    return int(np.searchsorted(run.columns[column], budget, side="right")) - 1
