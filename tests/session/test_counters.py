"""Several counter-examples at once: each is judged or not, and each may be found wrong."""

from __future__ import annotations

from typing import Any

import pytest
from loop_world import KEEP, World, relabel

from cincer.errors import InvalidInput
from cincer.session import events as ev
from cincer.session.state import Query
from cincer.types import Action, QueryKind


def asked(**settings: Any) -> tuple[World, Query]:
    """A displayed question beside three known examples labelled 1."""
    world = World(**{"counter_examples": 3, **settings})
    for label in (1, 1, 1, 2):
        world.known_example(label)
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id)
    return world, world.state.queries[query.id]


def test_as_many_are_shown_as_asked_for() -> None:
    assert [c.position for c in asked()[1].counters] == [0, 1, 2]
    assert [c.position for c in asked(counter_examples=2)[1].counters] == [0, 1]
    assert asked(counter_examples=1)[1].others == ()


def test_each_has_a_verdict_of_its_own() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, KEEP, others=(relabel(2), ev.Decision(Action.REMOVE)))
    assert [world.label(p) for p in (0, 1)] == [1, 2]
    assert world.status(2) == "removed"
    assert world.state.counters.fixed_counter_examples == 1
    assert world.state.counters.both_right == 0


def test_what_has_no_verdict_is_not_judged() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, None, others=(None, KEEP))
    assert [len(world.loop.words(p)) for p in (0, 1, 2)] == [0, 0, 1]
    assert world.state.counters.both_right == 1


def test_more_verdicts_than_were_shown_are_refused() -> None:
    world, query = asked(counter_examples=2)
    with pytest.raises(InvalidInput, match="1 further"):
        world.reply(query.id, KEEP, KEEP, others=(KEEP, KEEP))


def test_a_relabelled_one_drops_every_pair_that_shows_it() -> None:
    world, query = asked()
    other = world.about(world.arrive(0, 1, 0.9))
    world.lease(other.id, "bob")
    world.reply(query.id, KEEP, None, others=(None, relabel(2)))
    assert world.state.queries[other.id].counters == ()


def test_one_that_was_judged_makes_room_for_the_next() -> None:
    world, query = asked(unsure_limit=2)
    world.reply(query.id, ev.Decision(Action.UNSURE), KEEP)
    world.lease(query.id, "bob")
    world.pick(query.id, 0, 1, 2)
    assert [c.position for c in world.state.queries[query.id].counters] == [1, 2]


def test_every_wrong_one_has_a_follow_up_of_its_own() -> None:
    world, query = asked(rounds=2)
    world.reply(query.id, KEEP, relabel(2), others=(relabel(0), KEEP))
    found = [q for q in world.state.queries.values() if q.kind is QueryKind.FOLLOW_UP]
    assert [(q.position, q.predicted) for q in found] == [(0, 2), (1, 0)]
    world.pick(found[0].id)
    assert len(world.state.queries[found[0].id].counters) == 1
    world.undo()
    assert list(world.state.queries) == [query.id]


def test_undo_takes_back_every_verdict() -> None:
    world, query = asked()
    before = world.columns()
    world.reply(query.id, relabel(1), relabel(2), others=(KEEP, relabel(0)))
    world.undo()
    assert world.columns() == before
    assert world.state.queries[query.id].counters == query.counters
