"""Whether the record is what it was: the chain, the payloads, and every table folded again.

`verify` reads one moment of the ledger, from a file that may be in use. The events go through
`session.step` once more, the rows that follow go into a scratch database, and SQL compares it with
what is stored. A log that was cut off at its end still is a whole chain: only a head that was
noted elsewhere (`Reader.head`, `cincer verify` prints it) shows that, so it can be given.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from sqlite_utils import Database

from ..errors import CincerError, NotFound
from ..session.effects import Effect
from ..session.events import Event, Started
from ..session.state import SessionState
from ..session.step import step as session_step
from . import schema
from .chain import link, payload_hash
from .connect import translated
from .fold import Rows
from .read import Reader, Record
from .text import state_text, text_query, text_state

Step: TypeAlias = Callable[[SessionState, Event], tuple[SessionState, tuple[Effect, ...]]]
Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, events done, events in all."""

_SHOWN = 20
_EVERY = 2000


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. `differences` are sentences, the first ones only; none means `ok`."""

    events: int
    head: str
    differences: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.differences


@dataclass(slots=True)
class _Findings:
    words: list[str] = field(default_factory=list)

    def add(self, words: str) -> None:
        if len(self.words) < _SHOWN:
            self.words.append(words)


def verify(
    path: str | Path, progress: Progress | None = None, *, head: tuple[int, str] | None = None,
    step: Step = session_step, refold: bool = True,
) -> Report:
    """Check the ledger at `path`. `head`: a sequence number and chain hash (hex) noted earlier,
    which the chain must still contain. `refold=False` leaves out the tables."""
    path, found = Path(path), _Findings()
    if not path.exists():
        raise NotFound(f"no ledger at {path}", path=str(path))
    tell = progress or (lambda what, done, total: None)
    last, digest = 0, b""
    try:
        with translated():
            db = _scratch(path)
            try:
                reader = Reader(path, db)
                last, digest = reader.head()
                _check(reader, found, tell, head, step if refold else None, last)
            finally:
                db.close()
    except CincerError as error:
        found.add(error.message)
    return Report(last, digest.hex(), tuple(found.words))


def _scratch(path: Path) -> Database:
    """A private temporary database with the folded tables, the ledger attached behind it."""
    connection = sqlite3.connect("", uri=True, isolation_level=None)
    try:
        connection.execute("ATTACH ? AS kept", (f"{path.absolute().as_uri()}?mode=ro",))
        connection.execute("BEGIN")
        for table in schema.FOLDED:
            sql = connection.execute(
                "SELECT sql FROM kept.sqlite_master WHERE name = ?", (table,)).fetchone()
            if sql:
                connection.execute(sql[0])
        connection.execute("CREATE UNIQUE INDEX examples_id ON examples(id)")
        connection.execute("CREATE INDEX assertions_position ON assertions(position)")
        connection.execute("CREATE INDEX replies_query ON replies(query)")
    except BaseException:
        connection.close()
        raise
    return Database(connection, execute_plugins=False, recursive_triggers=False)


def _check(
    reader: Reader, found: _Findings, tell: Progress, head: tuple[int, str] | None,
    step: Step | None, last: int,
) -> None:
    broken = reader.ask("PRAGMA kept.quick_check(3)")
    for (words,) in broken:
        if words != "ok":
            found.add(f"SQLite: {words}")
    _chain(reader, found, tell, last)
    if head is not None:
        _contains(reader, found, head)
    _payloads(reader, found)
    _keys(reader, found)
    ((kind,),) = reader.ask("PRAGMA kept.user_version")
    if kind < schema.VERSION:
        found.add(f"the ledger has schema {kind}: open it for writing once, which brings it up to "
                  "date")
    if step is not None and not found.words:
        _refold(reader, found, tell, step, last)


def _chain(reader: Reader, found: _Findings, tell: Progress, last: int) -> None:
    seq, previous = 0, reader.genesis()
    rows = reader.stream(
        "SELECT seq, kind, actor, body, payload, hash FROM events ORDER BY seq")
    for here, kind, actor, body, payload, digest in rows:
        if here != seq + 1:
            found.add(f"events {seq + 1} to {here - 1} are missing")
        if link(previous, here, kind, actor, body, payload) != digest:
            found.add(f"event {here} ({kind}) does not follow from the one before it: it, or what "
                      "was before it, was changed")
        seq, previous = here, digest
        if here % _EVERY == 0:
            tell("chain", here, last)


def _contains(reader: Reader, found: _Findings, head: tuple[int, str]) -> None:
    rows = reader.ask("SELECT hash FROM events WHERE seq = ?", (head[0],))
    if not rows:
        found.add(f"the log was cut off: event {head[0]}, whose hash was noted, is not there")
    elif bytes(rows[0][0]).hex() != head[1].lower():
        found.add(f"event {head[0]} has another hash than the one that was noted")


def _payloads(reader: Reader, found: _Findings) -> None:
    """Every payload is the one its event speaks of, or was erased by an event that says so."""
    erased = set(_erased(reader))
    rows = reader.stream(
        "SELECT e.seq, e.payload, e.body, p.position, p.id, p.content, p.meta, p.salt"
        " FROM events e LEFT JOIN payloads p ON p.seq = e.seq"
        " WHERE length(e.payload) > 0 OR p.seq IS NOT NULL")
    for seq, digest, body, position, example, content, meta, salt in rows:
        told = json.loads(body)
        if position is None:
            found.add(f"the payload of event {seq} is missing")
        elif (position, example) != (told.get("position"), told.get("example")):
            found.add(f"the payload of event {seq} is stored as example {example!r}")
        elif content is None:
            if position not in erased:
                found.add(f"the payload of {example!r} was erased without an event that says so")
        elif payload_hash(salt, content, meta) != digest:
            found.add(f"the payload of {example!r} was changed")


def _erased(reader: Reader) -> Iterator[int]:
    for record in reader.all_events(kinds=("payload:erased",)):
        yield from record.body["positions"]


def _keys(reader: Reader, found: _Findings) -> None:
    rows = reader.ask(
        "SELECT k.actor, k.key FROM keys k LEFT JOIN events e"
        " ON e.seq = k.seq AND e.actor = k.actor WHERE e.seq IS NULL LIMIT 3")
    for actor, key in rows:
        found.add(f"the key {key!r} of {actor} belongs to no event of theirs")


def _refold(
    reader: Reader, found: _Findings, tell: Progress, step: Step, last: int
) -> None:
    stored = reader.state_row()
    state, rows = SessionState(), Rows()
    for record in reader.all_events():
        event = _event(record, found)
        if event is not None:
            try:
                state, effects = step(state, event)
            except (CincerError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                found.add(f"event {record.seq} ({record.kind}) cannot be folded: {error}")
                return
            rows.fold(record.seq, event, effects)
        if stored is not None and record.seq == stored[1] and not _same(stored[0], state):
            found.add(f"the stored state is not what events 1 to {record.seq} give")
        if record.seq % _EVERY == 0 or record.seq == last:
            rows.run(reader.connection)
            rows = Rows()
            tell("fold", record.seq, last)
    if stored is not None and stored[1] > last:
        found.add(f"the stored state belongs to event {stored[1]}, which is not there")
    for table in schema.FOLDED:
        _compare(reader, found, table)
    _bodies(reader, found)


def _same(stored: str, state: SessionState) -> bool:
    return state_text(text_state(stored)) == state_text(state)


def _event(record: Record, found: _Findings) -> Event | None:
    event = record.event
    if event is not None and event.at != record.at:
        found.add(f"the time of event {record.seq} was changed")
    if (record.seq == 1) != isinstance(event, Started):
        found.add(f"event {record.seq} is a {record.kind}: a log has one start, its first event")
    return event


def _compare(reader: Reader, found: _Findings, table: str) -> None:
    """Say which rows differ between the fold (main) and what is stored (kept), and where."""
    names = [name for name in schema.TABLES[table] if (table, name) != ("queries", "body")]
    key = names.index(str(schema.KEYS[table]))
    listed = ", ".join(f'"{name}"' for name in names)
    right = _only(reader, listed, f"main.{table}", f"kept.{table}")
    stored = _only(reader, listed, f"kept.{table}", f"main.{table}")
    by_key = {row[key]: row for row in stored}
    for row in right:
        other = by_key.pop(row[key], None)
        found.add(_words(table, names, row[key], row, other))
    for where, row in by_key.items():
        found.add(_words(table, names, where, None, row))


def _bodies(reader: Reader, found: _Findings) -> None:
    """Queries are compared as what they say: an older program wrote fewer fields."""
    rows = reader.stream(
        "SELECT id, m.body, k.body FROM main.queries m JOIN kept.queries k USING (id)"
        " WHERE m.body <> k.body")
    for query, right, stored in rows:
        if text_query(right) != text_query(stored):
            found.add(f"queries {query!r}: what it says is not what the events give")


def _only(reader: Reader, listed: str, here: str, there: str) -> list[tuple[Any, ...]]:
    return reader.ask(
        f"SELECT {listed} FROM {here} EXCEPT SELECT {listed} FROM {there} LIMIT {_SHOWN}")


def _words(
    table: str, names: list[str], key: Any, right: tuple[Any, ...] | None,
    stored: tuple[Any, ...] | None,
) -> str:
    if stored is None:
        return f"{table}: {key!r} is missing"
    if right is None:
        return f"{table}: {key!r} does not follow from the events"
    wrong = [f"{n} is {s!r}, the events give {r!r}"
             for n, s, r in zip(names, stored, right, strict=True) if s != r]
    return f"{table} {key!r}: " + "; ".join(wrong)
