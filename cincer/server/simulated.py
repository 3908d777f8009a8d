"""A simulated annotator: a client of the service like any other, that answers by an oracle.

It leases, displays and replies with the same commands as a person's page, at a pace of its own.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import Protocol, TypeAlias

from ..errors import CincerError, Closed
from ..session.events import Decision
from ..session.queries import ready
from ..session.state import Query
from ..types import Action, AnnotatorId, ExampleId, Label
from . import threads
from .commands import Actor, Display, Gone, Lease, Reply
from .notices import Notice, QueryReady
from .service import Service

log = logging.getLogger("cincer.simulated")

Answer: TypeAlias = Callable[[Query], tuple[Decision | None, ...]]
"""What is said of the example (None where it is settled) and of the counter-examples shown."""

PATIENCE = 10.0
"""Seconds to wait for one command."""


class Oracle(Protocol):
    """Answers about one example and the label it is shown with (`cincer_streams.Oracle`)."""

    def answer(self, id: ExampleId, shown: Label) -> tuple[Action, Label | None]: ...


def by_oracle(oracle: Oracle) -> Answer:
    """Answers all that is asked about as `oracle` does."""

    def answer(query: Query) -> tuple[Decision | None, ...]:
        shown = query.predicted if query.given is None else query.given
        others = (Decision(*oracle.answer(other.example, other.label)) for other in query.counters)
        if query.chain is not None:
            return (None, *others)
        return (Decision(*oracle.answer(query.example, shown)), *others)

    return answer


class SimulatedAnnotator:
    """Answers `pace` queries a second (None = as fast as it can), at most `limit`, until closed.
    `replies` counts those that were acknowledged."""

    def __init__(
        self, service: Service, name: str, answer: Answer, pace: float | None = 1.0,
        limit: int | None = None,
    ) -> None:
        self._service, self._answer, self._limit = service, answer, limit
        self._actor = Actor(AnnotatorId(name), frozenset({"annotator"}))
        self._pause = 0.0 if pace is None else 1.0 / pace
        self._news = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.replies = 0
        service.subscribe(self._notice)

    def start(self) -> None:
        self._thread = threads.start(f"annotator-{self._actor.name}", self._run)

    def close(self) -> None:
        """Leave: what it holds goes back after the grace."""
        self._closing.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)
        self._service.submit(Gone(self._actor))

    def _notice(self, notice: Notice) -> None:
        if isinstance(notice, QueryReady) and notice.annotator == self._actor.name:
            self._news.set()

    def _run(self) -> None:
        while not self._closing.is_set() and (self._limit is None or self.replies < self._limit):
            try:
                self._turn()
            except Closed:
                return
            except (CincerError, TimeoutError) as error:
                log.info("%s: %s", self._actor.name, error)
                self._closing.wait(0.1)

    def _turn(self) -> None:
        self._news.clear()
        query = self._next()
        if query is None:
            self._do(Lease(self._actor, 2, uuid.uuid4().hex))
            self._news.wait(0.5)
            return
        began = time.monotonic()
        self._do(Display(self._actor, query.id, query.epoch))
        self._closing.wait(max(0.0, self._pause - (time.monotonic() - began)))
        self._reply(query)

    def _next(self) -> Query | None:
        """The next query that can be shown."""
        held = self._service.held(self._actor.name)
        return next((query for query in held if ready(query)), None)

    def _reply(self, query: Query) -> None:
        shown = self._service.query(query.id)
        if shown is None or shown.epoch != query.epoch:
            return
        example, *said = self._answer(shown)
        self._do(Reply(self._actor, uuid.uuid4().hex, query.id, query.epoch, example,
                       said[0] if said else None, others=tuple(said[1:])))
        self.replies += 1

    def _do(self, command: Lease | Display | Reply) -> None:
        self._service.submit(command).result(PATIENCE)
