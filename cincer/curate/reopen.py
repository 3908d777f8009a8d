"""Resolved items stay resolved, unless two later models in a row contradict them.

A model contradicts a resolved item if its prediction is not the item's label and the IIES is above
a bound. Only models that were trained after the item was resolved count. What comes back is a
question ("reopen?"), nothing more; answered with no, the item counts as resolved at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .board import Board, Standing
from .measures import Bools, Ints

BOUND = 0.9
"""IIES above which a model contradicts a resolved label: a margin above 0.8."""

IN_A_ROW = 2
"""Contradicting models in a row that make a candidate."""


@dataclass(frozen=True, slots=True)
class Streaks:
    """Per position: `length` (N,) uint8, how many of the latest models in a row contradicted it;
    `model`: the last one counted, -1 before the first."""

    length: NDArray[np.uint8]
    model: int = -1


NONE_YET = Streaks(np.zeros(0, dtype=np.uint8))


def contradicted(board: Board, bound: float = BOUND) -> Bools:
    """(N,) bool: resolved items whose label the model at hand contradicts."""
    against = (board.predicted != board.given) & (board.iies > np.float32(bound))
    return np.asarray(against & (board.standing == Standing.RESOLVED))


def advance(
    streaks: Streaks, contradicted: Bools, *, model: int, trained_on: int, resolved_at: Ints
) -> Streaks:
    """The streaks after another model.

    contradicted  (N,) bool, see above; N may have grown
    model         the model's number; one that is not above the last is not counted again
    trained_on    the last event it was trained on
    resolved_at   (N,) the event that resolved each item: a model that was trained on less has not
                  seen the resolution, and leaves the item's streak at none
    """
    if model <= streaks.model:
        return streaks
    before = np.zeros(len(contradicted), dtype=np.uint8)
    before[: len(streaks.length)] = streaks.length
    counts = contradicted & (resolved_at <= trained_on)
    length = np.where(counts, np.minimum(before, 254) + 1, 0).astype(np.uint8)
    return Streaks(length, model)


def settled_again(streaks: Streaks, positions: Ints) -> Streaks:
    """The streaks after items were resolved (anew), or reopened: theirs begin at none."""
    length = streaks.length.copy()
    length[positions[positions < len(length)]] = 0
    return Streaks(length, streaks.model)


def candidates(streaks: Streaks, board: Board, in_a_row: int = IN_A_ROW) -> Ints:
    """Positions of resolved items to ask "reopen?" about, most contradicted first."""
    resolved = board.standing[: len(streaks.length)] == Standing.RESOLVED
    found: Ints = np.flatnonzero((streaks.length >= in_a_row) & resolved)
    return found[np.lexsort((found, -board.iies[found]))]
