"""Connections to the ledger's file, and what SQLite's errors mean to a caller.

The writer: WAL, `synchronous=FULL` (a commit is on the disk when it returns), checkpoints.
Readers: `mode=ro` and `query_only`; they never checkpoint. SQLite before 3.51.3 (3.50.7, 3.44.6)
can damage a WAL file that two connections write at the same instant; with one writer and
read-only readers that cannot happen, and `wal_reset_safe` tells which kind this is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from ..errors import CincerError, Conflict, Corrupt, NotFound, Unavailable

_COMMON = ("PRAGMA foreign_keys = ON", "PRAGMA busy_timeout = 5000", "PRAGMA temp_store = MEMORY")
_WRITER = (
    "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON",
    "PRAGMA wal_autocheckpoint = 2000", "PRAGMA cache_size = -32000",
    "PRAGMA journal_size_limit = 16000000",
)
_READER = ("PRAGMA query_only = ON",)


def writer(path: Path) -> Database:
    """The connection that writes; creates the file. Transactions are begun explicitly."""
    return _open(f"{path.absolute().as_uri()}?mode=rwc", _WRITER + _COMMON)


def reader(path: Path) -> Database:
    """A connection that cannot write."""
    if not path.exists():
        raise NotFound(f"no ledger at {path}", path=str(path))
    return _open(f"{path.absolute().as_uri()}?mode=ro", _READER + _COMMON)


def _open(uri: str, pragmas: tuple[str, ...]) -> Database:
    with translated():
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256)
        try:
            for pragma in pragmas:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return Database(connection, execute_plugins=False)


@contextmanager
def translated() -> Iterator[None]:
    """SQLite's errors as this package's: what the disk did, what the data says, who holds it."""
    try:
        yield
    except sqlite3.Error as error:
        raise meaning(error) from error


def meaning(error: sqlite3.Error) -> CincerError:
    """The error to raise instead; `name` among its data is SQLite's own."""
    name = str(getattr(error, "sqlite_errorname", ""))
    if isinstance(error, sqlite3.IntegrityError):
        return Conflict(f"already recorded, or refers to nothing: {error}", name=name)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Corrupt(f"the ledger's file is damaged ({error}); restore a backup", name=name)
    if name.startswith("SQLITE_FULL"):
        return Unavailable("the disk is full; free some space and send again", name=name)
    if name.startswith("SQLITE_READONLY"):
        return Unavailable("the ledger's file or disk is read-only", name=name)
    return Unavailable(f"the ledger cannot be used at the moment: {error}", name=name)


def wal_reset_safe(found: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite is free of the WAL-reset bug of 3.7.0 to 3.51.2."""
    return (
        found >= (3, 51, 3) or (3, 50, 7) <= found < (3, 51) or (3, 44, 6) <= found < (3, 45)
        or found < (3, 7)
    )
