"""State and column store stay together; events carry what they must; a session can be resumed."""

from __future__ import annotations

import time

import numpy as np
import pytest
from loop_world import CLASSES, KEEP, KEY, World, relabel

from cincer.config import LoopSettings
from cincer.errors import Conflict, NotFound, Stale
from cincer.loop import Loop, beliefs
from cincer.session import events as ev
from cincer.session.state import Query
from cincer.types import Action, AnnotatorId, Entry, ExampleId, Position, QueryId, Role


def test_the_outcome_names_what_the_model_must_be_told() -> None:
    world = World()
    other = world.known_example(1)
    assert world.last.relabelled == (other,)
    query = world.about(world.arrive(0, 1, 0.9))
    assert world.last.relabelled == ()
    world.show(query.id)
    world.reply(query.id, KEEP, ev.Decision(Action.REMOVE))
    assert (world.last.relabelled, world.last.left) == ((query.position,), (other,))


def test_a_confirmed_label_is_no_news_to_the_model() -> None:
    world = World()
    world.known_example(1)
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id)
    world.reply(query.id, ev.Decision(Action.REMOVE), KEEP)
    assert (world.last.relabelled, world.last.left) == ((), ())


def test_whose_label_a_person_has_settled() -> None:
    world = World()
    kept, good, alone = (world.known_example(1) for _ in range(3))
    assert (world.loop.all_settled(), world.last.spoken) == ([], ())
    for other, said in ((kept, KEEP), (good, ev.Decision(Action.GOOD)),
                        (alone, ev.Decision(Action.UNSURE))):
        query = world.about(world.arrive(0, 1, 0.9))
        world.show(query.id, pair=other)
        world.reply(query.id, relabel(1), said)
        assert world.loop.settled(query.position)
        assert query.position in world.last.spoken
        assert world.loop.settled(other) == (other != alone)
    world.undo()
    assert query.position in world.last.spoken
    assert not world.loop.settled(query.position)
    assert {kept, good} < set(world.loop.all_settled())


def test_an_id_twice_is_refused() -> None:
    world = World()
    world.receive(0)
    before = world.state
    with pytest.raises(Conflict, match="x0"):
        world.do(ev.Received(ExampleId("x0"), Position(1), 0, "", 0.5, 0.5, 1.0))
    assert world.state is before


def test_what_is_decided_is_not_scored_again() -> None:
    world = World()
    position = world.known_example(0)
    with pytest.raises(Stale):
        world.score(position, 1, 0.9)


def test_undecided_examples_are_kept_in_order() -> None:
    world = World()
    places = [world.receive(0) for _ in range(3)]
    assert list(world.loop.undecided) == places
    world.score(places[1], 0, 0.0)
    assert list(world.loop.undecided) == [places[0], places[2]]


def test_where_an_example_is() -> None:
    world = World()
    position = world.receive(None)
    assert world.loop.position(ExampleId("x0")) == position
    assert ExampleId("x0") in world.loop
    assert world.loop.given(position) is None
    with pytest.raises(NotFound):
        world.loop.position(ExampleId("x1"))


def test_how_an_example_stands() -> None:
    world = World()
    query = world.about(world.arrive(0, 1, 0.9))
    assert world.loop.standing(query.position) == ev.Standing()
    world.show(query.id)
    world.reply(query.id, relabel(2))
    standing = world.loop.standing(query.position)
    assert (standing.label, standing.annotator, standing.at, standing.entry) == (
        2, "ann", world.now, Entry.RELABELLED)
    assert standing.role is not Role.NONE


def test_a_counter_example_that_has_left_is_none() -> None:
    world = World()
    waiting, known = world.arrive(0, 1, 0.9), world.known_example(2)
    assert world.loop.counter(waiting, 0, (), 1.0) is None
    counter = world.loop.counter(known, 0, (), 1.0)
    assert counter is not None
    assert (counter.example, counter.label) == (f"x{known}", 2)


@pytest.mark.parametrize(("predicted", "margin", "told"), [
    (1, 0.905, False), (1, 0.92, True), (2, 0.9, True), (1, 0.9, False),
])
def test_only_opinions_that_moved_are_worth_an_event(
    predicted: int, margin: float, told: bool
) -> None:
    world = World()
    query = world.about(world.arrive(0, 1, 0.9))
    assert bool(world.loop.opinions([(query, predicted, margin, ())])) == told


def test_crossing_the_threshold_is_worth_an_event() -> None:
    world = World(ask_threshold=0.2)
    query = world.about(world.arrive(0, 1, 0.201))
    assert world.loop.opinions([(query, 1, 0.199, ())])


def test_a_reply_without_an_epoch_is_for_the_lease_one_has() -> None:
    world = World()
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id)
    world.release(query.id)
    world.lease(query.id, "bob")
    event = world.loop.replied(query.id, AnnotatorId("ann"), None, KEEP, None, 1.0)
    assert event.epoch == 1
    assert world.loop.replied(QueryId("q9"), AnnotatorId("ann"), None, KEEP, None, 1.0).epoch == 0


def test_there_is_nothing_to_lease_or_undo_where_there_is_nothing() -> None:
    world = World()
    with pytest.raises(NotFound):
        world.loop.leased(QueryId("q1"), AnnotatorId("ann"), 1.0)
    with pytest.raises(NotFound):
        world.loop.undone(AnnotatorId("ann"), 1.0)


def test_a_resumed_loop_goes_on_as_if_nothing_had_been() -> None:
    world = World()
    other = world.known_example(1)
    query: Query = world.about(world.arrive(0, 1, 0.9))
    world.receive(2)
    world.show(query.id)
    world.reply(query.id, relabel(1), relabel(2))
    words = {Position(p): world.loop.words(Position(p)) for p in range(len(world.loop.ids))}
    resumed = Loop.resume(world.state, world.loop.data, world.loop.ids, words, {}, {})
    assert resumed.undecided == world.loop.undecided
    assert resumed.standing(other) == world.loop.standing(other)
    undo = resumed.undone(AnnotatorId("ann"), world.tick())
    assert undo == world.loop.undone(AnnotatorId("ann"), world.now)
    assert set(resumed.apply(undo).left) == {query.position}
    assert resumed.data.effective(other) == 1


def test_beliefs_are_the_most_probable_first() -> None:
    found = beliefs(np.array([0.1, 0.5, 0.1, 0.3], dtype=np.float32), 3)
    assert [label for label, _ in found] == [1, 3, 0]
    assert found[0] == (1, 0.5)


def test_an_event_costs_little() -> None:
    """60 microseconds on average were promised; ten times that fails even on a busy machine."""
    loop = Loop()
    loop.apply(ev.Started(LoopSettings(bootstrap=0), CLASSES, KEY, 0.0))
    rng = np.random.default_rng(0)
    draws = rng.random((2000, 3)).tolist()
    start = time.process_time()
    for number, (draw, thin, margin) in enumerate(draws):
        position = Position(number)
        loop.apply(ev.Received(ExampleId(f"x{number}"), position, 0, "", draw, thin, number * 1.0))
        loop.apply(loop.scored(position, 1, max(0.0, 1.5 * margin - 1), ((1, 0.9),), 1, 1.0))
    assert (time.process_time() - start) / 4000 < 600e-6
