"""Copies are whole or refused; migrations keep a copy; what is erased is gone."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from ledger.story import Story, decided, filled, long_story, payload, received

from cincer.errors import Conflict, Corrupt, InvalidInput, NotFound, Unavailable
from cincer.ledger import Ledger, connect, schema
from cincer.ledger.backup import restore
from cincer.ledger.verify import verify


def test_a_backup_under_load_is_a_whole_ledger(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db", 500) as ledger, \
            Ledger.open(tmp_path / "l.db", readonly=True) as reader:
        stop = threading.Event()

        def write() -> None:
            number = 1000
            while not stop.is_set():
                with ledger.batch() as batch:
                    batch.record(*received(number), actor="s", payload=payload(number))
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            copies = [reader.backup(tmp_path / f"copy-{n}.db") for n in range(3)]
        finally:
            stop.set()
            writer.join()
        found = [verify(copy, refold=False) for copy in copies]
        assert all(report.ok for report in found)
        assert [r.events for r in found] == sorted(r.events for r in found)
        assert found[0].events >= 501
        assert not list(tmp_path.glob("*.partial"))


def test_restore_brings_back_and_keeps_what_was_there(tmp_path: Path) -> None:
    path, copy = tmp_path / "l.db", tmp_path / "copy.db"
    with filled(path) as ledger:
        ledger.backup(copy)
        head = ledger.head()
        with ledger.batch() as batch:
            batch.record(*received(7), actor="s")
        with pytest.raises(Conflict, match="being written"):
            restore(copy, path)
        later = ledger.head()
    kept = restore(copy, path)
    assert kept is not None
    with Ledger.open(path) as ledger, Ledger.open(kept, readonly=True) as old:
        assert ledger.head() == head
        assert old.head() == later
    assert restore(copy, tmp_path / "new.db") is None


def test_a_bad_copy_is_refused(tmp_path: Path) -> None:
    path, copy = tmp_path / "l.db", tmp_path / "copy.db"
    with filled(path, 200) as ledger:
        ledger.backup(copy)
        head = ledger.head()
    whole = copy.read_bytes()
    for bad in (whole[: len(whole) // 2], b"", b"x" * 5000,
                whole[:20480] + b"\xff" * 4096 + whole[24576:]):
        copy.write_bytes(bad)
        with pytest.raises((Corrupt, InvalidInput)):
            restore(copy, path)
    with pytest.raises(NotFound):
        restore(tmp_path / "none.db", path)
    with Ledger.open(path) as ledger:
        assert ledger.head() == head


def test_restore_works_when_the_ledger_is_damaged(tmp_path: Path) -> None:
    path, copy = tmp_path / "l.db", tmp_path / "copy.db"
    with filled(path) as ledger:
        ledger.backup(copy)
        head = ledger.head()
    path.write_bytes(b"gone" * 2000)
    with pytest.raises(Corrupt):
        Ledger.open(path)
    restore(copy, path)
    with Ledger.open(path) as ledger:
        assert ledger.head() == head


def test_erased_payloads_are_nowhere_in_the_files(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with filled(path, 300) as ledger:
        with ledger.batch() as batch:
            batch.record(*decided(7), actor="m")
        assert b"canary-7\"" in path.read_bytes() + wal(path).read_bytes()
        assert ledger.erase(["ex-7", "ex-250"], actor="admin", at=900.0) == 2
        content = path.read_bytes() + wal(path).read_bytes()
        assert b"canary-7\"" not in content
        assert b"canary-250\"" not in content
        assert b"canary-8\"" in content
        assert ledger.payloads([7, 8]) == [None, payload(8)]
        assert ledger.erase(["ex-7"], actor="admin", at=901.0) == 0
        with pytest.raises(NotFound):
            ledger.erase(["nobody"], actor="admin", at=902.0)
        assert ledger.example("ex-7") is not None
    assert verify(path, refold=False).ok


def test_erasing_says_when_a_reader_holds_old_pages(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with filled(path) as ledger, Ledger.open(path, readonly=True) as reader:
        ledger.connection.execute("PRAGMA busy_timeout = 10")
        with reader.moment():
            reader.head()
            with pytest.raises(Unavailable, match="reader"):
                ledger.erase(["ex-1"], actor="admin", at=900.0)
        ledger.compact()
        assert b"canary-1\"" not in path.read_bytes() + wal(path).read_bytes()


def wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def test_a_newer_ledger_and_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    filled(path).close()
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")
    for readonly in (False, True):
        with pytest.raises(Conflict, match="newer cincer"):
            Ledger.open(path, readonly=readonly)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as file:
        file.execute("CREATE TABLE mine (x)")
    with pytest.raises(InvalidInput, match="not a cincer ledger"):
        Ledger.open(other)
    (tmp_path / "text.db").write_text("no database, but long enough to be read as one" * 30)
    with pytest.raises(Corrupt):
        Ledger.open(tmp_path / "text.db")
    with pytest.raises(Unavailable):
        Ledger.open(tmp_path)


def test_an_older_ledger_is_copied_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "l.db"
    long_story(path)
    known = schema.migrations._migrations.copy()
    monkeypatch.setattr(schema.migrations, "_migrations", known)
    monkeypatch.setattr(schema, "VERSION", 3)

    @schema.migrations(name="m003_test")
    def m003(db: object) -> None:
        with pytest.raises(Conflict):
            Ledger.open(path)
        db.execute("ALTER TABLE examples ADD COLUMN note TEXT")  # type: ignore[attr-defined]
        if len(list(tmp_path.glob("boom"))):
            raise RuntimeError("power cut")
        db.execute("PRAGMA user_version = 3")  # type: ignore[attr-defined]

    with pytest.raises(Conflict, match="open it for writing once"):
        Ledger.open(path, readonly=True)
    (tmp_path / "boom").touch()
    with pytest.raises(RuntimeError, match="power cut"):
        Ledger.open(path)
    (tmp_path / "boom").unlink()
    with Ledger.open(path) as ledger:
        assert ledger.info()["schema"] == 3
        assert ledger.connection.execute("SELECT note FROM examples").fetchone() == (None,)
    monkeypatch.setattr(schema, "VERSION", 2)
    with Ledger.open(tmp_path / "l-schema-2.db", readonly=True) as old:
        assert old.counts()["examples"] == 40


def test_a_ledger_from_before_curators_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with filled(path) as ledger:
        Story(ledger).tell(decided(0)[0])
    with closing(sqlite3.connect(path)) as old, old:
        for table in schema.CURATING:
            old.execute(f"DROP TABLE {table}")
        old.execute(f"DELETE FROM {schema.Migrations.migrations_table} WHERE name LIKE 'm002%'")
        old.execute("PRAGMA user_version = 1")
    assert verify(path).differences == (
        "the ledger has schema 1: open it for writing once, which brings it up to date",)
    with Ledger.open(path) as ledger:
        assert ledger.info()["schema"] == schema.VERSION
    assert verify(path).ok


def test_every_table_is_described(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db", 0) as ledger:
        for table, columns in schema.TABLES.items():
            found = ledger.ask(f"SELECT name FROM pragma_table_info('{table}')")
            assert [row[0] for row in found] == list(columns)
            assert table in (schema.__doc__ or "")


@pytest.mark.parametrize(("version", "safe"), [
    ((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False),
    ((3, 50, 6), False), ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True),
    ((3, 52, 0), True),
])
def test_the_wal_reset_bug_is_known_by_version(version: tuple[int, ...], safe: bool) -> None:
    assert connect.wal_reset_safe(version) is safe
