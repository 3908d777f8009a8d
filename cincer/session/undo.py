"""Taking back a reply: its words are retracted, its moves reversed, its question asked again.

Where somebody else has spoken on an example since, only this annotator's word goes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ..errors import NotFound, Stale
from ..types import Position, Status
from .aftermath import disputes, rival, unlean
from .audits import fit
from .chains import close_follow_ups
from .draft import Draft
from .effects import Entered, Left, Retracted, RoleSet
from .events import Undone
from .lease import with_name
from .queries import drop_pick
from .state import Lease, Mark, Query, UndoEntry


def undone(draft: Draft, event: Undone) -> None:
    entry = _newest(draft, event)
    for mark in entry.marks:
        _reverse(draft, entry.query, mark, event.superseded)
    _withdraw_disputes(draft, entry)
    close_follow_ups(draft, entry)
    _reopen_others(draft, entry, event.superseded)
    if entry.closed:
        _ask_again(draft, entry, event)
    else:
        _unsure_no_more(draft, entry, event)
    draft.count(*(name for name in entry.tally if name != "replies"), by=-1)
    draft.count("undone")
    draft.set_undo(event.annotator, draft.undo[event.annotator][:-1])
    fit(draft)


def _newest(draft: Draft, event: Undone) -> UndoEntry:
    entries = draft.undo.get(event.annotator, ())
    if not entries or entries[-1].query.id != event.query:
        raise NotFound("there is no reply to take back", query=event.query)
    entry = entries[-1]
    epoch = draft.queries.get(event.query, entry.query).epoch + 1
    if event.epoch != epoch:
        raise Stale(f"the query is asked again under epoch {epoch}, not {event.epoch}")
    return entry


def _reverse(
    draft: Draft, query: Query, mark: Mark, superseded: Collection[Position]
) -> None:
    if mark.asserted:
        draft.emit(Retracted(mark.position, query.id))
    if mark.position in superseded:
        return
    if mark.role_set:
        draft.emit(RoleSet(mark.position, mark.role))
    if mark.moved and mark.entry is not None:
        draft.emit(Entered(mark.position, mark.entry))
    elif mark.moved:
        draft.emit(Left(mark.position, Status.WAITING, "undone"))
    unlean(draft, mark.position, None)


def _withdraw_disputes(draft: Draft, entry: UndoEntry) -> None:
    """A dispute needs two words; one of them is gone."""
    positions = {mark.position for mark in entry.marks}
    for query in disputes(draft):
        if query.id in entry.disputes or query.position in positions:
            draft.close(query, "undone")


def _reopen_others(draft: Draft, entry: UndoEntry, superseded: Collection[Position]) -> None:
    for query in entry.others:
        if query.position not in superseded:
            _no_rival(draft, query)
            drop_pick(draft, replace(draft.reopen(query), lease=None))


def _no_rival(draft: Draft, query: Query) -> None:
    """A curator may have had the example asked about since; the older question comes first."""
    other = rival(draft, query)
    if other is not None:
        draft.close(other, "undone")


def _ask_again(draft: Draft, entry: UndoEntry, event: Undone) -> None:
    """The same pair, on the same screen."""
    if entry.over or entry.query.position in event.superseded:
        return
    _no_rival(draft, entry.query)
    draft.reopen(_given_to(entry.query, event))


def _unsure_no_more(draft: Draft, entry: UndoEntry, event: Undone) -> None:
    """The query is still open: back to this annotator, unless somebody else holds it now."""
    current = draft.queries.get(entry.query.id)
    if current is None:
        return
    again = replace(
        current, unsure=max(0, current.unsure - 1),
        excluded=tuple(name for name in current.excluded if name != event.annotator),
        judged=entry.query.judged)
    if again.lease is None:
        again = _given_to(_with_pair(again, entry.query), event)
    draft.put(again)


def _with_pair(query: Query, shown: Query) -> Query:
    return replace(query, predicted=shown.predicted, margin=shown.margin, beliefs=shown.beliefs,
                   counter_example=shown.counter_example, others=shown.others,
                   picked=shown.picked)


def _given_to(query: Query, event: Undone) -> Query:
    lease = Lease(event.annotator, event.epoch, event.deadline, displayed_at=event.at)
    return replace(query, lease=lease, last=None, epoch=event.epoch,
                   holders=with_name(query.holders, event.annotator))
