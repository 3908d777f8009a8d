"""Who is given which query, and what fences off the rest."""

from __future__ import annotations

import pytest
from loop_world import UNSURE, World, of

from cincer.errors import Conflict, NotFound, Stale
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.types import AnnotatorId, QueryId, QueryKind

ANN, BOB = AnnotatorId("ann"), AnnotatorId("bob")


def three() -> tuple[World, list[QueryId]]:
    """Three queries, the most suspicious first."""
    world = World(lease_seconds=100.0)
    world.known_example(1)
    places = [world.arrive(0, 1, margin) for margin in (0.5, 0.9, 0.7)]
    low, high, middle = (world.about(p).id for p in places)
    return world, [high, middle, low]


def test_the_most_suspicious_first() -> None:
    world, names = three()
    assert world.loop.choose(ANN, 2, world.now) == tuple(names[:2])
    assert world.loop.choose(ANN, 9, world.now) == tuple(names)


def test_what_is_held_is_not_given_twice_until_the_lease_ends() -> None:
    world, names = three()
    world.lease(names[0], "bob")
    assert world.loop.choose(ANN, 9, world.now) == tuple(names[1:])
    assert names[0] in world.loop.choose(ANN, 9, world.now + 101)
    with pytest.raises(Conflict, match="held"):
        world.lease(names[0], "ann")
    world.tick(101)
    assert world.lease(names[0], "ann") == 2


def test_skipped_ones_come_last_for_who_skipped_them() -> None:
    world, names = three()
    epoch = world.lease(names[0])
    world.do(ev.Skipped(names[0], ANN, epoch, world.tick()))
    assert world.loop.choose(ANN, 9, world.now) == (*names[1:], names[0])
    assert world.loop.choose(BOB, 1, world.now) == (names[0],)
    assert world.state.counters.skipped == 1


def test_who_was_not_sure_is_not_asked_again() -> None:
    world, names = three()
    world.show(names[0])
    world.reply(names[0], UNSURE)
    assert names[0] not in world.loop.choose(ANN, 9, world.now)
    with pytest.raises(Conflict, match="somebody else"):
        world.lease(names[0])


def test_a_lease_asks_for_a_pair() -> None:
    world, names = three()
    world.do(world.loop.leased(names[0], ANN, world.tick()))
    assert of(fx.NeedPick, world.last.effects) == [fx.NeedPick(names[0])]


def test_audits_have_their_share_of_the_turns() -> None:
    world = World(audit_share=0.25, query_budget=1000.0)
    for number in range(40):
        world.arrive(0, 1 - number % 2, 0.9, draw=0.0 if number % 2 else 1.0)
    turns = [world.state.queries[name].kind is QueryKind.AUDIT
             for name in world.loop.choose(ANN, 20, world.now)]
    assert sum(turns) == 5
    assert turns[:4].count(True) == 1


def test_taking_turns_one_by_one_or_at_once_is_the_same() -> None:
    world = World(audit_share=0.25, query_budget=1000.0)
    for number in range(24):
        world.arrive(0, 1, 0.9 - number / 100, draw=0.0 if number % 2 else 1.0)
    at_once = world.loop.choose(ANN, 12, world.now)
    one_by_one = []
    for _ in range(12):
        one_by_one += world.loop.choose(ANN, 1, world.now)
        world.lease(one_by_one[-1])
    assert tuple(one_by_one) == at_once


def test_audits_are_given_in_the_order_they_came() -> None:
    world = World(audit_share=0.9, query_budget=1000.0)
    places = [world.arrive(0, 1, margin, draw=0.0) for margin in (0.1, 0.9, 0.5)]
    assert world.loop.choose(ANN, 3, world.now) == tuple(world.about(p).id for p in places)


def test_an_unknown_query_and_somebody_elses_give_the_same_answer() -> None:
    world, names = three()
    epoch = world.show(names[0], "bob")
    answers = set()
    for name in (names[0], QueryId("q99")):
        for event in (ev.Displayed(name, ANN, epoch, 0.0), ev.Released(name, ANN, epoch, "", 0.0),
                      ev.Skipped(name, ANN, epoch, 0.0), ev.Flagged(name, ANN, "", 0.0),
                      ev.Replied(name, ANN, epoch, UNSURE, None, 0.0)):
            with pytest.raises(NotFound) as error:
                world.do(event)
            answers.add(str(error.value).replace(name, "..."))
    assert len(answers) == 1


@pytest.mark.parametrize("kind", [ev.Displayed, ev.Skipped])
def test_an_old_epoch_is_fenced_off(kind: type) -> None:
    world, names = three()
    old = world.lease(names[0])
    world.release(names[0])
    world.lease(names[0])
    before = world.state
    with pytest.raises(Stale):
        world.do(kind(names[0], ANN, old, world.tick()))
    with pytest.raises(Stale):
        world.do(ev.Released(names[0], ANN, old, "expired", world.tick()))
    assert world.state is before


def test_a_lease_that_is_over_is_stale_to_its_former_holder() -> None:
    world, names = three()
    epoch = world.lease(names[0])
    world.release(names[0])
    with pytest.raises(Stale, match="ended"):
        world.do(ev.Displayed(names[0], ANN, epoch, world.tick()))


def test_the_next_lease_has_the_next_epoch() -> None:
    world, names = three()
    with pytest.raises(Stale, match="epoch 1"):
        world.do(ev.Leased(names[0], ANN, 2, 500.0, world.now))


def test_displaying_twice_is_displaying_once() -> None:
    world, names = three()
    epoch = world.show(names[0])
    state = world.state
    assert world.do(ev.Displayed(names[0], ANN, epoch, world.tick())) == ()
    assert world.state == state


def test_a_flag_is_counted_and_changes_nothing_else() -> None:
    world, names = three()
    world.lease(names[0])
    queries = world.state.queries
    assert world.do(ev.Flagged(names[0], ANN, "look", world.tick())) == ()
    assert (world.state.queries, world.state.counters.flagged) == (queries, 1)
