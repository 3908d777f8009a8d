"""Explanations: what is asked of the scorer about one pair, and who waits for the answer.

Nothing is recorded, so an answer need not wait for a commit. Whoever asks about a query while it is
being explained gets the same answer.
"""

from __future__ import annotations

from typing import Any

from ...compute.frames import Frame
from ...errors import CincerError, Conflict, NotFound, Stale, Unavailable
from ...session.state import Query
from ...types import Position, QueryId
from .. import commands as c
from .desk import Job, Urgency
from .group import Group
from .inbox import Submitted
from .live import Live
from .scoring import Scoring

GONE = "the counter-example is not in the training set any more"


class Explaining:
    """Those who wait, by query."""

    def __init__(self, live: Live, scoring: Scoring) -> None:
        self._live, self._scoring = live, scoring
        self._waiting: dict[QueryId, list[Submitted]] = {}
        scoring.handlers["explain"] = self._explained
        scoring.refusals.append(self._refused)

    def take(self, item: Submitted) -> None:
        """Ask for an explanation; `item` is answered when it is there, or refused."""
        assert isinstance(item.command, c.Explain)
        try:
            query = self._shown_to(item.command)
        except CincerError as error:
            item.refuse(error)
            return
        self._waiting.setdefault(query.id, []).append(item)
        self._scoring.desk.ask(
            Job(_name(query.id), Urgency.MODEL, lambda: self._job(query.id)))

    def fail(self, error: CincerError) -> None:
        """Nobody will be answered: the process has died, or the server stops."""
        for query in list(self._waiting):
            self._refuse(query, error)

    def _shown_to(self, command: c.Explain) -> Query:
        query = self._live.state.queries.get(command.query)
        if query is None:
            raise Stale(f"{command.query} is closed or was never asked")
        if query.lease is None or query.lease.annotator != command.actor.name:
            raise NotFound(f"no query {command.query} that you hold")
        if query.counter_example is None or query.given is None:
            raise Conflict(f"{command.query} has no counter-example to explain")
        if not self._scoring.running:
            raise Unavailable("the model is starting; ask again", retry_after=1.0)
        return query

    def _job(self, name: QueryId) -> Frame | None:
        query = self._live.state.queries.get(name)
        if name not in self._waiting:
            return None
        if query is None or query.counter_example is None or query.given is None:
            self._refuse(name, Stale(f"{name} was closed meanwhile"))
            return None
        return {"op": "explain", "query": name, "position": int(query.position),
                "given": query.given, "counter_example": int(query.counter_example.position)}

    def _explained(self, group: Group, frame: Frame) -> None:
        name = QueryId(frame["query"])
        query = group.state.queries.get(name)
        if query is None or query.given is None or frame["left"]:
            self._refuse(name, Stale(GONE if frame["left"] else f"{name} was closed meanwhile"))
            return
        found = c.Explained(
            group.seq, name, query.given, frame["probability"], self._without(frame["single"]),
            None if frame["group"] is None else self._without(frame["group"]), frame["version"])
        for item in self._waiting.pop(name, []):
            item.answer(found)

    def _without(self, left: dict[str, Any]) -> c.Without:
        ids = tuple(self._live.loop.ids[Position(at)] for at in left["positions"])
        return c.Without(ids, left["predicted_change"], left["real_change"], left["exact"],
                         left["decrement"])

    def _refused(self, job: str, error: str) -> None:
        for query in [name for name in self._waiting if _name(name) == job]:
            self._refuse(query, CincerError(error))

    def _refuse(self, query: QueryId, error: CincerError) -> None:
        for item in self._waiting.pop(query, []):
            item.refuse(error)


def _name(query: QueryId) -> str:
    return f"explain:{query}"
