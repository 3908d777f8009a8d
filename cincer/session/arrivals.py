"""What becomes of an arrival: it is stored, scored, then trained on, asked about or set aside."""

from __future__ import annotations

from math import isnan

from ..errors import InvalidInput, Stale
from ..types import Entry, Position, QueryKind, Status
from .audits import admits, thin_out
from .budget import note_arrival, note_scored
from .draft import Draft
from .effects import Added, Decided, Entered, Left
from .events import Received, Scored
from .queries import suspicion, trim
from .state import Drawn, Query


def received(draft: Draft, event: Received) -> None:
    draft.check_label(event.given)
    if event.position != draft.before.counters.received:
        raise InvalidInput(
            f"the next position is {draft.before.counters.received}, not {event.position}",
            position=event.position)
    note_arrival(draft, event.at)
    draft.count("received")
    if event.given is None:
        _unlabelled(draft, event)
    else:
        _labelled(draft, event, event.given)


def _unlabelled(draft: Draft, event: Received) -> None:
    asks = draft.settings.label_missing == "ask"
    status = Status.UNDECIDED if asks else Status.UNLABELLED
    draft.emit(Added(event.example, event.position, None, status, event.source))
    if asks:
        draft.want_score()
    else:
        draft.emit(Decided(event.position, "unlabelled", None, None, draft.model))


def _labelled(draft: Draft, event: Received, given: int) -> None:
    draft.emit(Added(event.example, event.position, given, Status.UNDECIDED, event.source))
    draft.count("labelled")
    if draft.before.counters.labelled < draft.settings.bootstrap:
        draft.emit(Decided(event.position, "bootstrap", None, None, draft.model))
        _enter(draft, event.position, Entry.BOOTSTRAP)
        return
    if event.draw < draft.lane.rate:
        draft.draw(event.position, Drawn(draft.lane.rate, event.thin))
    draft.want_score()


def scored(draft: Draft, event: Scored) -> None:
    """Audits first, then the margin against the threshold."""
    draft.check_label(event.predicted)
    draft.check_label(event.given)
    if draft.blocked:
        raise Stale("a query is open and the stream waits for its reply", position=event.position)
    if (event.given is None) != (event.margin is None or isnan(event.margin)):
        raise InvalidInput("a margin (a number) is given with a label, and only then",
                           position=event.position)
    draft.count("scored")
    drawn = draft.take_drawn(event.position)
    note_scored(draft, asked=_decide(draft, event, drawn))
    if draft.settings.synchronous:
        draft.want_score()


def _decide(draft: Draft, event: Scored, drawn: Drawn | None) -> bool:
    """Whether the arrival was to be asked about."""
    if drawn is not None and admits(draft, drawn):
        draft.count("audits")
        _open(draft, event, QueryKind.AUDIT, drawn)
        thin_out(draft)
        return True
    if event.margin is None:
        _ask(draft, event, QueryKind.UNLABELLED)
        return True
    if event.margin > draft.threshold:
        draft.count("suspicious")
        _ask(draft, event, QueryKind.SUSPICIOUS)
        return True
    _say(draft, event, "accepted")
    _enter(draft, event.position, Entry.ACCEPTED)
    return False


def _ask(draft: Draft, event: Scored, kind: QueryKind) -> None:
    query = _query(draft, event, kind, None)
    if _falls(draft, query):
        _unasked(draft, event)
    else:
        _open(draft, event, kind, None)
        trim(draft)


def _falls(draft: Draft, query: Query) -> bool:
    """Whether the queue is full of what is more suspicious, or held."""
    ordinary = [q for q in draft.queries.values() if q.kind is not QueryKind.AUDIT]
    if len(ordinary) < draft.settings.queue_size:
        return False
    return all(q.lease is not None or suspicion(q) > suspicion(query) for q in ordinary)


def _unasked(draft: Draft, event: Scored) -> None:
    draft.count("unasked")
    _say(draft, event, "unasked")
    if event.given is None:
        draft.emit(Left(event.position, Status.UNLABELLED, "unasked"))
    else:
        _enter(draft, event.position, Entry.UNASKED)


def _open(draft: Draft, event: Scored, kind: QueryKind, drawn: Drawn | None) -> None:
    query = _query(draft, event, kind, drawn)
    draft.next_query += 1
    draft.count("asked")
    _say(draft, event, "audited" if drawn else "asked")
    if query.in_training:
        _enter(draft, event.position, Entry.PROVISIONAL)
    draft.put(query)


def _query(draft: Draft, event: Scored, kind: QueryKind, drawn: Drawn | None) -> Query:
    return Query(
        id=draft.next_id, kind=kind, example=event.example, position=event.position,
        given=event.given, predicted=event.predicted, margin=event.margin,
        beliefs=event.beliefs, opened_at=event.at,
        in_training=draft.settings.pending == "provisional" and event.given is not None,
        thin=drawn.thin if drawn else 0.0,
        drawn=drawn.chance if drawn else None,
        propensity=drawn.chance * draft.lane.keep if drawn else None,
    )


def _say(draft: Draft, event: Scored, decision: str) -> None:
    draft.emit(Decided(event.position, decision, event.predicted, event.margin, event.version))


def _enter(draft: Draft, position: Position, entry: Entry) -> None:
    draft.emit(Entered(position, entry))
    draft.count("entered")
