"""The queue: which query is more urgent, what falls off, and what the model's moves do to it."""

from __future__ import annotations

from dataclasses import replace

from ..errors import NotFound
from ..types import Entry, Label, Position, QueryId, QueryKind, Status
from .budget import clearing_threshold
from .draft import Draft
from .effects import Entered, Left, NeedPick
from .events import Opinion, Picked, Rescored
from .state import Query


def suspicion(query: Query) -> float:
    """How urgent a query is, higher = first. The margin; without a label how unsure the machine
    is; disputes before all, then follow-ups."""
    if query.kind is QueryKind.DISPUTE:
        return 2.0
    if query.kind is QueryKind.FOLLOW_UP:
        return 1.5
    if query.margin is not None:
        return query.margin
    return 1 - query.beliefs[0][1] if query.beliefs else 0.0


def wants_counter(query: Query) -> bool:
    """Whether a counter-example says anything: the machine must believe another class. An audit
    is shown alone, so that the machine's opinion has no say in its answer."""
    pairs = query.kind in (QueryKind.SUSPICIOUS, QueryKind.FOLLOW_UP)
    return pairs and query.predicted != query.given


def ready(query: Query) -> bool:
    """Whether a query can be shown: its pair is picked, or it needs none (so does a suspicion that
    the machine has given up meanwhile)."""
    return query.picked is not None or not wants_counter(query)


def displayed(query: Query) -> bool:
    return query.lease is not None and query.lease.displayed_at is not None


def find(draft: Draft, query: QueryId) -> Query:
    """The open query, or `NotFound`."""
    found = draft.queries.get(query)
    if found is None:
        raise unknown(query)
    return found


def unknown(query: QueryId) -> NotFound:
    """The one answer for a query that does not exist and for one that is somebody else's."""
    return NotFound(f"you hold no query {query!r}", query=query)


def trim(draft: Draft) -> None:
    """Drop the least suspicious until the queue fits; audits have a lane of their own, and what
    somebody holds stays."""
    while True:
        ordinary = [q for q in draft.queries.values() if q.kind is not QueryKind.AUDIT]
        loose = [q for q in ordinary if q.lease is None]
        if len(ordinary) <= draft.settings.queue_size or not loose:
            return
        fall(draft, min(loose, key=suspicion), "unasked", Entry.UNASKED)
        draft.count("unasked")


def fall(draft: Draft, query: Query, outcome: str, entry: Entry) -> None:
    """Close a query that nobody answers: what waited enters with the label it came with, if it
    has one."""
    if query.kind is QueryKind.UNLABELLED:
        draft.emit(Left(query.position, Status.UNLABELLED, outcome))
    elif not query.in_training:
        draft.emit(Entered(query.position, entry))
        draft.count("entered")
    draft.close(query, outcome)


def drop_pick(draft: Draft, query: Query) -> Query:
    """Forget the pair of an undisplayed query; its holder is sent another one."""
    return repick(
        draft, replace(query, counter_example=None, others=(), picked=None, last=None))


def repick(draft: Draft, query: Query) -> Query:
    put = draft.put(query)
    if put.lease is not None and wants_counter(put):
        draft.emit(NeedPick(put.id))
    return put


def picked(draft: Draft, event: Picked) -> None:
    """Store the other side of the pair, unless the query is gone or already on a screen. A side
    that somebody has judged is not asked about again: the example is then shown alone (to ask for
    another one would be given the same for ever), and a follow-up ends."""
    query = draft.queries.get(event.query)
    if query is None or displayed(query):
        return
    found = () if event.counter_example is None else (event.counter_example, *event.others)
    found = tuple(counter for counter in found if counter.position not in query.judged)
    new = replace(query, counter_example=found[0] if found else None, others=found[1:],
                  picked=event.version)
    if not found and query.kind is QueryKind.FOLLOW_UP:
        draft.close(new, "exhausted")
        return
    same = query.picked is not None and _shown(query) == _shown(new)
    draft.put(replace(new, last=query.last if same else None))


def _shown(query: Query) -> tuple[tuple[Position, Label], ...]:
    return tuple((counter.position, counter.label) for counter in query.counters)


def rescored(draft: Draft, event: Rescored) -> None:
    for opinion in event.opinions:
        query = draft.queries.get(opinion.query)
        if query is not None and query.chain is None and not displayed(query):
            _revise(draft, query, opinion)


def _revise(draft: Draft, query: Query, opinion: Opinion) -> None:
    new = replace(query, predicted=opinion.predicted, margin=opinion.margin,
                  beliefs=opinion.beliefs)
    if cleared(draft, new):
        draft.count("cleared")
        fall(draft, new, "cleared", Entry.CLEARED)
    elif new.predicted != query.predicted:
        drop_pick(draft, new)
    else:
        draft.put(new)


def cleared(draft: Draft, query: Query) -> bool:
    """Whether a waiting example is not suspicious any more; nothing is taken from its holder."""
    return (
        draft.settings.pending == "hold" and query.kind is QueryKind.SUSPICIOUS
        and query.lease is None and not query.in_training and query.margin is not None
        and query.margin <= clearing_threshold(draft)
    )
