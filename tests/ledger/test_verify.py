"""What was changed behind the ledger's back is found and named."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.story import filled, long_story, received

from cincer.errors import Corrupt, NotFound
from cincer.ledger import Ledger
from cincer.ledger.verify import Report, verify
from cincer.session.state import SessionState

Whole: TypeAlias = tuple[Path, SessionState]

EVENTS = 1 + 40 + 40 + 1 + 5 * 3 + 1 + 2 + 6 + 4 + 1 + 1 + 1


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    path = tmp_path_factory.mktemp("whole") / "l.db"
    return path, long_story(path)


def tampered(whole: Whole, folder: Path, *statements: str) -> Report:
    path = folder / "tampered.db"
    shutil.copyfile(whole[0], path)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for statement in statements:
            assert file.execute(statement).rowcount != 0
    return verify(path)


def test_an_untouched_ledger_is_whole(whole: Whole) -> None:
    path, _ = whole
    told: list[tuple[str, int, int]] = []
    report = verify(path, lambda *said: told.append(said))
    assert report.differences == ()
    assert report.ok
    assert report.events == EVENTS
    assert told[-1] == ("fold", report.events, report.events)


def test_a_ledger_in_use_can_be_verified(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        report = verify(tmp_path / "l.db", refold=False)
        assert (report.ok, report.head) == (True, ledger.head()[1].hex())


@pytest.mark.parametrize(("statement", "words"), [
    ("UPDATE events SET body = replace(body, 'ex-7', 'ex-x') WHERE seq = 9", "event 9 "),
    ("UPDATE events SET actor = 'eve' WHERE seq = 20", "event 20 "),
    ("UPDATE events SET kind = 'example:scored' WHERE seq = 5", "event 5 "),
    ("UPDATE events SET at = at + 1 WHERE seq = 5", "time of event 5"),
    ("UPDATE events SET hash = zeroblob(32) WHERE seq = 5", "event 5 "),
    ("DELETE FROM events WHERE seq = 30", "events 30 to 30 are missing"),
    ("UPDATE payloads SET content = replace(content, 'canary', 'parrot') WHERE position = 4",
     "payload of 'ex-4' was changed"),
    ("UPDATE payloads SET content = NULL, meta = NULL WHERE position = 4",
     "'ex-4' was erased without"),
    ("DELETE FROM payloads WHERE position = 4", "payload of event 6 is missing"),
    ("UPDATE keys SET actor = 'eve' WHERE key = 'scores'", "'scores' of eve"),
    ("UPDATE examples SET human = 2 WHERE position = 0",
     "examples 0: human is 2, the events give 1"),
    ("UPDATE examples SET given = 2 WHERE position = 8", "examples 8: given is 2"),
    ("DELETE FROM examples WHERE position = 8", "examples: 8 is missing"),
    ("UPDATE assertions SET retracted_seq = NULL WHERE position = 12", "assertions "),
    ("UPDATE queries SET outcome = 'unsure' WHERE id = 'q-1'", "queries 'q-1': outcome"),
    ("UPDATE queries SET body = replace(body, 'ex-0', 'ex-9') WHERE id = 'q-1'",
     "queries 'q-1': what it says"),
    ("UPDATE replies SET comment = 'no' WHERE query = 'q-1'", "replies "),
    ("DELETE FROM models", "models: 1 is missing"),
    ("INSERT INTO models VALUES (2, 'x', 'y', 1, 1)", "models: 2 does not follow"),
    ("UPDATE state SET body = replace(body, 'next_query\":', 'next_query\":1')", "stored state"),
])
def test_tampering_is_named(
    whole: Whole, tmp_path: Path, statement: str, words: str
) -> None:
    report = tampered(whole, tmp_path, statement)
    assert not report.ok
    assert any(words in said for said in report.differences), report.differences


def test_what_an_older_program_wrote_is_the_same(whole: Whole, tmp_path: Path) -> None:
    fewer = ("UPDATE queries SET body = json_remove(body, '$.drawn') WHERE id = 'q-1'",
             "UPDATE state SET body = json_remove(body, '$.counters.disputes')")
    assert tampered(whole, tmp_path, *fewer).differences == ()


def test_swapped_and_inserted_events_are_found(whole: Whole, tmp_path: Path) -> None:
    swap = ("UPDATE events SET seq = -1 WHERE seq = 7", "UPDATE events SET seq = 7 WHERE seq = 8",
            "UPDATE events SET seq = 8 WHERE seq = -1")
    assert "event 7 " in tampered(whole, tmp_path, *swap).differences[0]
    insert = ("INSERT INTO events SELECT max(seq) + 1, at, kind, actor, body, payload, hash"
              " FROM events",)
    assert not tampered(whole, tmp_path, *insert).ok


def test_a_cut_off_log_is_found_by_a_noted_head(
    whole: Whole, tmp_path: Path
) -> None:
    path = tmp_path / "l.db"
    with filled(path) as ledger:
        seq, head = ledger.head()
        assert verify(path, head=(seq, head.hex()), refold=False).ok
        ledger.connection.execute("DELETE FROM payloads WHERE seq = ?", (seq,))
        ledger.connection.execute("DELETE FROM examples WHERE received_seq = ?", (seq,))
        ledger.connection.execute("DELETE FROM events WHERE seq = ?", (seq,))
    assert verify(path, refold=False).ok
    assert "cut off" in verify(path, head=(seq, head.hex()), refold=False).differences[0]
    assert "another hash" in verify(path, head=(1, "00"), refold=False).differences[0]


@settings(max_examples=40, deadline=None)
@given(choice=st.data())
def test_any_single_changed_cell_of_the_log_is_found(
    whole: Whole, tmp_path_factory: pytest.TempPathFactory, choice: st.DataObject
) -> None:
    column = choice.draw(st.sampled_from(["kind", "actor", "body", "payload", "hash", "seq"]))
    seq = choice.draw(st.integers(1, 98))
    change = {"seq": "seq + 1000", "payload": "zeroblob(7)", "hash": "zeroblob(32)"}.get(
        column, f"{column} || ' '")
    folder = tmp_path_factory.mktemp("cell")
    statement = f"UPDATE events SET {column} = {change} WHERE seq = {seq}"
    assert not tampered(whole, folder, statement).ok


def test_a_damaged_file_is_reported_not_raised(whole: Whole, tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    content = bytearray(whole[0].read_bytes())
    content[8192:12288] = bytes(4096)
    path.write_bytes(content)
    assert not verify(path).ok
    path.write_bytes(b"no database at all" * 100)
    assert not verify(path).ok
    with pytest.raises(NotFound):
        verify(tmp_path / "none.db")


def test_a_fold_that_fails_is_reported(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.db") as ledger, ledger.batch() as batch:
        batch.record(*received(0), actor="source")
    differences = verify(tmp_path / "l.db").differences
    assert any("event 1 (example:received) cannot be folded" in said for said in differences)


def test_a_broken_end_of_the_chain_is_not_built_upon(whole: Whole, tmp_path: Path) -> None:
    tampered(whole, tmp_path, f"UPDATE events SET actor = 'eve' WHERE seq = {EVENTS - 3}")
    with pytest.raises(Corrupt, match=f"event {EVENTS - 3} does not follow"):
        Ledger.open(tmp_path / "tampered.db")
    Ledger.open(tmp_path / "tampered.db", readonly=True).close()
