"""A service and an archive in memory that honour the commands and notices, and a real server.

The fake asks about every example whose id starts with "q"; pairs are picked at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from cincer.config import LoopSettings, ServerSettings, Settings
from cincer.errors import CincerError, Conflict, NotFound, Stale
from cincer.schema import Schema
from cincer.server import commands as c
from cincer.server import notices as n
from cincer.server.app import close_app, create_app
from cincer.server.auth.tokens import Tokens
from cincer.server.curation import Curation
from cincer.server.suggested import Suggested
from cincer.server.weighed import Weighed
from cincer.server.wire.annotate import Stats
from cincer.session.events import Counter
from cincer.session.state import Lease, Query
from cincer.types import Action, AnnotatorId, ExampleId, Position, QueryId, QueryKind

CLASSES = ("zero", "one", "two")
IMAGE = [[0, 4], [8, 16]]


def image_schema() -> Schema:
    return Schema.declare("image", CLASSES, size=(2, 2), high=16)


@dataclass(frozen=True)
class Payload:
    content: Any
    meta: dict[str, Any]


@dataclass(frozen=True)
class Stored:
    position: Position
    id: ExampleId
    source: str
    given: int | None
    digest: bytes
    payload: Payload
    human: int | None = None
    machine: int | None = None
    status: str = "known"
    entry: str | None = "accepted"
    role: str = "none"
    treatment: str = "ce"
    predicted: int | None = 1
    margin: float | None = 0.5
    at: float = 1.0
    history: tuple[Any, ...] = ()

    @property
    def effective(self) -> int | None:
        return self.given if self.human is None else self.human


@dataclass
class FakeService:
    """Answers in the caller's thread, one command at a time."""

    stored: dict[str, Stored] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    keys: dict[tuple[str, str], tuple[Any, Any]] = field(default_factory=dict)
    log: list[c.Command] = field(default_factory=list)
    subscribers: list[Callable[[n.Notice], None]] = field(default_factory=list)
    seq: int = 0
    hung: bool = False
    guard: Any = field(default_factory=threading.RLock)
    curation: Curation = field(default_factory=lambda: Curation(len(CLASSES)))
    suggested: Suggested = field(default_factory=Suggested)
    weighed: Weighed = field(default_factory=Weighed)

    def submit(self, command: c.Command) -> Future[Any]:
        future: Future[Any] = Future()
        if self.hung:
            return future
        with self.guard:
            try:
                future.set_result(self._once(command))
            except CincerError as error:
                future.set_exception(error)
        return future

    def subscribe(self, callback: Callable[[n.Notice], None]) -> None:
        self.subscribers.append(callback)

    def tell(self, notice: n.Notice) -> None:
        for callback in self.subscribers:
            callback(notice)

    def look(self) -> None: ...

    def rows(self, positions: Any) -> Any:
        return np.zeros((len(positions), 4), np.float32)

    def query(self, query: QueryId) -> Query | None:
        return self.queries.get(query)

    def held(self, annotator: AnnotatorId) -> tuple[Query, ...]:
        return tuple(q for q in list(self.queries.values())
                     if q.lease and q.lease.annotator == annotator)

    def health(self) -> dict[str, Any]:
        return {"ready": not self.hung, "ledger": "up", "scorer": "up", "trainer": "off",
                "seq": self.seq}

    def loop(self) -> LoopSettings:
        return LoopSettings()

    def stats(self) -> Stats:
        zero = {name: 0 for name, spec in Stats.model_fields.items() if spec.annotation is int}
        counts = {name: 0 for name in Stats.model_fields if name not in zero}
        return Stats.model_validate(zero | counts | {
            "received": len(self.stored), "waiting": len(self.queries), "model_exact": True,
            "threshold": 0.2, "arrivals_per_second": 0.0, "saved_at": 0.0, "scorer": "up",
            "trainer": "off", "finished": False, "people": [], "curve": []})

    def payloads(self, positions: Sequence[int]) -> list[Payload | None]:
        rows = list(self.stored.values())
        return [rows[p].payload if 0 <= p < len(rows) else None for p in positions]

    def example(self, example: str) -> Stored | None:
        return self.stored.get(example)

    def events(self, since: int = 0, limit: int = 1000) -> list[Any]:
        return []

    def _once(self, command: c.Command) -> Any:
        """The same key has one effect; with another payload it is a conflict."""
        key = getattr(command, "key", None)
        if key is None:
            return self._do(command)
        name = (command.actor.name, key)
        if name in self.keys:
            before, answer = self.keys[name]
            if before != command:
                raise Conflict(f"the key {key!r} was used for another request")
            return answer
        answer = self._do(command)
        self.keys[name] = (command, answer)
        return answer

    def _do(self, command: c.Command) -> Any:
        self.log.append(command)
        kind = type(command).__name__.lower()
        return getattr(self, f"_{kind}", self._done)(command)

    def _done(self, command: c.Command) -> c.Done:
        self.seq += 1
        return c.Done(self.seq)

    def _receive(self, command: c.Receive) -> tuple[c.ItemStored, ...]:
        found = tuple(self._store(command.actor.name, item) for item in command.items)
        self.tell(n.StatsChanged())
        return found

    def _store(self, source: str, item: c.Item) -> c.ItemStored:
        old = self.stored.get(item.id)
        if old is not None and old.digest != item.digest:
            return c.ItemStored(item.id, "rejected", None, "another content", "conflict")
        if old is not None:
            return c.ItemStored(item.id, "duplicate", 1)
        self.seq += 1
        position = Position(len(self.stored))
        self.stored[item.id] = Stored(
            position, item.id, source, item.given, item.digest, Payload(item.content, item.meta))
        if item.id.startswith("q"):
            self.open(item.id)
        self.tell(n.ArrivalDecided(source, item.id, "accepted", 1, 0.5, 1))
        return c.ItemStored(item.id, "stored", self.seq, decision="accepted")

    def open(self, example: ExampleId) -> QueryId:
        """A new query about a stored example; its counter-example is the first one stored."""
        name = QueryId(f"q-{len(self.queries) + len(self.closed) + 1}")
        about, other = self.stored[example], next(iter(self.stored.values()))
        counter = Counter(other.id, other.position, other.given or 0, 1, ((1, 0.9),), 0.4)
        self.queries[name] = Query(
            name, QueryKind.SUSPICIOUS, example, about.position, about.given, 1, 0.5,
            ((1, 0.8), (0, 0.2)), 0.0, counter_example=counter, picked=1)
        self.tell(n.QueueGrew(len(self.queries)))
        return name

    def _lease(self, command: c.Lease) -> c.Held:
        name = command.actor.name
        free = [q for q in self.queries.values() if q.lease is None]
        for query in free[:max(0, command.count - len(self.held(name)))]:
            lease = Lease(name, query.epoch + 1, time.time() + 60)
            self.queries[query.id] = replace(query, lease=lease, epoch=query.epoch + 1)
            self.tell(n.QueryReady(name, self.queries[query.id]))
        self.seq += 1
        return c.Held(self.seq, tuple(q.id for q in self.held(name)), len(self.queries))

    def _mine(self, command: Any) -> Query:
        query = self.queries.get(command.query)
        if command.query in self.closed:
            raise Stale(f"query {command.query} is closed")
        if query is None or query.lease is None or query.lease.annotator != command.actor.name:
            raise NotFound(f"no query {command.query} that you hold")
        if getattr(command, "epoch", None) not in (None, query.epoch):
            raise Stale("the lease ended")
        return query

    def _display(self, command: c.Display) -> c.Done:
        self._mine(command)
        return self._done(command)

    def _explain(self, command: c.Explain) -> c.Explained:
        query = self._mine(command)
        assert query.counter_example is not None
        alone = c.Without((query.counter_example.example,), 0.2, 0.25, True, 1e-20)
        return c.Explained(self.seq, query.id, query.given or 0, 0.1, alone, None, 1)

    def _reply(self, command: c.Reply) -> c.RepliedAnswer:
        query = self._mine(command)
        del self.queries[query.id]
        self.closed.add(query.id)
        self.seq += 1
        after = query.given if command.example.label is None else command.example.label
        self.tell(n.QueryOver(command.actor.name, query.id, "answered"))
        self.tell(n.HeadMoved(2, 10, 3, True, query.id, command.actor.name))
        change = c.LabelChange(query.example, query.given, after, command.example.action)
        return c.RepliedAnswer(self.seq, True, False, (change,))

    def _skip(self, command: c.Skip) -> c.Done:
        query = self._mine(command)
        self.queries[query.id] = replace(query, lease=None)
        return self._done(command)

    def _undo(self, command: c.Undo) -> c.UndoneAnswer:
        self.seq += 1
        change = c.LabelChange(ExampleId("q1"), 1, 0, Action.RELABEL)
        return c.UndoneAnswer(self.seq, QueryId("q-1"), (change,))


