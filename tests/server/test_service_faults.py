"""What goes wrong inside the live driver: a commit that fails, a bug, a disk, a stale answer."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from server.live_world import ANN, World, item, until, world

from cincer.errors import CincerError, Unavailable
from cincer.features import FeatureMatrix
from cincer.ledger import Ledger
from cincer.server import commands as c
from cincer.server.service import core
from cincer.server.service.answering import Answering


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "RETRY", 0.05)


class Disk:
    """Makes commits fail while `full`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        real = Ledger._transaction

        def transaction(ledger: Ledger, batch: Any, with_state: bool) -> None:
            if self.full and batch.seq > ledger._seq:
                raise sqlite3.OperationalError("database or disk is full")
            real(ledger, batch, with_state)

        monkeypatch.setattr(Ledger, "_transaction", transaction)


def test_a_failed_commit_has_not_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        w.show(query)
        told, before = len(w.notices), w.service.stats()
        disk.full = True
        with pytest.raises(Unavailable):
            w.reply(query, 0)
        with pytest.raises(Unavailable):
            w.receive(2)
        assert len(w.notices) == told
        assert w.service.query(query.id) is not None
        assert w.service.stats().replies == before.replies == 0
        assert w.scorer.labels.get(6, -1) == -1
        disk.full = False
        assert w.reply(query, 0).counted
        assert w.receive(0, wait=5)[0].answer == "stored"
        until(lambda: w.scorer.labels.get(6) == 0)
        assert w.service.stats().received == 8
        _adds_up(w)


def test_opinions_lost_with_a_failed_commit_are_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    with world(tmp_path) as w:
        w.bootstrap()
        w.scorer.held = True
        w.receive(0, 2, 2)
        disk.full = True
        w.scorer.release()
        until(lambda: not w.service.health()["ready"] or w.service.health()["ledger"] != "up")
        assert w.service.stats().undecided == 3
        disk.full = False
        until(lambda: w.service.stats().undecided == 0)
        _adds_up(w)


def test_a_bug_in_one_command_is_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world(tmp_path) as w:
        w.bootstrap()

        def broken(*_: object) -> None:
            raise ZeroDivisionError("secret")

        with monkeypatch.context() as patch:
            patch.setattr(Answering, "_changes", broken)
            w.receive(1)
            query = w.pair()
            w.show(query)
            with pytest.raises(CincerError) as error:
                w.reply(query, 0)
            assert "secret" not in str(error.value)
        assert w.service.stats().replies == 0
        assert w.reply(query, 0).counted
        _adds_up(w)


def test_features_that_cannot_be_written_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world(tmp_path) as w:
        with monkeypatch.context() as patch:
            patch.setattr(FeatureMatrix, "append", _full)
            w.receive(0, 1)
        w.receive(2)
        matrix = w.service._core.live.features  # type: ignore[union-attr]
        assert matrix is not None
        until(lambda: len(matrix) == 3)
        assert matrix.rows([0, 1, 2])[:, 0].tolist() == [0.0, 1.0, 2.0]


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_an_answer_on_older_labels_is_dropped_and_asked_again(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1, 0)
        first = w.pair(count=2)
        until(lambda: all(q.picked is not None for q in w.service.held(ANN.name)))
        second = next(q for q in w.service.held(ANN.name) if q.id != first.id)
        w.show(first)
        w.scorer.held = True
        w.receive(2)  # a job is under way that knows nothing of the reply
        w.reply(first, 0)
        w.scorer.release()
        until(lambda: _picked(w, second.id))
        picks = [f for f in w.scorer.frames if f["op"] == "pick"]
        assert picks[-1]["queries"] == [second.id]


def _picked(w: World, name: Any) -> bool:
    core_ = w.service._core
    assert core_ is not None
    return core_.scoring._fresh.get(name, -1) >= core_.scoring._version


def test_given_up_futures_do_not_stop_the_thread(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        futures = [w.service.submit(c.Receive(ANN, (item(n, 0),))) for n in range(50)]
        for future in futures:
            future.cancel()
        until(lambda: w.service.stats().received == 50)


def _adds_up(w: World) -> None:
    """Once closed, the memory is what a fold of the ledger gives."""
    live = w.service._core.live  # type: ignore[union-attr]
    w.service.close()
    with Ledger.open(live.ledger.path, readonly=True) as ledger:
        loaded = ledger.load()
    assert loaded.state == live.state
    assert loaded.data is not None
    for name in ("given", "effective", "status"):
        assert loaded.data.column(name).tolist() == live.loop.data.column(name).tolist()
