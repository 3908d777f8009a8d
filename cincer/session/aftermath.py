"""What a changed label does to other open queries: pairs that lean on it, questions about it."""

from __future__ import annotations

from collections.abc import Mapping

from ..types import AnnotatorId, Label, Position, QueryId, QueryKind
from .draft import Draft
from .queries import displayed, drop_pick
from .state import Query
from .verdicts import Author, Side

SPECIAL = (QueryKind.DISPUTE, QueryKind.FOLLOW_UP)
"""Kinds that may be open beside an ordinary query about the same example."""


def unlean(
    draft: Draft, position: Position, label: Label | None, but: QueryId | None = None
) -> None:
    """Undisplayed queries whose counter-example is this one, with another label than it has now,
    want a new pair; so do follow-ups, which never show what somebody has judged. `label` None: it
    left the training set. A displayed pair stays valid."""
    unlean_all(draft, {position: label}, but)


def unlean_all(
    draft: Draft, labels: Mapping[Position, Label | None], but: QueryId | None = None
) -> None:
    """`unlean` for many examples at once, by position."""
    for query in tuple(draft.queries.values()):
        leans = any(counter.position in labels
                    and (counter.label != labels[counter.position]
                         or query.kind is QueryKind.FOLLOW_UP)
                    for counter in query.counters)
        if leans and query.id != but and not displayed(query):
            drop_pick(draft, query)


def close_others(
    draft: Draft, position: Position, label: Label | None, author: Author
) -> list[Query]:
    """Close the undisplayed queries that ask about an example somebody has just judged. Only an
    example that is in the training set meanwhile can be judged from elsewhere. A follow-up stays
    where the judgement is the one it leans on."""
    found = [
        query for query in draft.queries.values()
        if query.position == position and query.id != author.query
        and query.kind is not QueryKind.DISPUTE and not displayed(query)
        and (query.chain is None or query.chain.settled != label)
    ]
    for query in found:
        draft.close(query, "removed" if label is None else "answered", author.annotator)
    return found


def rival(draft: Draft, query: Query) -> Query | None:
    """Another open query of the same sort about the same example."""
    sort = query.kind if query.kind in SPECIAL else None
    return next((one for one in draft.queries.values()
                 if one.position == query.position and one.id != query.id
                 and (one.kind if one.kind in SPECIAL else None) == sort), None)


def disputed(draft: Draft, position: Position, but: QueryId) -> bool:
    """Whether another open query is to settle two people's words on this example."""
    return any(query.position == position for query in disputes(draft) if query.id != but)


def disputes(draft: Draft) -> list[Query]:
    return [q for q in draft.queries.values() if q.kind is QueryKind.DISPUTE]


def open_dispute(draft: Draft, side: Side, author: Author) -> QueryId:
    """Ask a third person; until then the standing label stays."""
    query = Query(
        id=draft.next_id, kind=QueryKind.DISPUTE, example=side.example, position=side.position,
        given=side.standing.label, predicted=side.predicted, margin=None, beliefs=side.beliefs,
        opened_at=author.at, in_training=True, excluded=_both(side, author))
    draft.next_query += 1
    return draft.put(query).id


def _both(side: Side, author: Author) -> tuple[AnnotatorId, ...]:
    other = side.standing.annotator
    return (author.annotator,) if other is None else (other, author.annotator)
