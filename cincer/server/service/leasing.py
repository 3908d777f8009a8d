"""Who holds which query: demand, deadlines, and the grace after a disconnect.

An annotator's `Lease(count)` is a standing demand: whenever they hold fewer and a query is open for
them, they get it in the same commit, so nobody waits while there is something to ask. The demand
rests when a lease of theirs runs out (they are not there) until their next sign of life, and ends
when their last connection closes; held queries then go back after a grace, unless they return.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator

from ...session.events import Released
from ...session.state import Query, SessionState
from ...types import AnnotatorId, QueryId, Seconds
from .group import Group

GRACE = 5.0
"""Seconds for which a disconnected annotator's leases are kept."""


class Leasing:
    """Standing demands and graces, by annotator. Instants are those of the group."""

    def __init__(self) -> None:
        self._wanted: dict[AnnotatorId, int] = {}
        self._resting: set[AnnotatorId] = set()
        self._gone: dict[AnnotatorId, Seconds] = {}
        self._stale = True

    @property
    def present(self) -> frozenset[AnnotatorId]:
        """Annotators who asked for queries and have not left."""
        return frozenset(self._wanted.keys() - self._gone.keys())

    def want(self, annotator: AnnotatorId, count: int) -> None:
        """`annotator` would hold `count` queries from now on."""
        self._wanted[annotator] = count
        self.seen(annotator)

    def seen(self, annotator: AnnotatorId) -> None:
        """A sign of life: a pending grace ends, a resting demand counts again."""
        self._gone.pop(annotator, None)
        self._resting.discard(annotator)
        self._stale = True

    def left(self, annotator: AnnotatorId, now: Seconds) -> None:
        """`annotator`'s last connection closed."""
        self._wanted.pop(annotator, None)
        self._gone[annotator] = now + GRACE

    def reset(self) -> None:
        """After a failed group: look at everything again."""
        self._stale = True

    def next_deadline(self, state: SessionState) -> Seconds | None:
        """When `tend` has something to do that nobody asks for."""
        leases = [q.lease.deadline for q in state.queries.values() if q.lease is not None]
        return min([*leases, *self._gone.values()], default=None)

    def tend(self, group: Group) -> None:
        """End what has run out, then give out what is open."""
        for query, reason in list(self._ended(group.state, group.now)):
            assert query.lease is not None
            self._release(group, query, reason)
        self._gone = {who: until for who, until in self._gone.items() if until > group.now}
        if self._stale or group.changed or group.over:
            self._stale = False
            self._give_out(group)

    def _ended(self, state: SessionState, now: Seconds) -> Iterator[tuple[Query, str]]:
        for query in state.queries.values():
            if query.lease is None:
                continue
            if self._gone.get(query.lease.annotator, now + 1) <= now:
                yield query, "disconnected"
            elif query.lease.deadline <= now:
                yield query, "expired"

    def _release(self, group: Group, query: Query, reason: str) -> None:
        lease = query.lease
        assert lease is not None
        self._resting.add(lease.annotator)
        group.record(Released(query.id, lease.annotator, lease.epoch, reason, group.now),
                     actor=lease.annotator)

    def give_out_to(self, group: Group, annotator: AnnotatorId, *, skipped: bool) -> None:
        """Lease to `annotator` what they want and do not hold yet; what they `skipped` comes back
        to them only when they ask."""
        held = len(held_by(group.state, annotator))
        missing = self._wanted.get(annotator, 0) - held
        for query in group.loop.choose(annotator, max(0, missing), group.now):
            if skipped or annotator not in group.state.queries[query].skipped_by:
                group.record(group.loop.leased(query, annotator, group.now), actor=annotator)

    def _give_out(self, group: Group) -> None:
        held = Tally(q.lease.annotator for q in group.state.queries.values() if q.lease)
        for annotator in sorted(self._wanted, key=lambda a: held[a]):
            if all(q.lease for q in group.state.queries.values()):
                return
            if annotator not in self._resting and held[annotator] < self._wanted[annotator]:
                self.give_out_to(group, annotator, skipped=False)


def held_by(state: SessionState, annotator: AnnotatorId) -> tuple[QueryId, ...]:
    """The queries `annotator` holds, oldest lease first."""
    mine = [q for q in state.queries.values() if q.lease and q.lease.annotator == annotator]
    return tuple(q.id for q in sorted(mine, key=lambda q: q.lease.deadline if q.lease else 0.0))
