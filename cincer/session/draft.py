"""A state while one event is folded into it. Every handler works on a `Draft`; nothing outside
`step` ever sees one. Mappings are copied at the first write, counters are summed up once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..errors import InvalidInput
from ..types import ActId, AnnotatorId, Label, Position, QueryId, QueryKind
from .effects import Effect, NeedScore, QueryDone, QueryPut
from .state import Acts, Counters, Drawn, Query, SessionState, UndoEntry

CLOSED_KEPT = 1000
"""Closed queries whose holders are remembered, so that a late reply is told from a wild one."""


class Draft:
    """The next state in the making, and the effects so far."""

    __slots__ = (
        "_counts", "_own", "_queries", "_score", "acts", "before", "budget", "classes", "closed",
        "drawn", "effects", "iterations", "key", "lane", "model", "next_act", "next_query",
        "settings", "threshold", "undo",
    )

    def __init__(self, state: SessionState) -> None:
        self.before = state
        self.settings = state.settings
        self.classes = state.classes
        self.key = state.key
        self.threshold = state.threshold
        self.next_query = state.next_query
        self.model = state.model
        self.closed = state.closed
        self.undo = state.undo
        self.drawn = state.drawn
        self.lane = state.lane
        self.budget = state.budget
        self.next_act = state.next_act
        self.acts = state.acts
        self.iterations = state.iterations
        self.effects: list[Effect] = []
        self._queries: dict[QueryId, Query] = {}
        self._own = False
        self._counts: dict[str, int] | None = None
        self._score = False

    @property
    def queries(self) -> Mapping[QueryId, Query]:
        """The open queries, in the order they were opened."""
        return self._queries if self._own else self.before.queries

    def emit(self, effect: Effect) -> None:
        self.effects.append(effect)

    def count(self, *names: str, by: int = 1) -> None:
        """Raise these counters."""
        if self._counts is None:
            self._counts = {}
        for name in names:
            self._counts[name] = self._counts.get(name, 0) + by

    def want_score(self) -> None:
        """The next undecided example may be scored, unless a synchronous stream waits."""
        self._score = True

    @property
    def next_id(self) -> QueryId:
        return QueryId(f"q-{self.next_query}")

    def put(self, query: Query) -> Query:
        """Store a new or changed open query."""
        self._writable()[query.id] = query
        self.emit(QueryPut(query))
        return query

    def close(self, query: Query, outcome: str, by: AnnotatorId | None = None) -> None:
        """Close an open query; its holders are remembered for a while."""
        del self._writable()[query.id]
        closed = {**self.closed, query.id: query.holders}
        if len(closed) > CLOSED_KEPT:
            del closed[next(iter(closed))]
        self.closed = closed
        self._score = self._score or self.settings.synchronous
        self.emit(QueryDone(query, outcome, by))

    def reopen(self, query: Query) -> Query:
        """Put back a query that was closed."""
        self.closed = {name: held for name, held in self.closed.items() if name != query.id}
        return self.put(query)

    def set_undo(self, annotator: AnnotatorId, entries: tuple[UndoEntry, ...]) -> None:
        self.undo = {**self.undo, annotator: entries}

    @property
    def next_act_id(self) -> ActId:
        return ActId(f"a-{self.next_act}")

    def acts_of(self, curator: AnnotatorId) -> Acts:
        return self.acts.get(curator, Acts())

    def set_acts(self, curator: AnnotatorId, acts: Acts) -> None:
        self.acts = {**self.acts, curator: acts}

    def draw(self, position: Position, drawn: Drawn) -> None:
        self.drawn = {**self.drawn, position: drawn}

    def take_drawn(self, position: Position) -> Drawn | None:
        """The audit drawn for this arrival, if one was; it is forgotten here."""
        found = self.drawn.get(position)
        if found is not None:
            self.drawn = {at: one for at, one in self.drawn.items() if at != position}
        return found

    def check_label(self, label: Label | None) -> None:
        if label is not None and not 0 <= label < len(self.classes):
            raise InvalidInput(
                f"no class {label}; there are {len(self.classes)}, counted from 0", label=label)

    @property
    def blocked(self) -> bool:
        """Whether a synchronous stream waits for a reply."""
        return self.settings.synchronous and any(
            query.kind is not QueryKind.DISPUTE for query in self.queries.values())

    def finish(self) -> tuple[SessionState, tuple[Effect, ...]]:
        """The new state and everything that follows."""
        if self._score and not self.blocked:
            self.emit(NeedScore())
        state = SessionState(
            self.settings, self.classes, self.key, self.threshold, self.next_query, self.model,
            self._counters(), self.queries, self.closed, self.undo, self.drawn, self.lane,
            self.budget, self.next_act, self.acts, self.iterations)
        return state, tuple(self.effects)

    def _counters(self) -> Counters:
        if not self._counts:
            return self.before.counters
        old = self.before.counters
        return replace(old, **{name: getattr(old, name) + by for name, by in self._counts.items()})

    def _writable(self) -> dict[QueryId, Query]:
        if not self._own:
            self._queries = dict(self.before.queries)
            self._own = True
        return self._queries
