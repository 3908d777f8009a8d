"""Taking back a reply puts everything back, except what others have said since."""

from __future__ import annotations

import pytest
from loop_world import KEEP, UNSURE, World, of, relabel

from cincer.errors import NotFound, Stale
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.session.state import Query
from cincer.types import Action, AnnotatorId, Position, QueryKind, Role, Status

ANN = AnnotatorId("ann")
VERDICTS = [KEEP, UNSURE, relabel(2), *(ev.Decision(a) for a in (
    Action.GOOD, Action.BAD, Action.REMOVE))]


def pair(**settings: object) -> tuple[World, Query, Position]:
    """A known 1, and a displayed query about a given 0 that leans on it."""
    world = World(**settings)
    other = world.known_example(1)
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id)
    return world, query, other


@pytest.mark.parametrize("pending", ["hold", "provisional"])
@pytest.mark.parametrize("limit", [1, 2])
@pytest.mark.parametrize("counter", [None, *VERDICTS])
@pytest.mark.parametrize("example", VERDICTS)
def test_undo_puts_everything_back(
    example: ev.Decision, counter: ev.Decision | None, limit: int, pending: str
) -> None:
    world, query, _ = pair(unsure_limit=limit, pending=pending)
    columns, known, shown = world.columns(), dict(world.known), world.about(query.position)
    world.reply(query.id, example, counter)
    world.undo()
    again = world.about(query.position)
    assert world.columns() == columns
    assert world.known == known
    assert (again.counter_example, again.excluded, again.unsure, again.judged) == (
        shown.counter_example, (), 0, ())
    assert again.lease is not None
    assert (again.lease.annotator, again.lease.epoch) == (ANN, 2)
    assert again.lease.displayed_at is not None
    assert world.state.counters.fixed_examples == world.state.counters.unsure == 0


def test_the_question_can_be_answered_again_and_taken_back_again() -> None:
    world, query, _ = pair()
    columns = world.columns()
    for label in (1, 2, 1):
        world.reply(query.id, relabel(label))
        assert world.label(query.position) == label
        world.undo()
        assert world.columns() == columns


def test_the_newest_reply_first_and_only_so_many() -> None:
    world = World(undo_depth=2)
    queries = [world.about(world.arrive(0, 1, 0.9)) for _ in range(3)]
    for query in queries:
        world.show(query.id)
        world.reply(query.id, relabel(1))
    assert of(fx.QueryPut, world.undo())[0].query.id == queries[2].id
    assert of(fx.QueryPut, world.undo())[0].query.id == queries[1].id
    with pytest.raises(NotFound):
        world.undo()
    assert world.label(queries[0].position) == 1


def test_nothing_of_somebody_elses_is_taken_back() -> None:
    world, query, _ = pair()
    world.reply(query.id, KEEP)
    with pytest.raises(NotFound):
        world.undo("bob")
    with pytest.raises(NotFound):
        world.do(ev.Undone(query.id, AnnotatorId("bob"), 2, 9e9, world.tick()))


def test_the_query_is_asked_again_under_its_next_epoch() -> None:
    world, query, _ = pair()
    world.reply(query.id, KEEP)
    with pytest.raises(Stale, match="epoch 2"):
        world.do(ev.Undone(query.id, ANN, 1, 9e9, world.tick()))


def test_where_somebody_else_has_spoken_since_only_this_word_goes() -> None:
    world, query, other = pair()
    world.reply(query.id, KEEP, relabel(2))
    second = world.about(world.arrive(0, 2, 0.9))
    world.show(second.id, "bob", other)
    world.reply(second.id, KEEP, relabel(0), who="bob")
    world.undo()
    assert world.label(other) == 0
    assert [word.annotator for word in world.loop.words(other)] == ["bob"]
    assert world.status(query.position) is Status.WAITING


def test_an_example_that_somebody_else_has_judged_since_is_not_asked_about_again() -> None:
    world, query, _ = pair()
    world.reply(query.id, relabel(1))
    second = world.about(world.arrive(0, 1, 0.9))
    world.show(second.id, "bob", query.position)
    world.reply(second.id, KEEP, relabel(2), who="bob")
    world.undo()
    assert (world.label(query.position), world.status(query.position)) == (2, Status.KNOWN)
    assert world.loop.data.role(query.position) is not Role.NONE
    assert not world.state.queries


def test_other_queries_that_were_closed_along_with_it_are_open_again() -> None:
    world = World(pending="provisional")
    questioned = world.arrive(1, 2, 0.8)
    query = world.about(world.arrive(0, 1, 0.9))
    world.lease(world.about(questioned).id, "bob")
    world.show(query.id, pair=questioned)
    world.reply(query.id, KEEP, relabel(2))
    world.undo()
    assert world.about(questioned).kind is QueryKind.SUSPICIOUS
    assert world.about(questioned).lease is None
    assert world.label(questioned) == 1


@pytest.mark.parametrize("who", ["ann", "bob"])
def test_a_dispute_ends_with_either_of_its_words(who: str) -> None:
    world, query, other = pair()
    second = world.about(world.arrive(0, 1, 0.8))
    world.show(second.id, "bob", other)
    world.reply(second.id, KEEP, relabel(0), who="bob")
    world.reply(query.id, KEEP, relabel(2))
    assert world.about(other, QueryKind.DISPUTE)
    world.undo(who)
    assert not [q for q in world.state.queries.values() if q.kind is QueryKind.DISPUTE]


def test_doubt_is_taken_back_while_somebody_else_looks() -> None:
    world, query, _ = pair(unsure_limit=5)
    world.reply(query.id, UNSURE)
    world.show(query.id, "bob")
    world.undo()
    found = world.about(query.position)
    assert (found.unsure, found.excluded) == (0, ())
    assert found.lease is not None
    assert found.lease.annotator == "bob"


def test_doubt_about_what_is_answered_by_now() -> None:
    world, query, _ = pair(unsure_limit=5)
    world.reply(query.id, UNSURE)
    world.show(query.id, "bob")
    world.reply(query.id, relabel(1), who="bob")
    world.undo()
    assert world.label(query.position) == 1
    assert not world.state.queries


def test_pairs_that_lean_on_it_are_picked_again() -> None:
    world, query, other = pair()
    world.reply(query.id, relabel(1))
    second = world.about(world.arrive(0, 1, 0.9))
    world.pick(second.id, query.position)
    world.undo()
    assert world.about(second.position).counter_example is None
    assert world.candidates(second) == [other]
