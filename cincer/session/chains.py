"""Follow-ups: a counter-example found mislabelled is doubted in turn.

The reply that found it opens a query about it, held by whoever replied: its old label is the
doubted one, the label it was corrected to (or else the machine's) takes the prediction's place, and
a verdict is asked of the new counter-example alone. The chain ends with a counter-example that is
right, after `rounds` questions, or where no known example is left to show.

The pick may be neither what was judged in the chain nor what a person has confirmed. Follow-ups
are no arrivals: they leave the running share asked, and with it the rate of audits, as it is, and
take no turn from the audit lane. But they cost people's time, so each answer to one is paid from
the budget: the threshold moves as if one more arrival had been asked about.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ..types import Label, QueryId, QueryKind
from .draft import Draft
from .effects import NeedPick
from .events import Decision
from .state import ActEntry, Acts, Chain, Lease, Query, UndoEntry
from .verdicts import Author, Side


def open_follow_ups(
    draft: Draft, query: Query, doubted: list[tuple[Side, Decision]], author: Author
) -> list[QueryId]:
    """One query for each counter-example of `query` that was found mislabelled, if the chain may go
    on; their ids."""
    depth = depth_of(query) + 1
    if depth > draft.settings.rounds:
        return []
    return [_open(draft, query, side, said, depth, author).id for side, said in doubted
            if _instead(side, said) != side.shown and not _asked(draft, side)]


def depth_of(query: Query) -> int:
    """Its place in the chain: 1 for a query about an arrival."""
    return 1 if query.chain is None else query.chain.depth


def _instead(side: Side, said: Decision) -> Label:
    """The label that speaks against the old one."""
    return side.predicted if said.label is None else said.label


def _asked(draft: Draft, side: Side) -> bool:
    return any(query.kind is QueryKind.FOLLOW_UP and query.position == side.position
               for query in draft.queries.values())


def _open(
    draft: Draft, query: Query, side: Side, said: Decision, depth: int, author: Author
) -> Query:
    """Held by the author, who has its example on the screen."""
    shown = (query.position, *(counter.position for counter in query.counters))
    new = Query(
        id=draft.next_id, kind=QueryKind.FOLLOW_UP, example=side.example, position=side.position,
        given=side.shown, predicted=_instead(side, said), margin=None, beliefs=side.beliefs,
        opened_at=author.at, in_training=True,
        lease=Lease(author.annotator, 1, author.at + draft.settings.lease_seconds), epoch=1,
        holders=(author.annotator,),
        judged=(*query.judged, *(p for p in shown if p not in query.judged)),
        chain=Chain(depth, query.id, said.label))
    draft.next_query += 1
    draft.put(new)
    draft.emit(NeedPick(new.id))
    return new


def close_follow_ups(draft: Draft, entry: UndoEntry) -> None:
    """The reply of `entry` is taken back: what it led on to closes, if it is not yet answered, and
    is never asked again; an answer to it stands."""
    gone = entry.follow_ups
    for name in gone:
        if name in draft.queries:
            draft.close(draft.queries[name], "undone")
    if gone:
        draft.undo = {who: tuple(_without(one, gone) for one in entries)
                      for who, entries in draft.undo.items()}
        draft.acts = {who: Acts(*(tuple(_act_without(one, gone) for one in entries)
                                  for entries in (acts.done, acts.undone)))
                      for who, acts in draft.acts.items()}


def _act_without(entry: ActEntry, gone: Collection[QueryId]) -> ActEntry:
    """The same for a curator's act."""
    if not any(query.id in gone for query in entry.queries):
        return entry
    return replace(entry, queries=tuple(q for q in entry.queries if q.id not in gone))


def _without(entry: UndoEntry, gone: Collection[QueryId]) -> UndoEntry:
    """The entry with nothing in it that would ask those queries again."""
    if entry.query.id not in gone and not any(q.id in gone for q in entry.others):
        return entry
    return replace(entry, over=entry.over or entry.query.id in gone,
                   others=tuple(q for q in entry.others if q.id not in gone))
