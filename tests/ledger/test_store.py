"""Batches are whole or nothing, answers are kept, one writer at a time, disk errors heal."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import pytest
from ledger.story import decided, filled, payload, received, replied, started, undone

from cincer.errors import Closed, Conflict, InvalidInput, NotFound, Unavailable
from cincer.ledger import Batch, Ledger, Payload
from cincer.types import Action


def test_what_was_recorded_is_there_after_a_new_start(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        head = ledger.head()
    with Ledger.open(tmp_path / "l.db") as again:
        assert again.head() == head
        assert again.counts()["examples"] == 5
        assert [r.kind for r in again.events(limit=2)] == ["session:started", "example:received"]


def test_an_exception_leaves_nothing_of_the_batch(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        head = ledger.head()
        with pytest.raises(KeyError), ledger.batch() as batch:  # noqa: PT012
            batch.record(*received(5), actor="s", key="k", payload=payload(5))
            raise KeyError
        assert ledger.head() == head
        assert ledger.lookup("s", "k") is None
        assert ledger.position_of("ex-5") is None
        with ledger.batch() as batch:
            assert batch.record(*received(5), actor="s") == head[0] + 1


def test_a_known_id_is_refused_with_its_whole_batch(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        with pytest.raises(Conflict), ledger.batch() as batch:  # noqa: PT012
            batch.record(*received(6), actor="s", payload=payload(6))
            batch.record(*received(1), actor="s", payload=payload(1))
        assert ledger.position_of("ex-6") is None
        assert ledger.healthy


def test_the_same_command_gets_its_first_answer(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        with ledger.batch() as batch:
            seq = batch.record(*decided(0), actor="m", key="k", digest="d1")
            batch.answer("m", "k", {"seq": seq})
            assert ledger.lookup("m", "k", "d1") is not None
        answer = ledger.lookup("m", "k", "d1")
        assert answer is not None
        assert (answer.value, answer.seq) == ({"seq": seq}, seq)
        assert ledger.lookup("other", "k", "d1") is None
        with pytest.raises(Conflict, match="another request"):
            ledger.lookup("m", "k", "d2")


def test_a_key_cannot_be_recorded_twice(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        with ledger.batch() as batch:
            batch.record(*decided(0), actor="m", key="k", digest="d1")
        with pytest.raises(Conflict), ledger.batch() as batch:
            batch.record(*decided(1), actor="m", key="k", digest="d1")
        with pytest.raises(Conflict), ledger.batch() as batch:  # noqa: PT012
            batch.record(*decided(1), actor="m", key="j")
            batch.record(*decided(2), actor="m", key="j")
        assert ledger.lookup("m", "j") is None


def test_label_layers_follow_replies_and_undo(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        with ledger.batch() as batch:
            for event, effects in (decided(0, "asked"), replied(0), replied(0, label=2, who="bo")):
                batch.record(event, effects, actor="ann")
        example = ledger.example("ex-0")
        assert example is not None
        assert (example.given, example.human, example.effective) == (0, 2, 2)
        assert [(a.annotator, a.label, a.comment) for a in example.history] == [
            ("ann", 1, "sure"), ("bo", 2, "sure")]
        with ledger.batch() as batch:
            batch.record(*undone(0), actor="ann")
        example = ledger.example("ex-0")
        assert example is not None
        assert (example.human, example.effective, example.status) == (None, 0, "waiting")
        assert all(a.retracted_seq == ledger.head()[0] for a in example.history)


def test_a_verdict_without_a_class_leaves_the_labels(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        with ledger.batch() as batch:
            batch.record(*decided(0, "asked"), actor="m")
            batch.record(*replied(0, Action.BAD, None), actor="ann")
        example = ledger.example("ex-0")
        assert example is not None
        assert (example.human, example.effective) == (None, 0)
        assert example.history[0].action == "bad"


def test_questions(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        with ledger.batch() as batch:
            batch.record(*decided(1), actor="m")
        assert ledger.undecided(2) == [0, 2]
        assert ledger.ids([3, 1]) == ["ex-3", "ex-1"]
        assert ledger.payloads([2, 99])[1] is None
        assert ledger.payloads([2])[0] == payload(2)
        assert [p for p, _ in ledger.all_payloads(3)] == [3, 4]
        assert [r.seq for r in ledger.events(2, 2)] == [3, 4]
        assert [r.kind for r in ledger.events(kinds=["example:scored"])] == ["example:scored"]
        assert ledger.events(1, 1)[0].event == received(0)[0]
        assert ledger.classes() == started().classes
        assert ledger.counts()["status"] == {"known": 1, "undecided": 4}
        assert ledger.example("nobody") is None


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db"), pytest.raises(Conflict, match=str(os.getpid())):
        Ledger.open(tmp_path / "l.db")
    Ledger.open(tmp_path / "l.db").close()


def test_readers_see_commits_and_cannot_write(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger, \
            Ledger.open(tmp_path / "l.db", readonly=True) as reader:
        with ledger.batch() as batch:
            batch.record(*received(9), actor="s")
            assert reader.position_of("ex-9") is None
        assert reader.position_of("ex-9") == 9
        with pytest.raises(Conflict, match="read-only"), reader.batch():
            pass
        with pytest.raises(sqlite3.OperationalError):
            reader._db.conn.execute("DELETE FROM events")


def test_a_missing_ledger_and_a_closed_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Ledger.open(tmp_path / "none.db", readonly=True)
    ledger = filled(tmp_path / "l.db")
    ledger.close()
    ledger.close()
    with pytest.raises(Closed):
        ledger.head()
    with pytest.raises(Closed), ledger.batch():
        pass


def test_what_cannot_be_stored_is_refused(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        for content in (float("nan"), {1, 2}, object()):
            with pytest.raises(InvalidInput), ledger.batch() as batch:
                batch.record(*received(7), actor="s", payload=Payload(content))
        with pytest.raises(InvalidInput, match="Unicode"), ledger.batch() as batch:
            batch.record(*received(7), actor="\ud800")
        with pytest.raises(InvalidInput, match="only an arrival"), ledger.batch() as batch:
            batch.record(*decided(0), actor="s", payload=payload(0))
        assert ledger.counts()["events"] == 6


def test_a_full_disk_stops_writing_and_heals(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        pages = ledger._db.conn.execute("PRAGMA page_count").fetchone()[0]
        ledger._db.conn.execute(f"PRAGMA max_page_count = {pages}")
        big = Payload("x" * 100_000)
        head = ledger.head()
        for _ in range(2):
            with pytest.raises(Unavailable, match="disk is full"), ledger.batch() as batch:
                batch.record(*received(8), actor="s", key="k", payload=big)
            assert not ledger.healthy
            assert ledger.head() == head
        ledger._db.conn.execute("PRAGMA max_page_count = 1000000")
        with ledger.batch() as batch:
            batch.record(*received(8), actor="s", key="k", payload=big)
        assert ledger.healthy
        assert ledger.payloads([8]) == [big]


def test_an_interrupt_after_the_commit_does_not_stop_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled(tmp_path / "l.db") as ledger:
        whole = Ledger._transaction

        def interrupted(self: Ledger, batch: Batch, with_state: bool) -> None:
            whole(self, batch, with_state)
            raise KeyboardInterrupt

        monkeypatch.setattr(Ledger, "_transaction", interrupted)
        with pytest.raises(KeyboardInterrupt), ledger.batch() as batch:
            batch.record(*received(7), actor="s")
        monkeypatch.undo()
        with ledger.batch() as batch:
            assert batch.record(*received(8), actor="s") == 8
        assert (ledger.healthy, ledger.position_of("ex-7")) == (True, 7)


def test_nothing_is_written_while_a_moment_is_read(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger, ledger.moment(), \
            pytest.raises(Conflict, match="moment"), ledger.batch():
        pass


def test_batches_of_two_threads_do_not_mix(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db", 0) as ledger:
        def write(start: int) -> None:
            for number in range(start, start + 20):
                with ledger.batch() as batch:
                    batch.record(*received(number), actor="s")

        threads = [threading.Thread(target=write, args=(n,)) for n in (0, 100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [r.seq for r in ledger.all_events()] == list(range(1, 42))


def test_other_threads_see_an_answer_only_once_it_is_committed(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        seen: list[object] = []
        thread = threading.Thread(target=lambda: seen.append(ledger.lookup("m", "k")))
        with pytest.raises(KeyError), ledger.batch() as batch:  # noqa: PT012
            batch.record(*decided(0), actor="m", key="k")
            assert ledger.lookup("m", "k") is not None
            batch.record(*received(9), actor="s")
            assert ledger.position_of("ex-9") == 9
            thread.start()
            thread.join(0.05)
            raise KeyError
        thread.join()
        assert seen == [None]


def test_batches_do_not_nest(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger, ledger.batch(), \
            pytest.raises(Conflict, match="nest"), ledger.batch():
        pass


def test_info_names_the_versions(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        info = ledger.info()
    assert info["sqlite"] == sqlite3.sqlite_version
    assert info["seq"] == 6
    assert info["wal_reset_safe"] in (True, False)
