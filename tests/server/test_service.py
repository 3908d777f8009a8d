"""The live driver with a fake scorer: commands in, answers after the commit, notices after that."""

from __future__ import annotations

from pathlib import Path

import pytest
from server.live_world import ANN, BEN, PATIENCE, SOURCE, item, until, world

from cincer.compute.messages import labels_of
from cincer.errors import Busy, Closed, Conflict, NotFound, Stale
from cincer.server import commands as c
from cincer.server.notices import ArrivalDecided, HeadMoved, QueryOver, QueryReady
from cincer.types import Action, ExampleId, QueryId


def test_a_reply_changes_the_label_and_the_model(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        assert (query.example, query.given, query.predicted) == ("e6", 1, 0)
        assert query.counter_example is not None
        assert query.counter_example.example == "e0"
        w.show(query)
        answer = w.reply(query, 0)
        assert (answer.counted, answer.late) == (True, False)
        assert answer.changes[0] == c.LabelChange(ExampleId("e6"), 1, 0, Action.RELABEL)
        until(lambda: [m for m in w.told(HeadMoved) if m.after == query.id])
        moved = next(m for m in w.told(HeadMoved) if m.after == query.id)
        assert moved.annotator == "ann"
        assert moved.version >= answer.seq
        assert w.scorer.labels[6] == 0
        found = w.service.example(ExampleId("e6"))
        assert found is not None
        assert (found.given, found.effective, found.status) == (1, 0, "known")


def test_everything_told_was_committed_before(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        seen: list[bool] = []

        def look(notice: object) -> None:
            if isinstance(notice, ArrivalDecided):
                found = w.service.archive.example(notice.id)
                seen.append(found is not None and found.decision == notice.decision)

        w.service.subscribe(look)
        w.bootstrap()
        w.receive(1, 1, 2)
        until(lambda: len(seen) == 9)
        assert all(seen)


def test_the_same_key_has_one_effect(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        w.show(query)
        first = w.reply(query, 0, key="same")
        assert w.reply(query, 0, key="same") == first
        assert w.service.stats().replies == 1
        with pytest.raises(Conflict, match="same"):
            w.reply(query, 2, key="same")
        undone = w.do(c.Undo(ANN, "undo"))
        assert w.do(c.Undo(ANN, "undo")) == undone


def test_arrivals_are_idempotent_on_their_id(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        twice = (item(0, 0), item(0, 0), item(0, 1), item(1, 9), item(2, 2))
        answers = w.do(c.Receive(SOURCE, twice))
        assert [a.answer for a in answers] == [
            "stored", "duplicate", "rejected", "rejected", "stored"]
        assert answers[2].code == "conflict"
        again = w.do(c.Receive(SOURCE, (item(0, 0), item(2, 1), item(2, 2, value=7.0))))
        assert [a.answer for a in again] == ["duplicate", "rejected", "rejected"]
        assert w.service.stats().received == 2


def test_a_sender_can_wait_for_the_decision(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        assert [a.decision for a in w.receive(0, 2, wait=PATIENCE)] == ["accepted", "asked"]
        w.scorer.held = True
        (late,) = w.receive(1, wait=0.05)
        assert (late.answer, late.decision) == ("stored", None)
        w.scorer.release()


def test_one_sender_keeps_its_order(tmp_path: Path) -> None:
    with world(tmp_path, bootstrap=1000) as w:
        futures = [w.service.submit(c.Receive(SOURCE, (item(n, n % 3),))) for n in range(300)]
        seqs = [future.result(PATIENCE)[0].seq for future in futures]  # type: ignore[index]
        assert seqs == sorted(seqs)
        assert w.service.archive.ids(range(300)) == [f"e{n}" for n in range(300)]


def test_a_big_batch_lets_others_through(tmp_path: Path) -> None:
    with world(tmp_path, bootstrap=10_000) as w:
        w.bootstrap()
        big = w.service.submit(c.Receive(SOURCE, tuple(item(n, n % 3) for n in range(6, 5000))))
        w.do(c.Lease(ANN, 1, "k"))
        assert not big.done()
        assert all(a.answer == "stored" for a in big.result(30))  # type: ignore[union-attr]


def test_too_much_is_busy_and_after_the_end_closed(tmp_path: Path) -> None:
    with world(tmp_path, ingest_queue=10) as w:
        w.bootstrap()
        w.scorer.held = True
        w.receive(0, 1, 2)
        with pytest.raises(Busy) as refused:
            w.receive(*[0] * 8)
        assert refused.value.data["retry_after"] > 0
        w.scorer.release()
        until(lambda: w.service.stats().undecided == 0)
        w.receive(*[0] * 8)
    with pytest.raises(Closed):
        w.do(c.Lease(ANN, 1, "k"))


def test_a_scorer_that_is_down_delays_decisions_in_order(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.scorer.die()
        w.receive(0, 2, 1, 1)
        assert w.service.stats().undecided == 4
        assert w.service.health()["ready"]
        w.scorer.come_up()
        until(lambda: w.service.stats().undecided == 0)
        decided = [n.id for n in w.told(ArrivalDecided)][-4:]
        assert decided == ["e6", "e7", "e8", "e9"]
        assert w.scorer.labels.keys() >= set(range(7))


def test_who_asked_is_given_what_opens_later(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        assert w.do(c.Lease(ANN, 2, "k")).held == ()
        w.receive(1, 2, 0)
        until(lambda: len(w.told(QueryReady)) >= 2)
        assert len(w.service.held(ANN.name)) == 2


def test_pairs_sent_ahead_follow_the_model_and_only_news_is_told(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1, 0)
        first = w.pair(count=2)
        until(lambda: len(w.told(QueryReady)) == 2)
        second = next(q for q in w.service.held(ANN.name) if q.id != first.id)
        before = second.predicted
        w.show(first)
        w.reply(first, 0)
        until(lambda: [m for m in w.told(HeadMoved) if m.after == first.id])
        assert len(w.told(QueryReady)) == 2
        w.scorer.says = lambda position: (before + 1) % 3 if position == second.position else 0
        w.receive(0)
        until(lambda: len(w.told(QueryReady)) == 3)
        pushed = w.told(QueryReady)[-1].query
        assert (pushed.id, pushed.predicted) == (second.id, (before + 1) % 3)
        assert pushed.picked is not None
        assert pushed.picked >= w.scorer.version - 1


def test_a_displayed_pair_stands_still(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        w.show(query)
        w.scorer.says = lambda position: 2
        w.receive(2, 2)
        until(lambda: w.service.stats().undecided == 0)
        w.do(c.Lease(BEN, 1, "k"))
        shown = w.service.query(query.id)
        assert shown is not None
        assert (shown.predicted, shown.counter_example) == (query.predicted, query.counter_example)


def test_a_pair_that_was_replaced_on_its_way_to_the_screen_is_not_taken_as_shown(
    tmp_path: Path,
) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        assert query.counter_example is not None
        for other in (("old",), ("old", "older"), ()):
            with pytest.raises(Stale, match="replaced"):
                w.do(c.Display(ANN, query.id, query.epoch, (query.example, *other)))
        right = (query.example, query.counter_example.example)
        w.do(c.Display(ANN, query.id, query.epoch, right))
        w.do(c.Display(ANN, query.id, query.epoch, right))
        w.reply(query, 0)


def test_synchronous_streams_wait_for_the_reply(tmp_path: Path) -> None:
    with world(tmp_path, synchronous=True) as w:
        w.bootstrap()
        w.receive(1, 1, 2)
        query = w.pair()
        assert w.service.stats().undecided == 2
        w.show(query)
        w.reply(query, 0)
        until(lambda: w.service.stats().undecided == 0)
        assert w.service.stats().asked == 1


def test_what_does_not_exist_is_refused_alone(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        nothing = QueryId("q-99")
        futures = [w.service.submit(command) for command in (
            c.Display(ANN, nothing, 1), c.Undo(ANN, "k"), c.Flag(ANN, "k2", nothing),
            c.Lease(ANN, 1, "k3"), c.Tune(ANN, "k4", {"ask_threshold": 0.5}))]
        kinds = [type(f.exception(PATIENCE)) for f in futures]
        assert kinds == [Stale, NotFound, NotFound, type(None), type(None)]
        until(lambda: w.service.stats().threshold == 0.5)


def test_a_second_start_goes_on_where_it_was(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1, 2)
        query = w.pair(count=2)
        w.show(query)
        w.scorer.held = True
        w.receive(2)
        before = w.service.stats()
    with world(tmp_path) as w:
        until(lambda: w.service.stats().undecided == 0)
        after = w.service.stats()
        assert (after.received, after.waiting) == (before.received, before.waiting)
        assert {q.id for q in w.service.held(ANN.name)} >= {query.id}
        assert w.reply(query, 0).counted
        assert w.scorer.labels[6] == 0
        assert [p.replies for p in w.service.stats().people] == [1]


def test_the_scorer_is_told_what_a_person_has_settled(tmp_path: Path) -> None:
    def told() -> dict[int, int]:
        frames = [labels_of(f) for f in w.scorer.frames if f["op"] == "settled"]
        return {p: s for places, flags in frames
                for p, s in zip(places.tolist(), flags.tolist(), strict=True)}

    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        w.show(query)
        w.reply(query, 0)
        assert told() == {6: 1, 0: 1}
    with world(tmp_path) as w:
        until(lambda: told() == {6: 1, 0: 1})
        w.do(c.Undo(ANN, "u1"))
        assert told() == {6: 0, 0: 0}


def test_other_classes_do_not_fit_a_ledger(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
    other = type(w)(tmp_path)
    other.service.schema = other.schema.__class__.declare("vector", ["x", "y"], columns=4)
    with pytest.raises(Conflict, match="a, b, c"):
        other.service.start()


def test_a_closing_query_is_told_to_its_holder(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        w.bootstrap()
        w.receive(1)
        query = w.pair()
        w.show(query)
        w.reply(query, 0)
        until(lambda: w.told(QueryOver))
        assert w.told(QueryOver) == [QueryOver(ANN.name, query.id, "answered")]