class _Client(FlaskClient):
    """Reads every response to its end."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{"buffered": True} | kwargs)


@dataclass
class Site:
    """An application with a fake behind it, and tokens by role."""

    app: Flask
    service: FakeService
    tokens: Tokens
    secrets: dict[str, str]
    settings: Settings
    url: str = ""

    def client(self, role: str | None = None) -> Any:
        self.app.test_client_class = _Client
        found = self.app.test_client()
        if role:
            found.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.secrets[role]}"
        return found

    def token(self, name: str, *roles: str, lifetime: float | None = None) -> str:
        self.secrets[name] = self.tokens.create(name, roles, lifetime=lifetime)[1]
        return self.secrets[name]


@contextmanager
def site(folder: Path, **options: Any) -> Iterator[Site]:
    """A site in `folder` with one token for each role, named like it. `server` are settings."""
    server = ServerSettings(data_dir=str(folder), **options.pop("server", {}))
    settings = Settings(server=server)
    tokens, service = Tokens(folder), FakeService()
    app = create_app(service, settings, options.pop("schema", image_schema()), tokens, service,
                     **options)
    secrets = {role: tokens.create(role, [role])[1] for role in (
        "admin", "curator", "annotator", "platform", "source", "reader")}
    try:
        yield Site(app, service, tokens, secrets, settings)
    finally:
        close_app(app)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass

    def version_string(self) -> str:
        return "cincer"


@contextmanager
def served(folder: Path, **options: Any) -> Iterator[Site]:
    """As `site`, over Werkzeug's threaded server on a free port."""
    with site(folder, **options) as found:
        server = make_server("127.0.0.1", 0, found.app, threaded=True, request_handler=_Quiet)
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield found
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)


def example(id: str, label: Any = "one", **fields: Any) -> dict[str, Any]:
    """A valid arrival."""
    return {"id": id, "content": IMAGE, "label": label, **fields}
