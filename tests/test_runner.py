"""The synchronous driver with a real model: labels get better, and the log says all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from blobs import CLASSES, blobs

from cincer import acts, build
from cincer.config import LoopSettings, ModelSettings, Settings
from cincer.errors import InvalidInput, NotFound
from cincer.loop import Loop
from cincer.rows import Rows
from cincer.runner import Runner
from cincer.session import events as ev
from cincer.session.state import Query
from cincer.types import (
    Action,
    AnnotatorId,
    Deed,
    ExampleId,
    Position,
    QueryKind,
    Remedy,
    Status,
)

ANN, BOB = AnnotatorId("ann"), AnnotatorId("bob")


def a_runner(record: Any = None, **settings: Any) -> Runner:
    loop = replace(LoopSettings(bootstrap=30, audit_share=0.0), **settings)
    return build.runner(Settings(loop=loop, model=ModelSettings()), (2,), CLASSES, record=record)


def oracle(query: Query, truth: Any) -> tuple[ev.Decision, ev.Decision | None]:
    """Sets right whatever is shown."""
    def say(position: int, shown: int | None) -> ev.Decision:
        true = int(truth[position])
        return ev.Decision(Action.KEEP) if shown == true else ev.Decision(Action.RELABEL, true)

    other = query.counter_example
    return (say(query.position, query.given),
            None if other is None else say(other.position, other.label))


def run(runner: Runner, x: Any, truth: Any, given: Any) -> int:
    """Answer every question at once; how many there were."""
    asked = 0
    for number in range(len(x)):
        query = runner.receive(ExampleId(f"x{number}"), x[number], int(given[number]))
        if query is not None:
            asked += 1
            runner.reply(query.id, ANN, *oracle(runner.show(query.id), truth))
    return asked


def mislabelled(runner: Runner, truth: Any) -> int:
    return int((runner.loop.data.column("effective") != truth).sum())


def test_an_oracle_cleans_the_stream_from_both_sides() -> None:
    x, truth, given = blobs(150, 0.2)
    runner = a_runner(synchronous=True)
    asked = run(runner, x, truth, given)
    counters = runner.loop.state.counters
    assert 10 < asked < 60
    assert counters.fixed_examples > 5
    assert counters.fixed_counter_examples > 0
    assert mislabelled(runner, truth) < 0.4 * (given != truth).sum()
    assert not runner.queries


def test_the_recorded_events_give_the_same_session() -> None:
    events: list[ev.Event] = []
    x, truth, given = blobs(80, 0.2)
    runner = a_runner(record=lambda event, effects: events.append(event))
    run(runner, x, truth, given)
    runner.undo(ANN)
    again = Loop()
    for event in events:
        again.apply(event)
    assert again.state == runner.loop.state
    assert (again.data.column("effective") == runner.loop.data.column("effective")).all()


def test_two_runs_are_the_same() -> None:
    x, truth, given = blobs(80, 0.2)
    states = []
    for _ in range(2):
        runner = a_runner(audit_share=0.3, query_budget=200.0)
        run(runner, x, truth, given)
        states.append(runner.loop.state)
    assert states[0] == states[1]


def test_the_model_knows_what_the_column_store_knows() -> None:
    x, truth, given = blobs(90, 0.2)
    runner = a_runner()
    run(runner, x, truth, given)
    runner.refresh()
    known = runner.loop.data.positions(Status.KNOWN)
    rows = runner.engine.known.rows_of(known)
    labels = runner.engine.known.labels.numpy()[rows]
    assert (labels == runner.loop.data.column("effective")[known]).all()
    assert int((runner.engine.known.weights > 0).sum()) == len(known)


def hidden(runner: Runner, x: Any, given: Any) -> list[Query]:
    """Receive everything and answer nothing: what is open."""
    for number in range(len(x)):
        runner.receive(ExampleId(f"x{number}"), x[number], int(given[number]))
    return list(runner.queries)


def test_several_people_share_the_queue() -> None:
    x, truth, given = blobs(120, 0.25)
    runner = a_runner()
    hidden(runner, x, given)
    mine, theirs = runner.lease(ANN, 2), runner.lease(BOB, 2)
    assert not {q.id for q in mine} & {q.id for q in theirs}
    assert all(q.counter_example is not None for q in (*mine, *theirs))
    runner.skip(mine[0].id, ANN)
    runner.release(mine[1].id, ANN)
    assert runner.lease(BOB, 1)[0].id == mine[0].id
    runner.display(theirs[0].id, BOB)
    runner.reply(theirs[0].id, BOB, *oracle(theirs[0], truth))
    with pytest.raises(NotFound):
        runner.query(theirs[0].id)


def test_a_reply_moves_the_model_and_what_waits() -> None:
    x, truth, given = blobs(120, 0.25)
    events: list[ev.Event] = []
    runner = a_runner(record=lambda event, effects: events.append(event))
    queries = hidden(runner, x, given)
    before, margins = runner.engine.version, {q.id: q.margin for q in runner.queries}
    for query in queries[:5]:
        if query.id in runner.loop.state.queries:
            runner.reply(query.id, ANN, *oracle(runner.show(query.id), truth))
    assert runner.engine.version > before
    assert any(isinstance(event, ev.Rescored) for event in events)
    assert any(q.margin != margins[q.id] for q in runner.queries)


def test_nobody_is_asked_twice_about_an_example() -> None:
    x, truth, given = blobs(150, 0.25)
    seen: list[int] = []
    runner = a_runner()
    for number in range(len(x)):
        query = runner.receive(ExampleId(f"x{number}"), x[number], int(given[number]))
        if query is not None:
            shown = runner.show(query.id)
            seen.append(shown.position)
            seen += [] if shown.counter_example is None else [shown.counter_example.position]
            runner.reply(query.id, ANN, *oracle(shown, truth))
    assert len(seen) > 20
    assert len(set(seen)) == len(seen)


def test_undo_gives_the_model_back() -> None:
    x, truth, given = blobs(100, 0.25)
    runner = a_runner()
    queries = hidden(runner, x, given)
    query = runner.show(queries[-3].id)
    runner.refresh()
    known = runner.loop.data.positions(Status.KNOWN).tolist()
    grid = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    before = runner.engine.predict(grid)
    runner.reply(query.id, ANN, *oracle(query, truth))
    moved = runner.engine.predict(grid)
    assert runner.undo(ANN) == query.id
    # an example that was cleared meanwhile would stay
    assert runner.loop.data.positions(Status.KNOWN).tolist() == known
    assert np.abs(moved - before).max() > 1e-3
    assert np.abs(runner.engine.predict(grid) - before).max() < 1e-3


def test_an_unlabelled_arrival_is_asked_about() -> None:
    x, truth, given = blobs(60, 0.0)
    runner = a_runner()
    hidden(runner, x[:-1], given[:-1])
    query = runner.receive(ExampleId("new"), x[-1], None)
    assert query is not None
    assert query.kind is QueryKind.UNLABELLED
    runner.reply(query.id, ANN, ev.Decision(Action.KEEP))
    assert runner.loop.data.effective(query.position) == truth[-1]


def test_arrivals_before_any_model_are_not_lost() -> None:
    runner = a_runner(bootstrap=0)
    x, _, given = blobs(5, 0.0)
    hidden(runner, x, given)
    assert runner.loop.state.counters.scored == 5


def test_fewer_refits_where_they_are_not_wanted() -> None:
    x, _, given = blobs(120, 0.0)
    versions = []
    for every in (1, 20):
        runner = build.runner(Settings(loop=LoopSettings(bootstrap=30)), (2,), CLASSES,
                              refit_every=every)
        hidden(runner, x, given)
        versions.append(runner.engine.version)
    assert versions[1] < versions[0] / 5


def test_a_budget_can_be_changed_on_the_way() -> None:
    x, _, given = blobs(60, 0.2)
    runner = a_runner()
    hidden(runner, x, given)
    runner.tune(replace(runner.loop.state.settings, queue_size=1))
    assert len(runner.queries) <= 1


def test_a_new_network_is_promoted() -> None:
    x, _, given = blobs(60, 0.2)
    runner = a_runner()
    hidden(runner, x, given)
    runner.promoted(build.network("mlp", (2,), 3, 7), "digest")
    assert runner.loop.state.model == 1
    assert runner.engine.predict(x).shape == (60, 3)


@pytest.mark.parametrize("row", [[1.0], [1.0, float("nan")], "text", [[1.0, 2.0]], 3.0])
def test_a_bad_row_leaves_nothing_behind(row: Any) -> None:
    runner = a_runner()
    runner.receive(ExampleId("a"), [1.0, 2.0], 0)
    before = runner.loop.state
    with pytest.raises(InvalidInput):
        runner.receive(ExampleId("b"), row, 0)
    assert runner.loop.state is before
    assert len(runner.inputs) == 1


def test_rows_grow_and_keep_their_order() -> None:
    rows = Rows()
    assert rows.shape is None
    for number in range(200):
        rows.append(rows.check([number, -number]))
    assert (rows.rows(np.array([199, 3])) == [[199, -199], [3, -3]]).all()
    assert (len(rows), rows.shape) == (200, (2,))


def answered(runner: Runner, x: Any, truth: Any, given: Any) -> list[Query]:
    """Sets right everything that is shown, follow-ups at once; these."""
    followed: list[Query] = []
    for number in range(len(x)):
        query = runner.receive(ExampleId(f"x{number}"), x[number], int(given[number]))
        if query is None:
            continue
        set_right(runner, runner.show(query.id), truth)
        while found := runner.follow_ups():
            followed.append(found[0])
            set_right(runner, found[0], truth)
    return followed


def set_right(runner: Runner, query: Query, truth: Any) -> None:
    example, first = oracle(query, truth)
    others = [ev.Decision(Action.RELABEL, int(truth[c.position])) for c in query.others]
    runner.reply(query.id, ANN, None if query.chain else example, first, others=others)


def test_a_chain_of_follow_ups_cleans_more() -> None:
    events: list[ev.Event] = []
    x, truth, given = blobs(150, 0.3)
    plain, deep = (a_runner(rounds=rounds, synchronous=True, record=record)
                   for rounds, record in ((1, None), (4, lambda event, _: events.append(event))))
    assert answered(plain, x, truth, given) == []
    followed = answered(deep, x, truth, given)
    counters = deep.loop.state.counters
    assert len(followed) == counters.follow_ups_answered > 2
    assert max(query.chain.depth for query in followed if query.chain) > 2
    for query in followed:
        (counter,) = query.counters
        assert counter.label == query.predicted != query.given
        assert counter.position not in query.judged
    again = Loop()
    for event in events:
        again.apply(event)
    assert again.state == deep.loop.state


def test_several_counter_examples_are_shown_the_strongest_first() -> None:
    x, truth, given = blobs(60, 0.2)
    runner = a_runner(counter_examples=3, ask_threshold=0.5)
    for number in range(60):
        query = runner.receive(ExampleId(f"x{number}"), x[number], int(given[number]))
        if query is not None:
            break
    assert query is not None
    shown = runner.show(query.id)
    scores = [counter.score for counter in shown.counters]
    assert len(scores) == 3 == len({counter.position for counter in shown.counters})
    assert scores == sorted(scores, reverse=True)
    assert {counter.label for counter in shown.counters} == {shown.predicted}
    set_right(runner, shown, truth)
    assert all(runner.loop.data.effective(c.position) == truth[c.position] for c in shown.counters)
    runner.undo(ANN)
    assert runner.query(query.id).counters == shown.counters


def test_a_follow_up_whose_pair_was_dropped_finds_another_when_it_is_answered() -> None:
    x, truth, given = blobs(150, 0.3)
    runner = a_runner(rounds=3)
    for number in range(150):
        runner.receive(ExampleId(f"x{number}"), x[number], int(given[number]))
        for query in runner.queries:
            counter = runner.show(query.id).counter_example
            if query.chain is None and counter and counter.label != truth[counter.position]:
                set_right(runner, runner.show(query.id), truth)
        if found := runner.follow_ups():
            break
    (query, *_), (shown,) = found, found[0].counters
    runner.release(query.id, ANN)
    other = runner.receive(ExampleId("more"), x[query.position], query.given)
    assert other is not None
    runner.apply(runner.loop.leased(other.id, BOB, runner._clock()))
    runner.apply(ev.Picked(other.id, shown, 1, runner._clock()))
    runner.display(other.id, BOB)
    runner.reply(other.id, BOB, ev.Decision(Action.KEEP), ev.Decision(Action.KEEP))
    assert runner.query(query.id).counter_example is None
    runner.reply(query.id, BOB, None, ev.Decision(Action.KEEP))
    assert query.id not in runner.loop.state.queries
    assert shown.position not in [m.position for m in runner.loop.state.undo[BOB][-1].marks]


# ---- treatments --------------------------------------------------------------------------------

def accepted(runner: Runner, position: int, remedy: Remedy) -> None:
    proposed = acts.Proposed(ev.Proposal(remedy, None, "influence", 0, ""))
    plan = acts.answered(runner.loop, Deed.ACCEPT, {runner.loop.ids[Position(position)]: proposed},
                         ANN, runner.now())
    assert plan.event is not None
    runner.act(plan.event)


def undone(runner: Runner) -> None:
    runner.act(acts.act_undone(runner.loop, ANN, runner.now()))


@pytest.mark.parametrize(("remedy", "against"), [(Remedy.UNLEARN, 1.0), (Remedy.DROP, 0.0)])
def test_the_head_follows_an_accepted_treatment_and_its_undoing(
    remedy: Remedy, against: float
) -> None:
    x, _, given = blobs(40, 0.2)
    runner = a_runner(ask_threshold=1.0)
    for number in range(40):
        runner.receive(ExampleId(f"x{number}"), x[number], int(given[number]))
    runner.refresh()
    before = runner.engine.predict(x)
    accepted(runner, 7, remedy)
    assert (runner.engine.known.against(7), float(runner.engine.known.weights[7])) == (against, 0)
    assert runner.loop.all_unlearned().tolist() == ([7] if against else [])
    assert np.abs(runner.engine.predict(x) - before).max() > 1e-4
    undone(runner)
    assert (runner.engine.known.against(7), float(runner.engine.known.weights[7])) == (0, 1)
    np.testing.assert_allclose(runner.engine.predict(x), before, atol=1e-3)


def test_removing_what_was_unlearned_ends_it() -> None:
    x, _, given = blobs(40, 0.2)
    runner = a_runner(ask_threshold=1.0)
    for number in range(40):
        runner.receive(ExampleId(f"x{number}"), x[number], int(given[number]))
    accepted(runner, 7, Remedy.UNLEARN)
    plan = acts.resolved(runner.loop, Deed.REMOVE, [ExampleId("x7")], BOB, runner.now())
    assert plan.event is not None
    outcome = runner.act(plan.event)
    assert outcome.left == outcome.moved == (7,)
    assert runner.engine.known.unlearning == 0
