"""Leases of the live driver: they end by the clock, not by hope, and no reply counts twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from server.live_world import ANN, BEN, until, world

from cincer.errors import CincerError
from cincer.server import commands as c
from cincer.server.notices import QueryOver
from cincer.server.service import leasing


def test_an_expired_lease_goes_to_somebody_else_and_a_late_reply_still_counts_once(
    tmp_path: Path,
) -> None:
    with world(tmp_path, lease_seconds=0.3) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        w.show(query)
        until(lambda: w.told(QueryOver))
        assert w.told(QueryOver)[0].outcome == "expired"
        assert w.service.held(ANN.name) == ()
        answer = w.reply(query, 0)
        assert (answer.counted, answer.late) == (True, True)
        assert w.reply(query, 0) == answer
        assert w.service.stats().replies == 1


def test_the_second_of_two_replies_is_stored_and_does_not_count(tmp_path: Path) -> None:
    with world(tmp_path, lease_seconds=0.4) as w:
        w.bootstrap()
        w.receive(1)
        mine = w.pair()
        w.show(mine)
        until(lambda: w.service.held(ANN.name) == ())
        theirs = w.pair(BEN)
        assert (theirs.id, theirs.epoch) == (mine.id, mine.epoch + 1)
        w.show(theirs, BEN)
        assert w.reply(theirs, 2, actor=BEN).counted
        late = w.reply(mine, 0)
        assert (late.counted, late.late, late.changes) == (False, True, ())
        assert (w.service.stats().replies, w.service.stats().late) == (1, 1)
        (row,) = w.service.archive.ask("SELECT count(*) FROM replies WHERE counted = 0")
        assert row == (1,)


def test_who_lets_a_lease_run_out_gets_no_other_until_a_sign_of_life(tmp_path: Path) -> None:
    with world(tmp_path, lease_seconds=0.2) as w:
        w.bootstrap()
        w.receive(1)
        w.pair()
        until(lambda: w.service.held(ANN.name) == ())
        w.receive(2)
        until(lambda: w.service.stats().undecided == 0)
        assert w.service.held(ANN.name) == ()
        assert w.do(c.Lease(ANN, 2, "again")).held != ()


def test_a_disconnect_frees_after_a_grace_unless_they_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leasing, "GRACE", 0.2)
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        w.do(c.Gone(ANN))
        w.do(c.Lease(ANN, 1, "back"))
        assert w.do(c.Gone(BEN)).seq
        until(lambda: True)
        w.do(c.Gone(ANN))
        assert [q.id for q in w.service.held(ANN.name)] == [query.id]
        until(lambda: w.told(QueryOver))
        assert w.told(QueryOver)[0].outcome == "disconnected"
        assert [q.id for q in (w.pair(BEN),)] == [query.id]


def test_returning_within_the_grace_keeps_the_lease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leasing, "GRACE", 0.1)
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        w.do(c.Gone(ANN))
        w.show(query)
        w.receive(*[0] * 3)
        until(lambda: w.service.stats().undecided == 0)
        with pytest.raises(AssertionError):
            until(lambda: w.told(QueryOver), patience=0.3)
        assert w.reply(query, 0).counted


def test_skip_passes_on_and_undo_brings_back(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        w.show(query)
        w.do(c.Skip(ANN, "skip", query.id, query.epoch))
        assert w.do(c.Skip(ANN, "skip", query.id, query.epoch)).seq > 0
        other = w.pair(BEN)
        assert other.id == query.id
        w.show(other, BEN)
        w.reply(other, 0, actor=BEN)
        assert w.service.query(query.id) is None
        undone = w.do(c.Undo(BEN, "undo"))
        assert undone.query == query.id
        until(lambda: w.service.query(query.id) is not None)
        assert [q.id for q in w.service.held(BEN.name)] == [query.id]
        assert {change.id: change.after for change in undone.changes}["e6"] == 1


def test_nobody_answers_for_another(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        w.show(query)
        with pytest.raises(CincerError):
            w.reply(query, 0, actor=BEN)
        with pytest.raises(CincerError):
            w.show(query, BEN)
        assert w.service.stats().replies == 0
