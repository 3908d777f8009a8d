"""The overview: the error matrix as lists, most disagreement first (Bäuerle et al. 2020, Fig. 3).

A row a given label: its correct items in the left column, then its cells of disagreement. Rows are
sorted by their number of disagreements, cells by theirs, both descending, equal ones by class; what
is empty is left out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from .board import Board
from .measures import Ints


@dataclass(frozen=True, slots=True)
class Cell:
    """Open items of one label that the model takes for another class.

    count       how many (the CIES), at least 1
    saturation  in (0, 1]: the count as a share of the largest one shown
    bars        how many by IIES, in equal parts of [0.5, 1], lowest first
    duplicates  how many of them have a duplicate
    """

    given: int
    predicted: int
    count: int
    saturation: float
    bars: tuple[int, ...]
    duplicates: int


@dataclass(frozen=True, slots=True)
class Row:
    """Items of one label: `correct` open ones that the model agrees with, `settled` resolved ones,
    `wrong` open ones in `cells`; `duplicates` among the correct."""

    given: int
    correct: int
    settled: int
    wrong: int
    duplicates: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rows shown, and of all items of the classes shown: `open`, `settled`, and `wrong`, the
    open ones that the model contradicts."""

    rows: tuple[Row, ...]
    open: int
    wrong: int
    settled: int

    @property
    def review_bound(self) -> float:
        """In [0, 1]: the largest share of the items that is still to be looked at."""
        return self.wrong / max(self.open + self.settled, 1)


def matrix(board: Board, classes: Collection[int] | None = None) -> Matrix:
    """The overview of `board`; with `classes`, of the items whose label and prediction are both
    among them. `InvalidInput` for a class that is not there."""
    shown = chosen_classes(board.classes, classes)
    counts = board.counts[np.ix_(shown, shown)]
    wrong = counts - np.diag(np.diag(counts))
    totals, scale = wrong.sum(axis=1), max(int(wrong.max(initial=0)), 1)
    order = np.lexsort((shown, -totals))
    rows = [_row(board, int(shown[i]), shown, wrong[i], scale) for i in order]
    settled = int(board.settled[shown].sum())
    kept = tuple(row for row in rows if row.wrong or row.correct or row.settled)
    return Matrix(kept, int(counts.sum()), int(totals.sum()), settled)


def cell(board: Board, given: int, predicted: int, scale: int | None = None) -> Cell | None:
    """One cell as it is now, None if it is empty; `scale`: the count that saturates (default: the
    largest of the board)."""
    count = int(board.counts[given, predicted])
    if count == 0 or given == predicted:
        return None
    return Cell(given, predicted, count, count / (scale or largest(board)),
                tuple(board.bars[given, predicted].tolist()), int(board.marks[given, predicted]))


def largest(board: Board) -> int:
    """The largest count of a cell of disagreement, at least 1."""
    wrong = board.counts - np.diag(np.diag(board.counts))
    return max(int(wrong.max(initial=0)), 1)


def chosen_classes(classes: int, wanted: Collection[int] | None) -> Ints:
    """The wanted classes, ascending, each once; all of them where none are named."""
    if wanted is None:
        return np.arange(classes)
    found = np.unique(np.asarray(list(wanted), dtype=np.int64))
    if found.size and not (found[0] >= 0 and found[-1] < classes):
        raise InvalidInput(f"classes are 0 to {classes - 1}, not {found.tolist()}", classes=classes)
    return found


def _row(board: Board, given: int, shown: Ints, wrong: Ints, scale: int) -> Row:
    order = np.lexsort((shown, -wrong))
    found = [cell(board, given, int(shown[j]), scale) for j in order[: np.count_nonzero(wrong)]]
    return Row(given, int(board.counts[given, given]), int(board.settled[given]),
               int(wrong.sum()), int(board.marks[given, given]),
               tuple(each for each in found if each is not None))
