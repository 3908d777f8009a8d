"""Follow-ups: when a chain goes on, what is shown, when it ends, and what undo does to it."""

from __future__ import annotations

from typing import Any

import pytest
from loop_world import KEEP, UNSURE, World, of, relabel

from cincer.errors import InvalidInput, Stale
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.session.budget import level_of
from cincer.session.state import Query
from cincer.types import Action, QueryKind

BAD = ev.Decision(Action.BAD)
REMOVE = ev.Decision(Action.REMOVE)


def asked(known: tuple[int, ...] = (1, 2, 2, 0, 0), **settings: Any) -> tuple[World, Query]:
    """Known examples, and a displayed question: is it 0, when position 0 says 1?"""
    world = World(**{"rounds": 3, **settings})
    for label in known:
        world.known_example(label)
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id, pair=0)
    return world, world.state.queries[query.id]


def follow_up(world: World) -> Query:
    (found,) = [q for q in world.state.queries.values() if q.kind is QueryKind.FOLLOW_UP]
    return found


def go_on(world: World, who: str = "ann") -> Query:
    """The follow-up, with its pair, on the screen of its holder."""
    found = follow_up(world)
    world.pick(found.id)
    world.do(ev.Displayed(found.id, found.lease.annotator, found.epoch, world.tick()))
    return follow_up(world)


def test_a_relabelled_counter_example_is_doubted_in_turn() -> None:
    world, query = asked()
    effects = world.reply(query.id, KEEP, relabel(2))
    found = follow_up(world)
    assert fx.NeedPick(found.id) in effects
    assert (found.position, found.given, found.predicted) == (0, 1, 2)
    assert found.chain is not None
    assert (found.chain.depth, found.chain.follows, found.chain.settled) == (2, query.id, 2)
    assert found.lease is not None
    assert (found.lease.annotator, found.lease.displayed_at) == ("ann", None)
    assert world.candidates(found) == [1, 2]


def test_one_called_bad_is_doubted_by_what_the_machine_says() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, BAD)
    found = follow_up(world)
    assert found.chain is not None
    assert (found.given, found.predicted, found.chain.settled) == (1, 0, None)
    assert world.candidates(found) == [3, 4]


@pytest.mark.parametrize("said", [KEEP, UNSURE, REMOVE, relabel(1), None])
def test_nothing_follows_from_one_that_was_not_found_wrong(said: ev.Decision | None) -> None:
    world, query = asked()
    world.reply(query.id, relabel(1), said)
    assert not world.state.queries


def test_one_round_has_no_follow_ups() -> None:
    world, query = asked(rounds=1)
    world.reply(query.id, KEEP, relabel(2))
    assert not world.state.queries


def test_a_chain_ends_at_its_depth() -> None:
    world, query = asked(known=(1, 2, 0, 1, 2))
    world.reply(query.id, KEEP, relabel(2))
    second = go_on(world)
    world.reply(second.id, None, relabel(0))
    third = go_on(world)
    assert third.chain is not None
    assert (third.position, third.given, third.predicted, third.chain.depth) == (1, 2, 0, 3)
    assert set(third.judged) == {query.position, 0, 1}
    world.reply(third.id, None, relabel(1))
    assert not world.state.queries
    counters = world.state.counters
    assert (counters.asked, counters.replies) == (1, 3)
    assert (counters.follow_ups, counters.follow_ups_answered) == (2, 2)
    assert counters.fixed_counter_examples == 3


def test_a_chain_ends_with_a_right_counter_example() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, relabel(2))
    world.reply(go_on(world).id, None, KEEP)
    assert not world.state.queries
    assert world.state.counters.both_right == 0


def test_a_chain_ends_where_nothing_is_left_to_show() -> None:
    world, query = asked(known=(1, 0))
    world.reply(query.id, KEEP, relabel(2))
    found = follow_up(world)
    world.pick(found.id)
    (done,) = of(fx.QueryDone, world.last.effects)
    assert (done.outcome, done.query.id) == ("exhausted", found.id)
    assert not world.state.queries


def test_what_a_person_has_spoken_on_is_never_shown() -> None:
    world, query = asked()
    other = world.about(world.arrive(0, 2, 0.9))
    world.show(other.id, "bob", pair=1)
    world.reply(other.id, KEEP, KEEP, "bob")
    world.reply(query.id, KEEP, relabel(2))
    assert world.candidates(follow_up(world)) == [2]


def test_one_confirmed_meanwhile_is_replaced() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, relabel(2))
    world.pick(follow_up(world).id, 1)
    other = world.about(world.arrive(0, 2, 0.9))
    world.show(other.id, "bob", pair=1)
    effects = world.reply(other.id, KEEP, KEEP, "bob")
    assert fx.NeedPick(follow_up(world).id) in effects
    assert follow_up(world).counter_example is None


def test_it_is_not_displayed_without_its_pair() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, relabel(2))
    found = follow_up(world)
    with pytest.raises(Stale, match="pair"):
        world.do(ev.Displayed(found.id, found.lease.annotator, found.epoch, world.tick()))


@pytest.mark.parametrize(("example", "counter"), [
    (relabel(1), KEEP), (UNSURE, KEEP), (None, None)])
def test_only_its_counter_example_is_judged(
    example: ev.Decision | None, counter: ev.Decision | None
) -> None:
    world, query = asked()
    world.reply(query.id, KEEP, relabel(2))
    found = go_on(world)
    with pytest.raises(InvalidInput, match="follow-up"):
        world.reply(found.id, example, counter)
    before = world.columns()["human"][0]
    world.reply(found.id, KEEP, KEEP)
    assert world.columns()["human"][0] == before == 2


