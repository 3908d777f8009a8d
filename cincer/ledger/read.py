"""Questions to the ledger. Asking never changes it.

A reader may be shared by threads; each question is answered from one consistent moment. Labels are
class indices here; names are put in by `export`.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from ..errors import Closed, Conflict, Corrupt
from ..session.events import Event
from ..types import AnnotatorId, ExampleId, Label, Position, QueryId, Seconds
from . import schema
from .batch import Answer, Payload
from .chain import genesis, link
from .connect import translated, wal_reset_safe
from .load import Loaded, load
from .text import to_event

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the log. `text` is its body's JSON, `hash` the chain's value after it."""

    seq: int
    at: Seconds
    kind: str
    actor: str
    text: str
    payload: bytes
    hash: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The event's fields as JSON values."""
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def event(self) -> Event | None:
        """The session's event; None for the ledger's own (payload:erased)."""
        return to_event(self.kind, self.body) if is_fold(self.kind) else None


@dataclass(frozen=True, slots=True)
class Assertion:
    """A person's word on an example; `retracted_seq` is None while it counts."""

    query: QueryId
    annotator: AnnotatorId
    action: str
    label: Label | None
    seq: int
    at: Seconds
    comment: str
    retracted_seq: int | None


@dataclass(frozen=True, slots=True)
class Example:
    """All that is known of one example: label layers, place in the loop, scores, history."""

    position: Position
    id: ExampleId
    source: str
    given: Label | None
    human: Label | None
    machine: Label | None
    effective: Label | None
    status: str
    entry: str | None
    role: str
    treatment: str
    decision: str | None
    predicted: Label | None
    margin: float | None
    model: int | None
    reason: str | None
    received_seq: int
    decided_seq: int | None
    at: Seconds
    history: tuple[Assertion, ...] = ()


def chained(previous: bytes, record: Record) -> bytes:
    """The hash this record should have after `previous`."""
    return link(previous, record.seq, record.kind, record.actor, record.text, record.payload)


def is_fold(kind: str) -> bool:
    """Whether the session folds events of this kind; the ledger's own are `payload:…`."""
    return not kind.startswith("payload:")


