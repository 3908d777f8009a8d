"""Open queries while the model moves: what is replaced, what is cleared, what stands still."""

from __future__ import annotations

from loop_world import World, of

from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.session.state import Query
from cincer.types import Entry, QueryId


def asked(**settings: object) -> tuple[World, Query]:
    """A query about a given 0 that the machine thinks is a 1, and a known 1 and 2."""
    world = World(**settings)
    world.known_example(1)
    world.known_example(2)
    return world, world.about(world.arrive(0, 1, 0.9))


def rescore(world: World, query: QueryId, predicted: int, margin: float) -> None:
    opinion = ev.Opinion(query, predicted, margin, ((predicted, 0.9),))
    world.do(ev.Rescored((opinion,), 2, world.tick()))


def test_a_pick_is_stored_with_the_model_it_came_from() -> None:
    world, query = asked()
    world.pick(query.id)
    found = world.about(query.position)
    assert found.picked == 1
    assert found.counter_example is not None
    assert found.counter_example.label == 1


def test_no_candidate_is_an_ordinary_case() -> None:
    world, query = asked()
    world.do(ev.Picked(query.id, None, 7, world.tick()))
    found = world.about(query.position)
    assert (found.counter_example, found.picked) == (None, 7)


def test_a_displayed_pair_stands_still() -> None:
    world, query = asked()
    world.show(query.id)
    shown = world.about(query.position)
    world.do(ev.Picked(query.id, None, 9, world.tick()))
    rescore(world, query.id, 2, 0.1)
    assert world.about(query.position) == shown
    assert world.last.effects == ()


def test_news_of_a_query_that_is_gone_is_passed_over() -> None:
    world, _ = asked()
    rescore(world, QueryId("q99"), 2, 0.1)
    world.do(ev.Picked(QueryId("q99"), None, 9, world.tick()))
    assert world.last.effects == ()


def test_another_prediction_wants_another_pair() -> None:
    world, query = asked()
    world.lease(query.id)
    rescore(world, query.id, 2, 0.8)
    found = world.about(query.position)
    assert (found.predicted, found.counter_example, found.picked) == (2, None, None)
    assert of(fx.NeedPick, world.last.effects) == [fx.NeedPick(query.id)]


def test_the_same_prediction_keeps_the_pair() -> None:
    world, query = asked()
    world.lease(query.id)
    pair = world.about(query.position).counter_example
    rescore(world, query.id, 1, 0.5)
    assert world.about(query.position).counter_example == pair
    assert world.about(query.position).margin == 0.5


def test_what_is_not_suspicious_any_more_enters() -> None:
    world, query = asked()
    rescore(world, query.id, 1, 0.2)
    assert world.loop.data.entry(query.position) is Entry.CLEARED
    assert not world.state.queries
    assert of(fx.QueryDone, world.last.effects)[0].outcome == "cleared"
    assert world.state.counters.cleared == 1


def test_nothing_is_cleared_from_under_its_holder_nor_where_it_is_trained_on() -> None:
    world, query = asked()
    world.lease(query.id)
    rescore(world, query.id, 1, 0.1)
    assert world.about(query.position)
    world, query = asked(pending="provisional")
    rescore(world, query.id, 1, 0.1)
    assert world.about(query.position)


def test_a_steered_threshold_that_rose_clears_nothing() -> None:
    world, query = asked(query_budget=1.0)
    for _ in range(3):
        world.arrive(0, 1, 0.9)
    assert world.state.threshold > 0.8
    rescore(world, query.id, 1, 0.7)
    assert world.about(query.position)
