"""What an act would lead to on the board: numbers of open items by cell. Nothing is changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..curate.board import Standing
from ..curate.measures import Ints
from ..errors import InvalidInput
from ..types import NO_LABEL, Deed, Label
from .commands import Actor
from .core import Parts
from .curation import Curation
from .model_questions import turned
from .wire import curate as w

MOVING = (Deed.RELABEL, Deed.REMOVE, Deed.DUPLICATE, Deed.BAD)
"""Acts after which the model has learned something else."""

CREDIBLE = 0.1
"""Share of the examples that a batch may turn; where it would turn more, the few steps that a large
head takes are not to be believed, and only what leaves is counted."""

LARGEST = 50
"""Cells told at most."""


def forecast(
    parts: Parts, actor: Actor, deed: Deed, where: Ints, label: Label | None
) -> w.PreviewView:
    """Cells that would change: by what leaves, and by what the model would then say of others, its
    head refitted (`exact`: it would say what it says now)."""
    if (deed is Deed.RELABEL) != (label is not None):
        raise InvalidInput("label goes with relabel, and relabel needs a label")
    view, names = parts.core.curation, parts.schema.classes
    then = None
    if deed in MOVING:
        labels = np.full(len(where), NO_LABEL if label is None else label, dtype=np.int64)
        then = turned(parts, actor, where, labels)
    with view.lock:
        before = view.board.counts.copy()
        after = before + _moves(view, deed, where)
        if then is not None and len(then[0]) <= CREDIBLE * len(view.ids):
            after += _turns(view, where, *then)
    changed = [(int(g), int(p)) for g, p in np.argwhere(before != after) if g != p]
    changed.sort(key=lambda cell: (-abs(int(before[cell] - after[cell])), cell))
    return w.PreviewView(
        open_before=_wrong(before), open_after=_wrong(after), exact=deed not in MOVING,
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


def _turns(view: Curation, batch: Ints, where: Ints, classes: Ints) -> NDArray[np.int64]:
    """(K, K): by how much they change by those that the model would take for another class."""
    board = view.board
    inside = (where < len(board)) & ~np.isin(where, batch)
    where, classes = where[inside], classes[inside]
    is_open = board.standing[where] == Standing.OPEN
    where, classes = where[is_open], classes[is_open]
    found = np.zeros_like(board.counts)
    np.add.at(found, (board.given[where], board.predicted[where]), -1)
    np.add.at(found, (board.given[where], classes), 1)
    return found


def _wrong(counts: NDArray[np.int64]) -> int:
    return int(counts.sum() - np.trace(counts))