class Reader:
    """What can be asked of an open ledger file."""

    def __init__(self, path: Path, db: Database) -> None:
        self.path = path
        self._db = db
        self._guard = threading.RLock()
        self.closed = False
        row = self._row("SELECT value FROM meta WHERE name = 'id'")
        if row is None:
            raise Corrupt(f"{path} has lost its id; restore a backup", path=str(path))
        self.id = str(row[0])

    def close(self) -> None:
        """Close the file; may be called again."""
        if not self.closed:
            self.closed = True
            self._db.close()

    def genesis(self) -> bytes:
        """The chain's value before the first event."""
        return genesis(self.id)

    @property
    def connection(self) -> sqlite3.Connection:
        """SQLite's own connection, for what is not a question."""
        return self._db.conn

    def head(self) -> tuple[int, bytes]:
        """Sequence number and chain hash of the newest event; (0, the genesis hash) at first."""
        row = self._row("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1")
        if row is not None and not isinstance(row[1], bytes):
            raise Corrupt(f"event {row[0]} has no hash; restore a backup", seq=row[0])
        return (int(row[0]), row[1]) if row else (0, genesis(self.id))

    def lookup(self, actor: str, key: str, digest: str | None = None) -> Answer | None:
        """What this actor's command was answered, None if it is new. With `digest`, another
        request under the same key raises `Conflict`."""
        row = self._row(
            "SELECT digest, answer, seq FROM keys WHERE actor = ? AND key = ?", (actor, key))
        if row is None:
            return None
        value = None if row[1] is None else json.loads(row[1])
        return self._same(Answer(row[0], value, row[2]), key, digest)

    def position_of(self, example: str) -> Position | None:
        """Where an example is stored, None if it is unknown."""
        row = self._row("SELECT position FROM examples WHERE id = ?", (example,))
        return Position(row[0]) if row else None

    def ids(self, positions: Sequence[int]) -> list[ExampleId]:
        """The ids at these positions, in their order; an unknown position raises KeyError."""
        rows = self._at("SELECT position, id FROM examples", positions)
        found = {row[0]: ExampleId(row[1]) for row in rows}
        return [found[int(position)] for position in positions]

    def payloads(self, positions: Sequence[int]) -> list[Payload | None]:
        """The examples themselves, in order; None for one that was erased or never kept."""
        rows = self._at("SELECT position, content, meta FROM payloads", positions)
        found = {row[0]: Payload(json.loads(row[1]), json.loads(row[2]))
                 for row in rows if row[1] is not None}
        return [found.get(int(position)) for position in positions]

    def all_payloads(self, start: int = 0) -> Iterator[tuple[Position, Payload | None]]:
        """Every payload from position `start` on, in order, without holding them all."""
        while rows := self.ask(
            "SELECT position, content, meta FROM payloads WHERE position >= ?"
            " ORDER BY position LIMIT ?", (start, _CHUNK),
        ):
            for position, content, meta in rows:
                kept = content is not None
                yield Position(position), (
                    Payload(json.loads(content), json.loads(meta)) if kept else None)
            start = rows[-1][0] + 1

    def example(self, example: str) -> Example | None:
        """One example with everybody's word on it, oldest first; None if it is unknown."""
        with self._guard:
            row = self._row(f"SELECT {_COLUMNS} FROM examples WHERE id = ?", (example,))
            said = self.ask(_HISTORY, (row[0],)) if row else []
        return Example(*(*row, tuple(Assertion(*line) for line in said))) if row else None

    def undecided(self, limit: int) -> list[Position]:
        """The first `limit` examples that wait for a decision, in order of arrival."""
        rows = self.ask("SELECT position FROM examples WHERE status = 'undecided'"
                         " ORDER BY position LIMIT ?", (limit,))
        return [Position(row[0]) for row in rows]

    def events(
        self, since: int = 0, limit: int = 1000, kinds: Sequence[str] | None = None
    ) -> list[Record]:
        """At most `limit` events after sequence number `since`, in order; of these kinds only."""
        chosen = tuple(kinds or ())
        where = f" AND kind IN ({_marks(chosen)})" if kinds is not None else ""
        rows = self.ask(
            "SELECT seq, at, kind, actor, body, payload, hash FROM events"
            f" WHERE seq > ?{where} ORDER BY seq LIMIT ?", (since, *chosen, limit))
        return [Record(seq, at, kind, actor, body, payload, digest)
                for seq, at, kind, actor, body, payload, digest in rows]

    def all_events(self, since: int = 0, kinds: Sequence[str] | None = None) -> Iterator[Record]:
        """As `events`, without an end and without holding them all."""
        while records := self.events(since, _CHUNK, kinds):
            yield from records
            since = records[-1].seq

    def classes(self) -> tuple[str, ...]:
        """Names of the classes, as the session was started with; empty before that."""
        started = self.events(kinds=("session:started",), limit=1)
        return tuple(started[0].body["classes"]) if started else ()

    def counts(self) -> dict[str, Any]:
        """Rows of each table, and examples by status and queries by outcome."""
        with self._guard:
            tables = {t: self._one(f"SELECT count(*) FROM {t}") for t in schema.TABLES}
            status = self.ask("SELECT status, count(*) FROM examples GROUP BY status")
            outcome = self.ask(
                "SELECT coalesce(outcome, status), count(*) FROM queries GROUP BY 1")
        return {**tables, "status": dict(status), "outcome": dict(outcome)}

    def info(self) -> dict[str, Any]:
        """The file and the program: schema, SQLite's version, whether it has the WAL-reset bug."""
        seq, head = self.head()
        return {
            "path": str(self.path), "id": self.id, "schema": schema.VERSION, "seq": seq,
            "head": head.hex(), "bytes": self.path.stat().st_size,
            "sqlite": sqlite3.sqlite_version, "wal_reset_safe": wal_reset_safe(),
        }

    @staticmethod
    def _same(answer: Answer, key: str, digest: str | None) -> Answer:
        if digest is not None and digest != answer.digest:
            raise Conflict(
                f"the key {key!r} was used for another request; use a new key", key=key,
                seq=answer.seq)
        return answer

    def _at(self, select: str, positions: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        numbers = [int(position) for position in positions]
        for start in range(0, len(numbers), _CHUNK):
            part = tuple(numbers[start:start + _CHUNK])
            yield from self.ask(f"{select} WHERE position IN ({_marks(part)})", part)

    def state_row(self) -> tuple[str, int] | None:
        """The stored state's text and sequence number."""
        row = self._row("SELECT body, seq FROM state")
        return (row[0], row[1]) if row else None

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Questions asked inside all see the same moment; none may wait for a writer meanwhile."""
        with self._guard:
            if self._db.conn.in_transaction:
                yield
                return
            self.ask("BEGIN")
            try:
                yield
            finally:
                self._db.conn.rollback()

    def load(self) -> Loaded:
        """The state and the examples after the newest event: where a session goes on."""
        return load(self)

    def ask(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows a statement gives."""
        with self._guard, translated():
            if self.closed:
                raise Closed("the ledger is closed")
            return self._db.conn.execute(statement, values).fetchall()

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows one after the other, for what does not fit into memory. The reader should be
        the caller's own: a moment stays open until the last row."""
        with translated():
            yield from self._db.conn.execute(statement, values)

    def _row(self, statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        rows = self.ask(statement, values)
        return rows[0] if rows else None

    def _one(self, statement: str, values: Sequence[Any] = ()) -> Any:
        return self.ask(statement, values)[0][0]


_COLUMNS = (
    "position, id, source, given, human, machine, effective, status, entry, role, treatment,"
    " decision, predicted, margin, model, reason, received_seq, decided_seq, at"
)
_HISTORY = (
    "SELECT a.query, a.annotator, a.action, a.label, a.seq, e.at,"
    " coalesce(r.comment, c.comment, ''), a.retracted_seq FROM assertions a"
    " JOIN events e ON e.seq = a.seq LEFT JOIN replies r ON r.seq = a.seq"
    " LEFT JOIN acts c ON c.name = a.query WHERE a.position = ? ORDER BY a.number"
)


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
