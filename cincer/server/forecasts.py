"""What an act would lead to on the board: numbers of open items by cell. Nothing is changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..curate.board import Standing
from ..curate.measures import Ints
from ..errors import InvalidInput
from ..types import Deed, Label
from .core import Parts
from .curation import Curation
from .wire import curate as w

LARGEST = 50
"""Cells told at most."""


def forecast(parts: Parts, deed: Deed, where: Ints, label: Label | None) -> w.PreviewView:
    """Cells that would change by the act alone, as the model is now."""
    if (deed is Deed.RELABEL) != (label is not None):
        raise InvalidInput("label goes with relabel, and relabel needs a label")
    view, names = parts.core.curation, parts.schema.classes
    with view.lock:
        before = view.board.counts.copy()
        after = before + _moves(view, deed, where)
    changed = [(int(g), int(p)) for g, p in np.argwhere(before != after) if g != p]
    changed.sort(key=lambda cell: (-abs(int(before[cell] - after[cell])), cell))
    return w.PreviewView(
        open_before=_wrong(before), open_after=_wrong(after), exact=True,
        cells=[w.CellForecast(given_label=names[g], predicted_label=names[p],
                              before=int(before[g, p]), after=int(after[g, p]))
               for g, p in changed[:LARGEST]])


def _moves(view: Curation, deed: Deed, where: Ints) -> NDArray[np.int64]:
    """(K, K): by how much the counts of open items change."""
    board = view.board
    inside = where[where < len(board)]
    wanted = (Standing.RESOLVED, Standing.REMOVED) if deed is Deed.REOPEN else (Standing.OPEN,)
    moved = inside[np.isin(board.standing[inside], wanted)]
    found = np.zeros_like(board.counts)
    sign = 1 if deed is Deed.REOPEN else -1
    np.add.at(found, (board.given[moved], board.predicted[moved]), sign)
    return found


def _wrong(counts: NDArray[np.int64]) -> int:
    return int(counts.sum() - np.trace(counts))
