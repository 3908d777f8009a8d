"""From a committed group to notices: what is told to whom, and not twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...session.queries import ready
from ...session.state import Query, SessionState
from ...types import QueryId
from ..notices import ArrivalDecided, Notice, QueryOver, QueryReady, QueueGrew, StatsChanged
from .group import Group
from .live import Live
from .scoring import sides


class Telling:
    """Remembers what the holder of each query was shown last, so that only news is sent."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._shown: dict[QueryId, tuple[Any, ...]] = {}

    def notices(self, group: Group) -> list[Notice]:
        """All notices of a group, in the order in which they are to be sent."""
        if not (group.events or group.notices):
            return []
        found: list[Notice] = [
            QueryOver(o.annotator, o.query, o.outcome) for o in group.over]
        found += self._ready(group)
        found += group.notices
        found += self._decided(group)
        if _grew(group.before, group.state):
            found.append(QueueGrew(len(group.state.queries)))
        if group.events:
            found.append(StatsChanged())
        return found

    def _ready(self, group: Group) -> Iterator[Notice]:
        for name in group.changed:
            query = group.state.queries.get(name)
            if query is None or query.lease is None:
                self._shown.pop(name, None)
            elif ready(query) and self._shown.get(name) != (face := _face(query)):
                self._shown[name] = face
                yield QueryReady(query.lease.annotator, query)
        for over in group.over:
            if over.query not in group.state.queries:
                self._shown.pop(over.query, None)

    def _decided(self, group: Group) -> Iterator[Notice]:
        for e in group.decided:
            yield ArrivalDecided(
                self._live.sources.pop(e.position, ""), self._live.loop.ids[e.position], e.decision,
                e.predicted, e.margin, e.version)


def _face(query: Query) -> tuple[Any, ...]:
    """What would make a difference on the screen: the pair, the predictions, the lease."""
    return (query.epoch, query.given, query.predicted, sides(query.counters))


def _grew(before: SessionState, after: SessionState) -> bool:
    return any(name not in before.queries for name in after.queries)
