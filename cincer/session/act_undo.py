"""Taking back a curator's act, and doing it again.

Each curator's acts come back newest first. An example on which somebody has spoken since stays as
it is, the act's word on it included: nobody's later word is taken away from under it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ..errors import NotFound
from ..types import Position, Status
from .acts import ANSWERS, keep, moved_out, perform
from .aftermath import rival, unlean_all
from .audits import fit
from .draft import Draft
from .effects import ActNoted, Entered, Left, Retracted, RoleSet, Suggested
from .events import ActRedone, ActUndone
from .queries import drop_pick
from .state import ActEntry, ActMark, Acts, Query


def undone(draft: Draft, event: ActUndone) -> None:
    mine = draft.acts_of(event.annotator)
    if not mine.done or mine.done[-1].act != event.act:
        raise NotFound(f"{event.act} is not the newest act that can be taken back", act=event.act)
    entry = mine.done[-1]
    gone = set(event.superseded)
    free = _without(entry, gone)
    for mark in free.marks:
        for position in mark.positions:
            _reverse(draft, entry, mark, position)
    _close_opened(draft, entry, gone)
    unlean_all(draft, dict.fromkeys(free.positions))
    for query in free.queries:
        _give_back(draft, query)
    for name, count in _tally(entry, free):
        draft.count(name, by=-count)
    draft.count("acts_undone")
    draft.set_acts(event.annotator, Acts(mine.done[:-1], (*mine.undone, free)))
    draft.emit(ActNoted(entry.act, event.annotator, entry.action, "undone", free.positions))
    fit(draft)


def redone(draft: Draft, event: ActRedone) -> None:
    mine = draft.acts_of(event.annotator)
    if not mine.undone or mine.undone[-1].act != event.act:
        raise NotFound(f"{event.act} is not what was taken back last", act=event.act)
    if not event.judged:
        draft.set_acts(event.annotator, Acts(mine.done, mine.undone[:-1]))
        return
    entry = perform(draft, event, "redone")
    keep(draft, event, Acts((*mine.done, entry), mine.undone[:-1]))


def _without(entry: ActEntry, gone: Collection[Position]) -> ActEntry:
    """The entry without the examples that stay as they are."""
    if not gone:
        return entry
    marks = (replace(mark, positions=tuple(p for p in mark.positions if p not in gone))
             for mark in entry.marks)
    return replace(entry, marks=tuple(mark for mark in marks if mark.positions),
                   queries=tuple(q for q in entry.queries if q.position not in gone))


def _reverse(draft: Draft, entry: ActEntry, mark: ActMark, position: Position) -> None:
    stood = mark.stood
    if entry.action in ANSWERS:
        draft.emit(Suggested(position, stood.proposal))
        return
    draft.emit(Retracted(position, entry.act))
    draft.emit(RoleSet(position, stood.role))
    if stood.status is not Status.KNOWN:
        draft.emit(Left(position, stood.status, stood.reason))
    elif moved_out(mark) and stood.entry is not None:
        draft.emit(Entered(position, stood.entry))


def _close_opened(draft: Draft, entry: ActEntry, gone: Collection[Position]) -> None:
    for name in entry.opened:
        query = draft.queries.get(name)
        if query is not None and query.position not in gone:
            draft.close(query, "undone")


def _give_back(draft: Draft, query: Query) -> None:
    """Ask again what was asked before the act, unless it is asked about by now."""
    now = draft.queries.get(query.id) or rival(draft, query)
    if now is not None:
        draft.put(replace(now, in_training=query.in_training))
    else:
        drop_pick(draft, replace(draft.reopen(query), lease=None))


def _tally(entry: ActEntry, free: ActEntry) -> list[tuple[str, int]]:
    """The counts an act raised, as far as it is taken back. The act itself stays counted."""
    return [(name, len(free.positions)) for name, _ in entry.tally if name != "acts"]
