"""What has changed on the board since curators were last told, and the message that tells them."""

from __future__ import annotations

from collections.abc import Sequence

from ...types import ExampleId, Label
from ..curate_views import cell_now, totals
from ..curation import Curation
from ..wire.curate import MatrixChanged

MOST = 2_000
"""Examples named in one message at most; above it the matrix is asked for again."""

Cell = tuple[Label, Label]
Places = Sequence[tuple[int, Cell | None]]


class Changes:
    """Collects moves; who came and left again is not told."""

    def __init__(self, classes: Sequence[str]) -> None:
        self._classes = classes
        self.clear()

    def clear(self, *, whole: bool = False) -> None:
        """Nothing has changed; or everything may have (`whole`)."""
        self._whole = whole
        self._left: dict[Cell, dict[ExampleId, None]] = {}
        self._came: dict[Cell, dict[ExampleId, None]] = {}
        self._rows: set[Label] = set()

    def __bool__(self) -> bool:
        return self._whole or bool(self._rows)

    def everything(self) -> None:
        """Too much to tell one by one."""
        self._whole = True

    def add(self, before: Places, after: Places, ids: Sequence[ExampleId]) -> None:
        """The same positions with the cells they were and are in."""
        for (at, old), (_, new) in zip(before, after, strict=True):
            if old != new:
                self._move(ids[at], old, self._left, self._came)
                self._move(ids[at], new, self._came, self._left)
        if sum(map(len, self._left.values())) + sum(map(len, self._came.values())) > MOST:
            self._whole = True

    def message(self, view: Curation, by: str | None, act: str | None) -> MatrixChanged:
        """All of it, with the numbers as they are now; then there is nothing to tell any more."""
        with view.lock:
            cells = [cell for cell in {**self._left, **self._came} if cell[0] != cell[1]]
            found = MatrixChanged(
                push=0, seq=view.seq, by=by, act=act, whole=self._whole, totals=totals(view),
                correct={self._classes[row]: int(view.board.counts[row, row])
                         for row in sorted(self._rows)},
                cells=[] if self._whole else [
                    cell_now(view, self._classes, cell, list(self._left.get(cell, {})),
                             list(self._came.get(cell, {}))) for cell in cells])
        self.clear()
        return found

    def _move(
        self, example: ExampleId, cell: Cell | None, here: dict[Cell, dict[ExampleId, None]],
        there: dict[Cell, dict[ExampleId, None]],
    ) -> None:
        if cell is None:
            return
        self._rows.add(cell[0])
        if example in there.get(cell, {}):
            del there[cell][example]
        else:
            here.setdefault(cell, {})[example] = None
