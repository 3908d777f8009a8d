"""Copies: taken while the ledger is in use, checked before they get their name.

A copy is one file (no write-ahead log). It appears under its name only when SQLite finds it whole
and its chain ends where it should; `restore` looks again, and keeps what it replaces.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from ..durable import place
from ..errors import Corrupt, NotFound
from . import schema
from .lock import WriterLock

_PAGES = 512


def backup(source: sqlite3.Connection, target: Path) -> Path:
    """Copy the open ledger to `target`, as of one moment."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
        source.backup(copy, pages=_PAGES, sleep=0.0)
        copy.execute("PRAGMA journal_mode = DELETE")
    check(partial)
    place(partial, target)
    return target


def restore(copy: str | Path, path: str | Path) -> Path | None:
    """Put a checked copy in the ledger's place. What was there is kept beside it; its new name is
    returned, None if there was nothing. A copy that is not whole is refused, and a ledger that
    somebody writes raises `Conflict`."""
    copy, path = Path(copy), Path(path)
    check(copy)
    lock = WriterLock(path)
    try:
        partial = path.with_name(path.name + ".partial")
        shutil.copyfile(copy, partial)
        check(partial)
        kept = _set_aside(path)
        place(partial, path)
        return kept
    finally:
        lock.release()


def _set_aside(path: Path) -> Path | None:
    """Copy the present ledger with its write-ahead log, whatever its health; drop that log."""
    if not path.exists():
        return None
    kept = path.with_name(path.name + ".before-restore")
    for suffix in ("", "-wal"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            shutil.copyfile(part, kept.with_name(kept.name + suffix))
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return kept


def check(path: Path) -> None:
    """`Corrupt` unless SQLite finds the file whole and it is a ledger."""
    if not path.exists():
        raise NotFound(f"no backup at {path}", path=str(path))
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as copy:
            schema.version(Database(copy, execute_plugins=False))
            found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            copy.execute("SELECT count(*) FROM events").fetchone()
    except sqlite3.Error as error:
        raise Corrupt(f"{path} is not a whole ledger: {error}", path=str(path)) from error
    if found != "ok":
        raise Corrupt(f"{path} is damaged: {found}", path=str(path))
