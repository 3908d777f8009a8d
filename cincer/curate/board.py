"""Where every item stands, with the counts of all cells kept up to date item by item.

An item is on the board once it has a label and probabilities. *Open* items are measured; *resolved*
ones (confirmed or relabelled) and *removed* ones have left all measures, and come back only by
`reopen`. Every change costs what the changed items cost, whatever the number of all items, and
answers with the cells it touched.

Not safe to share between threads: the thread that owns the board hands out what others read.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import Conflict, InvalidInput, NotFound
from .measures import Bools, Floats, Ints, bins_of, check, predictions, scored

Touched: TypeAlias = frozenset[tuple[int, int]]
"""Cells (given, predicted) whose numbers may have changed, the diagonal included."""

BINS = 10
"""Bars in each cell of the overview."""


class Standing(IntEnum):
    """`ABSENT` positions have never been placed."""

    ABSENT = 0
    OPEN = 1
    RESOLVED = 2
    REMOVED = 3


class Board:
    """Items by position. Arrays by position are read only, and good until the next `place`:

    given      (N,) int64 effective label            predicted  (N,) int64, see `predictions`
    iies       (N,) float32 in [0.5, 1]              probs      (N, K) float32
    source     (N,) uint8, which split it is from    standing   (N,) uint8, see `Standing`
    duplicate  (N,) bool, see `mark`

    counts     (K, K) int64 open items by [given, predicted]
    bars       (K, K, bins) int32 the same by IIES, lowest first
    marks      (K, K) int64 open items that are marked
    settled    (K,) int64 resolved items by label
    """

    def __init__(self, classes: int, bins: int = BINS) -> None:
        if classes < 2 or bins < 1:
            raise InvalidInput(f"a board needs 2 classes and 1 bin at least, not {classes}, {bins}")
        self.classes, self.bins = classes, bins
        self.counts = np.zeros((classes, classes), dtype=np.int64)
        self.bars = np.zeros((classes, classes, bins), dtype=np.int32)
        self.marks = np.zeros((classes, classes), dtype=np.int64)
        self.settled = np.zeros(classes, dtype=np.int64)
        self._size = 0
        self._columns: dict[str, NDArray[np.generic]] = {
            "given": np.zeros(0, np.int64), "predicted": np.zeros(0, np.int64),
            "iies": np.zeros(0, np.float32), "probs": np.zeros((0, classes), np.float32),
            "source": np.zeros(0, np.uint8), "standing": np.zeros(0, np.uint8),
            "duplicate": np.zeros(0, np.bool_)}
        self._expose()

    def __len__(self) -> int:
        """One more than the highest position placed."""
        return self._size

    # ---- questions -----------------------------------------------------------------------------

    @property
    def open(self) -> Bools:
        """(N,) bool: what is measured."""
        return np.asarray(self.standing == Standing.OPEN)

    def members(self, given: int, predicted: int) -> Ints:
        """Positions of the open items of a cell, ascending."""
        if not (0 <= given < self.classes and 0 <= predicted < self.classes):
            raise InvalidInput(f"classes are 0 to {self.classes - 1}, not {given} and {predicted}",
                               classes=self.classes)
        inside = (self.given == given) & (self.predicted == predicted)
        return np.flatnonzero(inside & (self.standing == Standing.OPEN))

    def disagreeing(self) -> Ints:
        """Positions of all open items whose label the model contradicts, ascending."""
        wrong = self.given != self.predicted
        return np.flatnonzero(wrong & (self.standing == Standing.OPEN))

    # ---- changes -------------------------------------------------------------------------------

    def place(
        self, positions: ArrayLike, given: ArrayLike, probs: Floats, *,
        source: ArrayLike = 0, standing: ArrayLike = Standing.OPEN,
    ) -> Touched:
        """New items, or known ones as they are now: labels (M,), `probs` (M, K)."""
        where, labels = _positions(positions), np.asarray(given, dtype=np.int64)
        check(probs, labels)
        if len(where) != len(labels) or probs.shape[1] != self.classes:
            raise InvalidInput(f"{len(where)} positions need as many labels and probabilities of "
                               f"{self.classes} classes, not {len(labels)} and {probs.shape}")
        sources, stands = _each(source, where, "sources"), _each(standing, where, "standings")
        self._grow(where)

        def change() -> None:
            self.given[where], self.probs[where] = labels, probs
            self.source[where], self.standing[where] = sources, stands
            self._judge(where)

        return self._changed(where, change)

    def update(self, positions: ArrayLike, probs: Floats) -> Touched:
        """What another model says of known items, whatever their standing: `probs` (M, K)."""
        where = self._known(positions)
        if probs.shape != (len(where), self.classes):
            raise InvalidInput(f"probabilities must be {(len(where), self.classes)}, "
                               f"not {probs.shape}")
        check(probs, self.given[where])

        def change() -> None:
            self.probs[where] = probs
            self._judge(where)

        return self._changed(where, change)

    def relabel(self, positions: ArrayLike, labels: ArrayLike) -> Touched:
        """Other effective labels, (M,) or one for all; who stays open stays open."""
        where = self._known(positions)
        wanted = _each(labels, where, "labels")
        if wanted.size and not (wanted.min() >= 0 and wanted.max() < self.classes):
            raise InvalidInput(f"labels must be 0 to {self.classes - 1}", classes=self.classes)

        def change() -> None:
            self.given[where] = wanted
            self._judge(where)

        return self._changed(where, change)

    def resolve(self, positions: ArrayLike) -> Touched:
        """The items' labels are settled: they leave all measures."""
        return self._stand(positions, Standing.RESOLVED)

    def remove(self, positions: ArrayLike) -> Touched:
        """The items have left the set (a duplicate, not an example of any class)."""
        return self._stand(positions, Standing.REMOVED)

    def reopen(self, positions: ArrayLike) -> Touched:
        """Resolved or removed items are measured again."""
        return self._stand(positions, Standing.OPEN)

    def mark(self, positions: ArrayLike, marked: bool = True) -> Touched:
        """Says of items that they have (or no longer have) a duplicate; see `twins`."""
        where = self._known(positions)

        def change() -> None:
            self.duplicate[where] = marked

        return self._changed(where, change)

    # ---- how -----------------------------------------------------------------------------------

    def _stand(self, positions: ArrayLike, standing: Standing) -> Touched:
        where = self._known(positions)

        def change() -> None:
            self.standing[where] = standing

        return self._changed(where, change)

    def _changed(self, where: Ints, change: Callable[[], None]) -> Touched:
        """Takes the items out of all counts, changes them, and puts them back."""
        before = self._count(where, -1)
        change()
        codes = np.flatnonzero(np.bincount(np.concatenate([before, self._count(where, 1)])))
        return frozenset(divmod(code, self.classes) for code in codes.tolist())

    def _count(self, where: Ints, sign: int) -> Ints:
        """Adds `sign` for each item; answers the codes of the cells this concerns."""
        standing = self.standing[where]
        np.add.at(self.settled, self.given[where[standing == Standing.RESOLVED]], sign)
        inside = where[standing == Standing.OPEN]
        codes = self.given[inside] * self.classes + self.predicted[inside]
        np.add.at(self.counts.reshape(-1), codes, sign)
        np.add.at(self.marks.reshape(-1), codes[self.duplicate[inside]], sign)
        bars = codes * self.bins + bins_of(self.iies[inside], self.bins)
        np.add.at(self.bars.reshape(-1), bars, np.int32(sign))
        settled = where[standing == Standing.RESOLVED]
        return np.concatenate([codes, self.given[settled] * (self.classes + 1)])

    def _judge(self, where: Ints) -> None:
        """Prediction and IIES of items from their probabilities and labels."""
        probs, given = self.probs[where], self.given[where]
        found, rows = predictions(probs, given), np.arange(len(where))
        self.predicted[where] = found
        self.iies[where] = scored(probs[rows, found], probs[rows, given])

    def _known(self, positions: ArrayLike) -> Ints:
        where = _positions(positions)
        if where.size and where.max() >= self._size:
            raise NotFound(f"position {where.max()} is not on the board")
        absent = where[self.standing[where] == Standing.ABSENT]
        if absent.size:
            raise NotFound(f"position {absent[0]} is not on the board")
        return where

    def _grow(self, where: Ints) -> None:
        needed = int(where.max()) + 1 if where.size else 0
        self._size = max(self._size, needed)
        held = len(self._columns["given"])
        if needed > held:
            extra = max(needed, 2 * held, 64) - held
            for name, column in self._columns.items():
                more = np.zeros((extra, *column.shape[1:]), dtype=column.dtype)
                self._columns[name] = np.concatenate([column, more])
        self._expose()

    def _expose(self) -> None:
        """The used part of each column."""
        part = {name: column[: self._size] for name, column in self._columns.items()}
        self.given: Ints = part["given"].view(np.int64)
        self.predicted: Ints = part["predicted"].view(np.int64)
        self.iies: NDArray[np.float32] = part["iies"].view(np.float32)
        self.probs: NDArray[np.float32] = part["probs"].view(np.float32)
        self.source: NDArray[np.uint8] = part["source"].view(np.uint8)
        self.standing: NDArray[np.uint8] = part["standing"].view(np.uint8)
        self.duplicate: Bools = part["duplicate"].view(np.bool_)


def _positions(positions: ArrayLike) -> Ints:
    """(M,) int64, each once and none below 0."""
    found = np.atleast_1d(np.asarray(positions, dtype=np.int64))
    if found.ndim != 1 or (found.size and found.min() < 0):
        raise InvalidInput("positions must be a list of numbers from 0 on")
    ordered = np.sort(found)
    if (ordered[1:] == ordered[:-1]).any():
        raise Conflict("a position is named twice")
    return found


def _each(values: ArrayLike, where: Ints, what: str) -> Ints:
    """(M,) int64: one value for each position, or the same for all."""
    found = np.asarray(values, dtype=np.int64)
    if found.shape not in ((), where.shape):
        raise InvalidInput(f"{len(where)} positions need as many {what}, or one, not "
                           f"{found.shape}")
    return np.broadcast_to(found, where.shape)
