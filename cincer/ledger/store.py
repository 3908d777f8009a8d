"""The ledger: the durable record of a session, with one writer and any number of readers.

`Ledger.open(path)` holds the only write connection; the thread that owns the session calls
`batch`, and what was recorded in it is on the disk when the `with` block ends. Everything of a
batch is one transaction. After a disk error the ledger stays open: `healthy` is False until a
later write works, and nothing of the failed batch is there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from ..errors import CincerError, Closed, Conflict, Corrupt, NotFound, Unavailable
from ..session.state import SessionState
from ..types import Position
from . import backup, schema
from .batch import STORE_STATE, Answer, Batch
from .connect import meaning, reader, translated, writer
from .lock import WriterLock
from .read import Reader, chained
from .text import state_text, to_json

STATE_EVERY = 256
"""Events after which the state is stored again; what lies between is refolded at the start."""

TAIL = 64
"""Links at the end of the chain that are checked before a writer goes on."""


class Ledger(Reader):
    """One ledger file, open for writing or, with `readonly`, for reading only."""

    def __init__(self, path: Path, db: Database, lock: WriterLock | None) -> None:
        super().__init__(path, db)
        self._writer_lock = lock
        self._batch: Batch | None = None
        self._seq, self._head = self.head()
        self._stored = self._stored_seq()
        self._last_state: tuple[SessionState, int] | None = None
        self._broken: BaseException | None = None
        if lock is not None:
            self._check_tail()

    @classmethod
    def open(cls, path: str | Path, *, readonly: bool = False) -> Self:
        """The ledger at `path`; a writer creates it and brings it to the present schema (with a
        backup first). A second writer gets `Conflict`, a missing file under `readonly` `NotFound`.
        """
        path = Path(path)
        if readonly:
            db = reader(path)
            return cls._checked(path, db, None)
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(path)
        try:
            return cls._checked(path, writer(path), lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _checked(cls, path: Path, db: Database, lock: WriterLock | None) -> Self:
        try:
            with translated():
                _prepare(path, db, writable=lock is not None)
                return cls(path, db, lock)
        except BaseException:
            db.close()
            raise

    @property
    def readonly(self) -> bool:
        return self._writer_lock is None

    @property
    def healthy(self) -> bool:
        """False from a failed or interrupted write until one works."""
        return self._broken is None

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Collect events; they are committed and synced together when the block ends. An exception
        in the block, or of the disk, leaves nothing of it behind; a loop that has already moved on
        is then ahead of the record, and has to be loaded again."""
        with self._guard:
            self._check_writable()
            if self._broken is not None:
                self._recover()
            self._batch = batch = Batch(self._seq, self._head)
            try:
                yield batch
                self._commit(batch)
            finally:
                self._batch = None

    def lookup(self, actor: str, key: str, digest: str | None = None) -> Answer | None:
        """As `Reader.lookup`; inside a batch it sees what that has recorded, too. Other threads
        wait for the commit."""
        with self._guard:
            if self._batch is not None and (actor, key) in self._batch.keys:
                return self._same(self._batch.keys[actor, key], key, digest)
            return super().lookup(actor, key, digest)

    def position_of(self, example: str) -> Position | None:
        """As `Reader.position_of`; inside a batch it sees what that has recorded, too."""
        with self._guard:
            if self._batch is not None and example in self._batch.positions:
                return self._batch.positions[example]
            return super().position_of(example)

    def erase(self, ids: Sequence[str], *, actor: str, at: float) -> int:
        """Erase the payloads of these examples for good: from the tables, the free pages and the
        write-ahead log. The chain still verifies. Backups and exports made earlier are not
        touched. The number of payloads that were still there."""
        found = [self._known(example) for example in ids]
        with self.batch() as batch:
            body = to_json({"positions": found, "at": at})
            batch.append("payload:erased", at, actor, body)
            for position in found:
                batch.erase(position)
            seq = batch.seq
        self.compact()
        return int(self._one("SELECT count(*) FROM payloads WHERE erased_seq = ?", (seq,)))

    def _known(self, example: str) -> Position:
        position = self.position_of(example)
        if position is None:
            raise NotFound(f"no example {example!r}", example=example)
        return position

    def compact(self) -> None:
        """Rewrite the file without free pages and empty the write-ahead log."""
        with self._guard, translated():
            self._check_writable()
            self._db.conn.execute("VACUUM")
            busy, *_ = self._db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise Unavailable("a reader holds old pages of the ledger; close it and try again")

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file, as far as readers allow."""
        with self._guard, translated():
            self._db.conn.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def backup(self, target: str | Path) -> Path:
        """A copy as of now, checked, under its name only once it is whole."""
        with self._guard, translated():
            return backup.backup(self._db.conn, Path(target))

    def close(self) -> None:
        """Store the newest state, close the file, let go of the lock; may be called again."""
        with self._guard:
            if not self.closed and not self.readonly and self.healthy:
                with suppress(sqlite3.Error):
                    self._store_state()
            super().close()
            if self._writer_lock is not None:
                self._writer_lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _check_writable(self) -> None:
        if self.closed:
            raise Closed("the ledger is closed")
        if self.readonly:
            raise Conflict("this ledger is open read-only", path=str(self.path))
        if self._batch is not None:
            raise Conflict("a batch is open already; batches do not nest")
        if self._db.conn.in_transaction and self.healthy:
            raise Conflict("a moment of this ledger is being read; read it through another reader")

    def _commit(self, batch: Batch) -> None:
        with_state = batch.state is not None and batch.seq - self._stored >= STATE_EVERY
        try:
            self._transaction(batch, with_state)
        except sqlite3.IntegrityError as error:
            raise meaning(error) from error
        except sqlite3.Error as error:
            self._broken = error
            raise meaning(error) from error
        except BaseException as error:
            if not isinstance(error, CincerError):
                self._broken = error
            raise
        self._seq, self._head = batch.seq, batch.head
        if with_state:
            self._stored = batch.seq
        if batch.state is not None:
            self._last_state = (batch.state, batch.seq)

    def _transaction(self, batch: Batch, with_state: bool) -> None:
        connection = self._db.conn
        connection.execute("BEGIN IMMEDIATE")
        try:
            batch.write(connection, with_state=with_state)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _recover(self) -> None:
        """After a disk error: believe only what the file says; a probe write must work first."""
        with translated():
            connection = self._db.conn
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('probe', 'ok')")
            self._seq, self._head = self.head()
        self._broken = None

    def _store_state(self) -> None:
        if self._last_state is None or self._last_state[1] <= self._stored:
            return
        state, seq = self._last_state
        self._db.conn.execute(STORE_STATE, (state_text(state), seq))
        self._stored = seq

    def _check_tail(self) -> None:
        """Never append to a chain that is broken where it would go on."""
        records = self.events(max(0, self._seq - TAIL - 1))
        for before, record in pairwise(records):
            if record.hash != chained(before.hash, record):
                raise Corrupt(f"event {record.seq} does not follow from the one before it; "
                              "run cincer verify, and restore a backup", seq=record.seq)

    def _stored_seq(self) -> int:
        row = self.state_row()
        return row[1] if row else 0


def _prepare(path: Path, db: Database, *, writable: bool) -> None:
    found = schema.version(db)
    if found == schema.VERSION:
        return
    if not writable:
        raise Conflict(
            f"the ledger has schema {found}, this program wants {schema.VERSION}: open it for "
            "writing once, which brings it up to date", found=found)
    if found:
        backup.backup(db.conn, path.with_name(f"{path.stem}-schema-{found}{path.suffix}"))
    schema.migrate(db)
