"""The tables, as sqlite-utils migrations: forward only, each in one transaction.

`PRAGMA user_version` counts the applied migrations, so that an older program refuses a newer file
before it reads a row; `PRAGMA application_id` says that a file is a ledger at all.

    meta        name -> value: the ledger's id
    events      the hash-chained log; everything below but payloads and keys is a fold of it
    keys        answers by (actor, idempotency key)
    payloads    the examples themselves, erasable
    examples    one row an example: label layers, status, scores (labels are class indices)
    assertions  who said what about an example's label, and whether it was taken back
    queries, replies, models   what was asked, what came back, which networks were promoted
    acts        what curators did: one row an act, taken back or not
    suggestions what was decided about a machine's suggestion, one row an example
    state       the newest stored `SessionState`, at the sequence number it belongs to
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from ..errors import Conflict, InvalidInput

APPLICATION_ID = 0x63696E63

migrations = Migrations("cincer")

TABLES: dict[str, dict[str, type]] = {
    "meta": {"name": str, "value": str},
    "events": {"seq": int, "at": float, "kind": str, "actor": str, "body": str,
               "payload": bytes, "hash": bytes},
    "keys": {"actor": str, "key": str, "digest": str, "answer": str, "seq": int},
    "payloads": {"position": int, "id": str, "content": str, "meta": str, "salt": bytes,
                 "seq": int, "erased_seq": int},
    "examples": {"position": int, "id": str, "source": str, "given": int, "human": int,
                 "machine": int, "effective": int, "status": str, "entry": str, "role": str,
                 "treatment": str, "decision": str, "predicted": int, "margin": float,
                 "model": int, "reason": str, "received_seq": int, "decided_seq": int,
                 "at": float},
    "assertions": {"number": int, "position": int, "query": str, "annotator": str,
                   "action": str, "label": int, "seq": int, "retracted_seq": int},
    "queries": {"id": str, "kind": str, "position": int, "status": str, "outcome": str,
                "body": str, "opened_seq": int, "closed_seq": int, "by": str},
    "replies": {"seq": int, "query": str, "annotator": str, "worker": str, "action": str,
                "label": int, "counter_action": str, "counter_label": int, "comment": str,
                "seconds": float, "at": float, "counted": int, "fixed": str,
                "undone_seq": int},
    "models": {"version": int, "path": str, "digest": str, "trained_on": int,
               "applied_seq": int},
    "state": {"one": int, "body": str, "seq": int},
    "acts": {"name": str, "annotator": str, "action": str, "comment": str, "of": str,
             "count": int, "at": float, "seq": int, "undone_seq": int},
    "suggestions": {"position": int, "remedy": str, "label": int, "method": str, "version": int,
                    "state": str, "seq": int},
}
"""Columns of each table."""

CURATING = ("acts", "suggestions")
"""Tables that came with the second migration."""

KEYS: dict[str, str | tuple[str, str]] = {
    "meta": "name", "events": "seq", "keys": ("actor", "key"), "payloads": "position",
    "examples": "position", "assertions": "number", "queries": "id", "replies": "seq",
    "models": "version", "state": "one", "acts": "name", "suggestions": "position",
}
"""Primary key of each table."""

REQUIRED: dict[str, set[str]] = {
    "events": {"at", "kind", "actor", "body", "payload", "hash"},
    "keys": {"digest", "seq"},
    "payloads": {"id", "seq"},
    "examples": {"id", "source", "status", "role", "treatment", "received_seq", "at"},
    "assertions": {"position", "query", "annotator", "action", "seq"},
    "queries": {"kind", "position", "status", "body", "opened_seq"},
    "replies": {"query", "annotator", "action", "at", "counted", "fixed"},
    "models": {"path", "digest", "trained_on", "applied_seq"},
    "state": {"body", "seq"},
    "acts": {"annotator", "action", "comment", "count", "at", "seq"},
    "suggestions": {"remedy", "method", "version", "state", "seq"},
}
"""Columns that are never null."""

REFERENCES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "keys": (("seq", "events", "seq"),),
    "payloads": (("seq", "events", "seq"),),
    "examples": (("received_seq", "events", "seq"),),
    "assertions": (("position", "examples", "position"), ("seq", "events", "seq")),
    "queries": (("position", "examples", "position"),),
    "replies": (("seq", "events", "seq"),),
    "models": (("applied_seq", "events", "seq"),),
    "acts": (("seq", "events", "seq"),),
    "suggestions": (("position", "examples", "position"), ("seq", "events", "seq")),
}
"""Foreign keys: column, other table, its column. Parents are written before children."""

FOLDED = ("examples", "queries", "assertions", "replies", "models", "acts", "suggestions")
"""Tables that are folds of the events and of nothing else."""

INDEXES = (
    "CREATE UNIQUE INDEX payloads_id ON payloads(id)",
    "CREATE UNIQUE INDEX examples_id ON examples(id)",
    "CREATE INDEX examples_undecided ON examples(position) WHERE status = 'undecided'",
    "CREATE INDEX assertions_position ON assertions(position)",
    "CREATE INDEX assertions_query ON assertions(query)",
    "CREATE INDEX queries_position ON queries(position)",
    "CREATE INDEX replies_query ON replies(query)",
)


@migrations()
def m001_ledger(db: Database) -> None:
    _create(db, (table for table in TABLES if table not in CURATING))
    for statement in INDEXES:
        db.execute(statement)
    db.table("meta").insert({"name": "id", "value": uuid.uuid4().hex})
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")


@migrations()
def m002_curating(db: Database) -> None:
    _create(db, CURATING)
    db.execute("PRAGMA user_version = 2")


def _create(db: Database, tables: Iterable[str]) -> None:
    for table in tables:
        db.table(table).create(
            TABLES[table], pk=KEYS[table], not_null=REQUIRED.get(table),
            foreign_keys=REFERENCES.get(table), strict=True)


VERSION = 2
"""Number of migrations this program knows."""


def version(db: Database) -> int:
    """Schema version of the file; 0 for a new one. A file of another kind is refused."""
    found = int(db.execute("PRAGMA user_version").fetchone()[0])
    kind = int(db.execute("PRAGMA application_id").fetchone()[0])
    tables = set(db.table_names()) - {Migrations.migrations_table, "sqlite_sequence"}
    if tables and kind != APPLICATION_ID:
        raise InvalidInput(
            "this SQLite file is not a cincer ledger; name another file", tables=sorted(tables))
    if found > VERSION:
        raise Conflict(
            f"the ledger has schema {found}, this program knows up to {VERSION}: use a newer "
            "cincer", found=found, known=VERSION)
    return found


def migrate(db: Database) -> None:
    """Bring the file to `VERSION`."""
    migrations.apply(db)