def test_not_sure_goes_to_somebody_else() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, relabel(2))
    found = go_on(world)
    world.reply(found.id, None, UNSURE)
    again = follow_up(world)
    assert (again.lease, again.excluded) == (None, ("ann",))
    assert world.loop.choose("bob", 1, world.now) == (found.id,)
    world.show(found.id, "bob")
    world.reply(found.id, None, UNSURE, "bob")
    assert not world.state.queries
    assert world.status(0) == "known"


def test_unsure_of_the_example_still_leads_on() -> None:
    world, query = asked()
    world.reply(query.id, UNSURE, relabel(2))
    assert follow_up(world).position == 0
    world.undo()
    assert [q.id for q in world.state.queries.values()] == [query.id]


def test_two_chains_do_not_meet_in_one_example() -> None:
    world, query = asked()
    other = world.about(world.arrive(0, 1, 0.9))
    world.show(other.id, "bob", pair=0)
    world.reply(query.id, KEEP, relabel(2))
    world.reply(other.id, KEEP, relabel(2), "bob")
    assert follow_up(world).lease.annotator == "ann"


def test_another_word_on_the_example_ends_it() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, relabel(2))
    found = follow_up(world)
    world.release(found.id)
    other = world.about(world.arrive(0, 2, 0.9))
    world.show(other.id, "bob", pair=0)
    world.reply(other.id, KEEP, KEEP, "bob")
    assert follow_up(world).id == found.id
    third = world.about(world.arrive(0, 2, 0.9))
    world.show(third.id, "cyd", pair=0)
    world.reply(third.id, KEEP, relabel(0), "cyd")
    assert found.id not in world.state.queries


# ---- undo ------------------------------------------------------------------------------------


def test_undo_closes_what_the_reply_led_on_to() -> None:
    world, query = asked()
    before = world.columns(), world.state.counters
    world.reply(query.id, KEEP, relabel(2))
    found = follow_up(world)
    (done,) = of(fx.QueryDone, world.undo())
    assert (done.query.id, done.outcome) == (found.id, "undone")
    assert list(world.state.queries) == [query.id]
    assert world.columns() == before[0]
    assert world.state.counters.follow_ups == before[1].follow_ups == 0


def test_undo_of_a_follow_up_takes_back_that_reply_alone() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, relabel(2))
    before = world.columns()
    found = go_on(world)
    world.reply(found.id, None, relabel(0))
    deeper = follow_up(world)
    world.undo()
    assert world.columns() == before
    assert deeper.id not in world.state.queries
    again = follow_up(world)
    assert (again.id, again.counter_example) == (found.id, found.counter_example)
    assert again.lease is not None
    assert again.lease.displayed_at is not None
    world.undo()
    assert list(world.state.queries) == [query.id]


def test_an_answer_stands_when_what_led_to_it_is_taken_back() -> None:
    """Bob answered ann's follow-up; ann takes back her reply, then he his: it is not asked again.
    """
    world, query = asked()
    world.reply(query.id, KEEP, relabel(2))
    found = follow_up(world)
    world.release(found.id)
    world.show(found.id, "bob", pair=1)
    world.reply(found.id, None, relabel(0), "bob")
    deeper = follow_up(world)
    world.undo("ann")
    assert set(world.state.queries) == {query.id, deeper.id}
    assert world.label(1) == 0
    world.undo("bob")
    assert set(world.state.queries) == {query.id}
    assert world.label(1) == 2


def test_what_was_closed_by_another_reply_does_not_come_back_without_its_reason() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, relabel(2))
    found = follow_up(world)
    world.release(found.id)
    other = world.about(world.arrive(0, 2, 0.9))
    world.show(other.id, "bob", pair=0)
    world.reply(other.id, KEEP, relabel(0), "bob")
    assert found.id not in world.state.queries
    world.undo("ann")
    world.undo("bob")
    assert found.id not in world.state.queries


# ---- the lanes -------------------------------------------------------------------------------


def test_a_synchronous_stream_waits_for_the_whole_chain() -> None:
    world, query = asked(synchronous=True)
    assert fx.NeedScore() not in world.reply(query.id, KEEP, relabel(2))
    assert fx.NeedScore() in world.reply(go_on(world).id, None, KEEP)


def test_follow_ups_take_no_turn_from_the_audits() -> None:
    world, query = asked(audit_share=0.5)
    lane, share = world.state.lane, world.state.budget.asked_share
    world.reply(query.id, KEEP, relabel(2))
    world.reply(go_on(world).id, None, KEEP)
    assert world.state.lane == lane
    assert world.state.budget.asked_share == share


def test_the_budget_pays_for_them() -> None:
    world, query = asked(query_budget=200.0)
    world.reply(query.id, KEEP, relabel(2))
    before = world.state.threshold
    world.reply(go_on(world).id, None, KEEP)
    after = world.state.threshold
    gain = 0.4 / (1 + world.state.counters.scored / 100) / 0.2
    assert level_of(after) - level_of(before) == pytest.approx(gain)


def test_they_come_first_but_for_disputes() -> None:
    world, query = asked()
    world.reply(query.id, KEEP, relabel(2))
    found = follow_up(world)
    world.release(found.id)
    other = world.about(world.arrive(0, 1, 0.99))
    assert world.loop.choose("bob", 2, world.now) == (found.id, other.id)
