"""Explanations through the session thread: to whom, and what follows when something goes wrong."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from server.live_world import ANN, BEN, World, until, world

from cincer.errors import CincerError, Closed, Conflict, NotFound, Stale, Unavailable
from cincer.server import commands as c
from cincer.session.events import Counter
from cincer.session.state import Query


def asked(w: World) -> tuple[Query, Counter]:
    """A pair that Ann holds."""
    w.bootstrap()
    w.receive(1)
    w.scorer.says = lambda position: 0
    query = w.pair()
    assert query.counter_example is not None
    return query, query.counter_example


def under_way(w: World, query: Query) -> Future[Any]:
    """Asked for, and with the scorer, which keeps it back."""
    w.scorer.held = True
    future = w.service.submit(c.Explain(ANN, query.id))
    until(lambda: any(frame["op"] == "explain" for frame in w.scorer.frames))
    return future


def test_the_holder_gets_both_figures_and_nothing_is_recorded(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        query, counter = asked(w)
        seq = w.service.health()["seq"]
        found = w.do(c.Explain(ANN, query.id))
        assert found.single.examples == (counter.example,)
        assert (found.single.predicted_change, found.single.real_change) == (0.2, 0.25)
        assert (found.query, found.given, found.probability) == (query.id, query.given, 0.08)
        assert len(found.group.examples) == 2
        assert w.service.health()["seq"] == seq


def test_the_pair_carries_the_predicted_change(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        _, counter = asked(w)
        assert (counter.given_probability, counter.predicted_change) == (0.08, 0.23)


@pytest.mark.parametrize(("change", "told"), [(0.235, 0.23), (0.3, 0.3)])
def test_a_pair_is_told_again_when_its_effect_moves(
    tmp_path: Path, change: float, told: float
) -> None:
    """An arrival that enters changes the data: what is not displayed is picked again."""
    with world(tmp_path) as w:
        query, _ = asked(w)
        w.scorer.change, picks = change, w.scorer.picked
        w.receive(0)
        until(lambda: w.scorer.picked > picks and not w.service._inbox._items)
        w.do(c.Retrain(ANN, "one more turn"))
        found = w.service.query(query.id)
        assert found is not None
        assert found.counter_example is not None
        assert found.counter_example.predicted_change == told


def test_only_who_holds_it_and_only_a_pair(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        query, _ = asked(w)
        with pytest.raises(NotFound):
            w.do(c.Explain(BEN, query.id))
        w.show(query)
        w.reply(query, 2)
        with pytest.raises(Stale):
            w.do(c.Explain(ANN, query.id))
        w.receive(None)
        w.do(c.Lease(ANN, 1, "another"))
        until(lambda: w.service.held(ANN.name))
        with pytest.raises(Conflict, match="no counter-example"):
            w.do(c.Explain(ANN, w.service.held(ANN.name)[0].id))


def test_everybody_who_asks_meanwhile_gets_the_one_answer(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        query, _ = asked(w)
        futures = [under_way(w, query)]
        futures += [w.service.submit(c.Explain(ANN, query.id)) for _ in range(2)]
        w.do(c.Retrain(ANN, "one more turn"))
        w.scorer.release()
        assert len({future.result(5) for future in futures}) == 1
        w.do(c.Retrain(ANN, "and another"))
        assert sum(frame["op"] == "explain" for frame in w.scorer.frames) == 1


def test_a_counter_example_that_left_is_told(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        query, counter = asked(w)
        w.scorer.labels[int(counter.position)] = -1
        with pytest.raises(Stale, match="not in the training set"):
            w.do(c.Explain(ANN, query.id))


def test_nobody_waits_for_a_scorer_that_is_gone(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        query, _ = asked(w)
        future = under_way(w, query)
        w.scorer.die()
        with pytest.raises(Unavailable, match="stopped"):
            future.result(5)
        with pytest.raises(Unavailable, match="starting"):
            w.do(c.Explain(ANN, query.id))


def test_what_the_scorer_refuses_is_refused(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        query, _ = asked(w)
        w.scorer.refuses = "no room"
        with pytest.raises(CincerError, match="no room"):
            w.do(c.Explain(ANN, query.id))


def test_who_waits_when_the_server_stops_is_told(tmp_path: Path) -> None:
    with world(tmp_path) as w:
        query, _ = asked(w)
        future = under_way(w, query)
    with pytest.raises(Closed):
        future.result(5)
