"""Choosing the head's penalty by approximate leave-one-out log loss, one try at a time."""

from __future__ import annotations

from collections.abc import Generator

from torch import Tensor

from ..kernels.leave_one_out import BLOCK_LIMIT, GRID_STEP, Tried, judge, natural_scale
from ..kernels.newton import Rows, fit

LOWEST, HIGHEST, FIRST = 1e-5, 1e3, 1.0
"""The search's range and start, in units of the features' natural scale. It looks upwards first:
far below the best penalty the head interpolates and leave-one-out by one step means nothing."""

WORTH = 1e-3
"""Log loss (nats) by which another penalty must be better before the search moves to it."""


def search(rows: Rows, start: float) -> Generator[None, None, float]:
    """Walks the log grid (steps of sqrt 10) downhill from `start`; yields between fits and
    judgements, returns the penalty with the lowest leave-one-out log loss of `rows`."""
    scale = natural_scale(rows.features, rows.classes)
    best = yield from _try(rows, start, None)
    for step in (GRID_STEP, 1 / GRID_STEP):
        moved = False
        while LOWEST * scale <= best.l2 * step <= HIGHEST * scale:
            tried = yield from _try(rows, best.l2 * step, best.fit.weights)
            if not _better(tried, best):
                break
            best, moved = tried, True
        if moved:
            break
    return best.l2


def _try(rows: Rows, l2: float, start: Tensor | None) -> Generator[None, None, Tried]:
    found = fit(rows, l2, start, tolerance=1e-8)
    yield
    tried = judge(rows, l2, found)
    yield
    return tried


def _better(tried: Tried, best: Tried) -> bool:
    return tried.loss < best.loss - WORTH


def choosable(rows: Rows) -> bool:
    """Whether leave-one-out says anything (at least two classes with two rows each) and is
    affordable; where it is not, the first guess stays."""
    if not rows.dense and rows.features.shape[1] > BLOCK_LIMIT:
        return False
    counts = rows.labels.bincount(minlength=rows.classes)
    return int((counts >= 2).sum()) >= 2


def first_guess(rows: Rows) -> float:
    """The penalty used until one has been chosen."""
    return FIRST * natural_scale(rows.features, rows.classes)
