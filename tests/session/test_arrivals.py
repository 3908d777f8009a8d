"""What becomes of an arrival: bootstrap, accepted, asked, unasked, unlabelled, synchronous."""

from __future__ import annotations

import pytest
from loop_world import World, of

from cincer.errors import InvalidInput, Stale
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.types import Entry, ExampleId, Position, QueryKind, Status


def decisions(world: World) -> list[str]:
    return [e.decision for e in of(fx.Decided, world.last.effects)]


def test_the_first_labelled_arrivals_enter_unscored() -> None:
    world = World(bootstrap=2)
    world.receive(None)
    first, second, third = world.receive(0), world.receive(1), world.receive(2)
    assert [world.loop.data.entry(p) for p in (first, second)] == [Entry.BOOTSTRAP] * 2
    assert world.status(third) is Status.UNDECIDED
    assert fx.NeedScore() in world.last.effects


@pytest.mark.parametrize(("margin", "status"), [(0.2, Status.KNOWN), (0.21, Status.WAITING)])
def test_a_margin_above_the_threshold_is_asked_about(margin: float, status: Status) -> None:
    world = World(ask_threshold=0.2)
    position = world.arrive(0, 1, margin)
    assert world.status(position) is status
    assert decisions(world) == ["asked" if status is Status.WAITING else "accepted"]


def test_provisional_examples_are_trained_on_while_they_wait() -> None:
    world = World(pending="provisional")
    position = world.arrive(0, 1, 0.9)
    assert world.known == {position: 0}
    assert world.about(position).in_training
    assert world.loop.data.entry(position) is Entry.PROVISIONAL


def test_the_least_suspicious_falls_off_a_full_queue_and_enters_as_received() -> None:
    world = World(queue_size=2)
    low, high = world.arrive(margin=0.5), world.arrive(margin=0.9)
    middle = world.arrive(margin=0.7)
    assert world.loop.data.entry(low) is Entry.UNASKED
    assert [q.position for q in world.state.queries.values()] == [high, middle]
    assert of(fx.QueryDone, world.last.effects)[0].outcome == "unasked"


def test_what_nobody_will_be_asked_about_is_said_so_at_once() -> None:
    world = World(queue_size=1)
    world.arrive(margin=0.9)
    low = world.arrive(margin=0.5)
    assert decisions(world) == ["unasked"]
    assert world.loop.data.entry(low) is Entry.UNASKED
    assert world.state.counters.unasked == 1


def test_what_somebody_holds_never_falls_off() -> None:
    world = World(queue_size=1)
    low = world.arrive(margin=0.5)
    world.lease(world.about(low).id)
    high = world.arrive(margin=0.9)
    assert world.about(low)
    assert world.loop.data.entry(high) is Entry.UNASKED


def test_an_arrival_without_a_label_is_asked_about_with_the_prediction_alone() -> None:
    world = World()
    position = world.arrive(None, 2)
    query = world.about(position)
    assert (query.kind, query.given, query.margin) == (QueryKind.UNLABELLED, None, None)
    world.do(world.loop.leased(query.id, "ann", world.tick()))  # type: ignore[arg-type]
    assert not of(fx.NeedPick, world.last.effects)


def test_an_arrival_without_a_label_can_wait_as_unlabelled() -> None:
    world = World(label_missing="predict")
    position = world.receive(None)
    assert world.status(position) is Status.UNLABELLED
    assert decisions(world) == ["unlabelled"]
    assert not of(fx.NeedScore, world.last.effects)


def test_a_synchronous_stream_waits_for_the_reply() -> None:
    world = World(synchronous=True)
    asked = world.arrive(0, 1, 0.9)
    waiting = world.receive(0)
    assert not of(fx.NeedScore, world.last.effects)
    with pytest.raises(Stale):
        world.score(waiting, 0)
    query = world.about(asked).id
    world.show(query)
    effects = world.reply(query, ev.Decision(ev.Action.KEEP))
    assert effects[-1] == fx.NeedScore()


def test_a_synchronous_stream_is_told_to_go_on_after_each_score() -> None:
    world = World(synchronous=True)
    world.arrive(0, 0, 0.0)
    assert world.last.effects[-1] == fx.NeedScore()


@pytest.mark.parametrize(("position", "given"), [(1, 0), (0, 3), (0, -1)])
def test_arrivals_that_contradict_the_state_are_refused(position: int, given: int) -> None:
    world = World()
    before = world.state
    with pytest.raises(InvalidInput):
        world.do(ev.Received(ExampleId("x"), Position(position), given, "test", 0.5, 0.5, 1.0))
    assert world.state is before


@pytest.mark.parametrize("margin", [None, float("nan")])
def test_a_labelled_example_is_scored_with_a_margin(margin: float | None) -> None:
    world = World()
    position = world.receive(0)
    with pytest.raises(InvalidInput, match="margin"):
        world.do(ev.Scored(ExampleId("x0"), position, 0, 1, margin, (), 1, 1.0))
