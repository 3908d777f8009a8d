"""Who holds which query: choosing, leasing, displaying, giving back.

A lease has a deadline and an epoch; an event with an older epoch is fenced off. Only what was
displayed counts as seen: from then on the pair stands still, and a reply that comes after the
lease ended still counts while that very pair is unchanged (`Query.last`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..errors import Conflict, Stale
from ..types import AnnotatorId, QueryId, QueryKind, Seconds
from .audits import fit
from .draft import Draft
from .events import Displayed, Flagged, Leased, Released, Skipped
from .queries import find, repick, suspicion, unknown
from .state import Lease, Query, SessionState

CREDIT = 2.0
"""Bound of the audit lane's credit either way: a long wait on one side is not paid back whole."""


def choose(
    state: SessionState, annotator: AnnotatorId, count: int, at: Seconds
) -> tuple[QueryId, ...]:
    """Up to `count` open queries for this annotator, most urgent first: free ones they may answer,
    those they skipped last. Of each lane's turns the audits get `audit_share`; audits go in the
    order they came, so that their margin has no say. Asking changes nothing."""
    able = [q for q in state.queries.values() if _free(q, at) and annotator not in q.excluded]
    fresh = [q for q in able if annotator not in q.skipped_by]
    again = [q for q in able if annotator in q.skipped_by]
    turns = _interleave(state, [*_split(fresh), *_split(again)])
    return tuple(query.id for query, _ in zip(turns, range(count), strict=False))


def _split(queries: list[Query]) -> tuple[list[Query], list[Query]]:
    audits = [q for q in queries if q.kind is QueryKind.AUDIT]
    ordinary = [q for q in queries if q.kind is not QueryKind.AUDIT]
    return sorted(ordinary, key=suspicion, reverse=True), audits


def _interleave(state: SessionState, lanes: list[list[Query]]) -> Iterator[Query]:
    credit, share = state.lane.credit, state.settings.audit_share
    for ordinary, audits in zip(lanes[::2], lanes[1::2], strict=True):
        first, second = iter(ordinary), iter(audits)
        left, right = next(first, None), next(second, None)
        while left or right:
            audit = right is not None and (left is None or credit + share >= 1)
            credit = _credit(credit, share, audit)
            if audit:
                assert right is not None
                yield right
                right = next(second, None)
            else:
                assert left is not None
                yield left
                left = next(first, None)


def _credit(credit: float, share: float, audit: bool) -> float:
    return min(CREDIT, max(-CREDIT, credit + share - audit))


def _free(query: Query, at: Seconds) -> bool:
    return query.lease is None or query.lease.deadline <= at


def leased(draft: Draft, event: Leased) -> None:
    query = find(draft, event.query)
    if not _free(query, event.at):
        raise Conflict(f"query {query.id!r} is held by somebody", query=query.id)
    if event.annotator in query.excluded:
        raise Conflict(f"query {query.id!r} is for somebody else", query=query.id)
    if event.epoch != query.epoch + 1:
        raise Stale(f"the next lease of {query.id!r} has epoch {query.epoch + 1}, not "
                    f"{event.epoch}", query=query.id)
    lease = Lease(event.annotator, event.epoch, event.deadline)
    share = draft.settings.audit_share
    audit = query.kind is QueryKind.AUDIT
    draft.lane = replace(draft.lane, credit=_credit(draft.lane.credit, share, audit))
    repick(draft, replace(query, lease=lease, last=_seen(query), epoch=event.epoch,
                          holders=with_name(query.holders, event.annotator)))


def with_name(names: tuple[AnnotatorId, ...], name: AnnotatorId) -> tuple[AnnotatorId, ...]:
    return names if name in names else (*names, name)


def _seen(query: Query) -> Lease | None:
    """The lease whose pair stands, once nobody holds the query any more."""
    if query.lease is not None and query.lease.displayed_at is not None:
        return query.lease
    return query.last


def held(draft: Draft, query: QueryId, annotator: AnnotatorId, epoch: int) -> tuple[Query, Lease]:
    """The open query and its lease, if this annotator holds it under this epoch."""
    found = find(draft, query)
    if found.lease is None or found.lease.annotator != annotator:
        if annotator in found.holders and 0 < epoch <= found.epoch:
            raise Stale(f"your lease of {query!r} ended", query=query)
        raise unknown(query)
    if found.lease.epoch != epoch:
        raise Stale(f"your lease of {query!r} has epoch {found.lease.epoch}, not {epoch}",
                    query=query)
    return found, found.lease


def display(draft: Draft, event: Displayed) -> None:
    """From here on the pair does not change; displaying twice is once."""
    query, lease = held(draft, event.query, event.annotator, event.epoch)
    if query.kind is QueryKind.FOLLOW_UP and query.counter_example is None:
        raise Stale(f"the pair of {query.id!r} is not found yet", query=query.id)
    if lease.displayed_at is None:
        draft.put(replace(query, lease=replace(lease, displayed_at=event.at)))


def released(draft: Draft, event: Released) -> None:
    query, _ = held(draft, event.query, event.annotator, event.epoch)
    draft.put(replace(query, lease=None, last=_seen(query)))
    fit(draft)


def skipped(draft: Draft, event: Skipped) -> None:
    query, _ = held(draft, event.query, event.annotator, event.epoch)
    draft.count("skipped")
    draft.put(replace(query, lease=None, last=None,
                      skipped_by=with_name(query.skipped_by, event.annotator)))
    fit(draft)


def flagged(draft: Draft, event: Flagged) -> None:
    query = find(draft, event.query)
    if event.annotator not in query.holders:
        raise unknown(event.query)
    draft.count("flagged")
