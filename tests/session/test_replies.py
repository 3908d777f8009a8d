"""What an answer does: to both sides, to its query, to other queries, to who comes too late."""

from __future__ import annotations

import pytest
from loop_world import CLASSES, KEEP, KEY, UNSURE, World, of, relabel

from cincer.errors import InvalidInput, NotFound, Stale
from cincer.rng import keyed_uniform
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.session.state import Query
from cincer.types import Action, AnnotatorId, Entry, Position, QueryId, QueryKind, Role, Status

GOOD, BAD, REMOVE = (ev.Decision(a) for a in (Action.GOOD, Action.BAD, Action.REMOVE))
ANN, BOB = AnnotatorId("ann"), AnnotatorId("bob")


def pair(**settings: object) -> tuple[World, Query, Position]:
    """A known 1, and a displayed query about a given 0 that leans on it."""
    world = World(**settings)
    other = world.known_example(1)
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id)
    return world, query, other


@pytest.mark.parametrize(("said", "status", "label", "entry"), [
    (KEEP, Status.KNOWN, 0, Entry.KEPT),
    (relabel(2), Status.KNOWN, 2, Entry.RELABELLED),
    (relabel(0), Status.KNOWN, 0, Entry.KEPT),
    (GOOD, Status.KNOWN, 0, Entry.KEPT),
    (BAD, Status.UNLABELLED, 0, None),
    (REMOVE, Status.REMOVED, 0, None),
])
def test_a_verdict_on_the_example(
    said: ev.Decision, status: Status, label: int, entry: Entry | None
) -> None:
    world, query, _ = pair()
    effects = world.reply(query.id, said)
    place = query.position
    assert (world.status(place), world.label(place), world.loop.data.entry(place)) == (
        status, label, entry)
    assert of(fx.QueryDone, effects)[0].outcome == "answered"
    assert not world.state.queries


@pytest.mark.parametrize(("said", "status", "label"), [
    (KEEP, Status.KNOWN, 1), (relabel(2), Status.KNOWN, 2), (GOOD, Status.KNOWN, 1),
    (BAD, Status.UNLABELLED, 1), (REMOVE, Status.REMOVED, 1), (UNSURE, Status.KNOWN, 1),
    (None, Status.KNOWN, 1),
])
def test_a_verdict_on_the_counter_example(
    said: ev.Decision | None, status: Status, label: int
) -> None:
    world, query, other = pair()
    world.reply(query.id, KEEP, said)
    assert (world.status(other), world.label(other)) == (status, label)
    assert len(world.loop.words(other)) == (said not in (None, UNSURE))
    assert world.loop.data.entry(other) is (Entry.ACCEPTED if status is Status.KNOWN else None)


def test_what_a_reply_fixed_is_told_and_counted() -> None:
    world, query, other = pair()
    effects = world.reply(query.id, relabel(1), relabel(0))
    assert of(fx.ReplyNoted, effects) == [
        fx.ReplyNoted(query.id, ANN, counted=True, fixed=(query.position, other))]
    counters = world.state.counters
    assert (counters.replies, counters.fixed_examples, counters.fixed_counter_examples) == (1, 1, 1)
    assert set(world.last.relabelled) == {query.position, other}


def test_both_right_is_counted() -> None:
    world, query, _ = pair()
    world.reply(query.id, KEEP, KEEP)
    assert world.state.counters.both_right == 1


def test_the_role_of_a_verified_label_is_fixed_by_the_key() -> None:
    world, query, other = pair(selection_share=0.5)
    world.reply(query.id, KEEP, KEEP)
    for place in (query.position, other):
        drawn = keyed_uniform(bytes.fromhex(KEY), "role", f"x{place}")
        wanted = Role.VERIFIED_SEL if drawn < 0.5 else Role.VERIFIED_REF
        assert world.loop.data.role(place) is wanted


def test_a_removed_counter_example_is_trusted_no_more() -> None:
    world, query, other = pair()
    world.reply(query.id, KEEP, KEEP)
    assert world.loop.data.role(other) is not Role.NONE
    second = world.about(world.arrive(0, 1, 0.9))
    world.show(second.id, pair=other)
    world.reply(second.id, KEEP, REMOVE)
    assert world.loop.data.role(other) is Role.NONE


def test_keeping_the_machines_label_of_an_unlabelled_example() -> None:
    world = World()
    for said in (KEEP, GOOD):
        query = world.about(world.arrive(None, 2))
        world.show(query.id)
        world.reply(query.id, said)
        assert (world.status(query.position), world.label(query.position)) == (Status.KNOWN, 2)


@pytest.mark.parametrize(("example", "counter"), [
    (ev.Decision(Action.RELABEL), None), (ev.Decision(Action.KEEP, 1), None),
    (relabel(len(CLASSES)), None), (relabel(-1), None),
    (KEEP, relabel(7)), (UNSURE, ev.Decision(Action.RELABEL)),
])
def test_replies_of_the_wrong_form_change_nothing(
    example: ev.Decision, counter: ev.Decision | None
) -> None:
    world, query, _ = pair()
    before = world.state
    with pytest.raises(InvalidInput):
        world.reply(query.id, example, counter)
    assert world.state is before


def test_no_verdict_on_what_was_not_shown() -> None:
    world = World()
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id)
    with pytest.raises(InvalidInput, match="no counter-example was shown"):
        world.reply(query.id, KEEP, KEEP)


def test_a_pair_is_displayed_before_it_is_answered() -> None:
    world = World()
    query = world.about(world.arrive(0, 1, 0.9))
    world.lease(query.id)
    with pytest.raises(Stale, match="displayed"):
        world.reply(query.id, KEEP)


# ---- not sure --------------------------------------------------------------------------------


def test_not_sure_sends_the_query_to_somebody_else_with_another_pair() -> None:
    world, query, other = pair()
    world.reply(query.id, UNSURE, KEEP)
    found = world.about(query.position)
    assert (found.lease, found.counter_example, found.unsure) == (None, None, 1)
    assert (found.excluded, found.judged) == ((ANN,), (other,))
    assert world.loop.data.role(other) is not Role.NONE
    assert world.status(query.position) is Status.WAITING


def test_a_counter_example_is_judged_once_in_a_query() -> None:
    world, query, other = pair()
    world.reply(query.id, UNSURE, KEEP)
    world.lease(query.id, "bob")
    world.pick(query.id, other)
    alone = world.about(query.position)
    assert alone.counter_example is None
    assert alone.picked is not None
    assert not of(fx.NeedPick, world.last.effects)


def test_enough_not_sure_lets_the_example_in_as_received() -> None:
    world, query, _ = pair(unsure_limit=2)
    world.reply(query.id, UNSURE)
    world.show(query.id, "bob")
    effects = world.reply(query.id, UNSURE, who="bob")
    assert of(fx.QueryDone, effects)[0].outcome == "unsure"
    assert world.loop.data.entry(query.position) is Entry.UNSURE
    assert world.label(query.position) == 0
    assert not world.loop.words(query.position)


# ---- late, double, somebody else's -----------------------------------------------------------


def test_a_second_reply_is_noted_and_counts_for_nothing() -> None:
    world, query, _ = pair()
    world.reply(query.id, relabel(1))
    columns = world.columns()
    effects = world.reply(query.id, relabel(2), epoch=1)
    assert effects == (fx.ReplyNoted(query.id, ANN, counted=False),)
    assert world.columns() == columns
    assert (world.state.counters.late, world.state.counters.replies) == (1, 1)


def test_a_closed_query_is_nobody_elses_business() -> None:
    world, query, _ = pair()
    world.reply(query.id, KEEP)
    with pytest.raises(NotFound):
        world.reply(query.id, KEEP, who="bob", epoch=1)


@pytest.mark.parametrize("taken_over", ["no", "leased", "displayed"])
def test_a_late_reply_counts_while_its_pair_stands(taken_over: str) -> None:
    world, query, _ = pair()
    world.release(query.id)
    if taken_over == "leased":
        world.do(world.loop.leased(query.id, BOB, world.tick()))
    if taken_over == "displayed":
        world.show(query.id, "bob")
    effects = world.reply(query.id, relabel(1), KEEP, epoch=1)
    done = of(fx.QueryDone, effects)[0]
    assert (done.outcome, done.by) == ("answered", ANN)
    assert (done.query.lease is not None) == (taken_over != "no")
    if taken_over != "no":
        late = world.reply(query.id, relabel(2), who="bob", epoch=2)
        assert not of(fx.ReplyNoted, late)[0].counted
    assert world.label(query.position) == 1


def test_a_late_reply_does_not_count_once_its_pair_has_changed() -> None:
    world, query, _ = pair()
    second = world.known_example(1)
    world.release(query.id)
    world.pick(query.id, second)
    effects = world.reply(query.id, relabel(1), KEEP, epoch=1)
    assert effects == (fx.ReplyNoted(query.id, ANN, counted=False),)
    assert world.about(query.position)


def test_a_late_reply_counts_while_the_same_pair_was_picked_again() -> None:
    world, query, other = pair()
    world.release(query.id)
    world.pick(query.id, other)
    assert of(fx.ReplyNoted, world.reply(query.id, KEEP, epoch=1))[0].counted


def test_a_reply_to_an_earlier_pair_is_not_taken_for_the_present_one() -> None:
    world, query, _ = pair()
    second = world.known_example(1)
    world.release(query.id)
    world.pick(query.id, second)
    world.show(query.id, pair=second)
    effects = world.reply(query.id, relabel(1), relabel(2), epoch=1)
    assert not of(fx.ReplyNoted, effects)[0].counted
    assert world.label(second) == 1


def test_late_doubt_leaves_the_pair_on_the_other_screen() -> None:
    world, query, other = pair()
    world.release(query.id)
    world.show(query.id, "bob")
    world.reply(query.id, UNSURE, epoch=1)
    found = world.about(query.position)
    assert found.lease is not None
    assert found.lease.annotator == BOB
    assert found.counter_example is not None
    world.reply(query.id, KEEP, KEEP, who="bob")
    assert world.loop.words(other)[0].annotator == BOB


# ---- other queries ---------------------------------------------------------------------------


def test_a_changed_counter_example_is_replaced_where_nobody_looks_yet() -> None:
    world, query, other = pair()
    spare = world.known_example(1)
    unseen, leased, shown = (world.about(world.arrive(0, 1, 0.9)) for _ in range(3))
    world.pick(unseen.id, other)
    world.lease(leased.id, "bob")
    world.pick(leased.id, other)
    world.show(shown.id, "cyd", other)
    effects = world.reply(query.id, KEEP, relabel(2))
    assert world.about(unseen.position).counter_example is None
    assert world.about(leased.position).counter_example is None
    assert of(fx.NeedPick, effects) == [fx.NeedPick(leased.id)]
    assert world.about(shown.position).counter_example.position == other  # type: ignore[union-attr]
    assert spare in world.candidates(leased)


def test_a_kept_counter_example_stays_in_its_pairs() -> None:
    world, query, other = pair()
    unseen = world.about(world.arrive(0, 1, 0.9))
    world.pick(unseen.id, other)
    world.reply(query.id, KEEP, KEEP)
    assert world.about(unseen.position).counter_example is not None


def test_a_question_about_what_was_judged_elsewhere_is_over() -> None:
    world = World(pending="provisional")
    questioned = world.arrive(1, 2, 0.8)
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id, pair=questioned)
    effects = world.reply(query.id, KEEP, relabel(2))
    assert {done.query.position for done in of(fx.QueryDone, effects)} == {
        questioned, query.position}
    assert world.label(questioned) == 2


# ---- conflict --------------------------------------------------------------------------------


def contested(said: ev.Decision) -> tuple[World, Position, tuple[fx.Effect, ...]]:
    """Ann and Bob look at pairs with the same counter-example, a 1: Bob makes it a 0, then Ann
    says something else."""
    world, query, other = pair()
    second = world.about(world.arrive(0, 1, 0.8))
    world.show(second.id, "bob", other)
    world.reply(second.id, KEEP, relabel(0), who="bob")
    return world, other, world.reply(query.id, KEEP, said)


@pytest.mark.parametrize("said", [relabel(2), KEEP, GOOD, REMOVE])
def test_the_newer_word_does_not_silently_win(said: ev.Decision) -> None:
    world, other, effects = contested(said)
    assert world.label(other) == 0
    query = world.about(other, QueryKind.DISPUTE)
    assert (query.given, query.counter_example) == (0, None)
    assert set(query.excluded) == {ANN, BOB}
    assert world.state.counters.disputes == 1
    assert not of(fx.Asserted, effects)[1:]


@pytest.mark.parametrize("said", [relabel(0), BAD])
def test_agreeing_is_no_conflict(said: ev.Decision) -> None:
    world, other, _ = contested(said)
    assert world.label(other) == 0
    assert world.status(other) is Status.KNOWN
    assert not world.state.queries


def test_a_third_person_settles_it() -> None:
    world, other, _ = contested(relabel(2))
    query = world.about(other, QueryKind.DISPUTE)
    assert world.loop.choose(ANN, 9, world.now) == world.loop.choose(BOB, 9, world.now) == ()
    world.show(query.id, "cyd")
    world.reply(query.id, relabel(2), who="cyd")
    assert world.label(other) == 2
    assert not world.state.queries


def test_one_dispute_at_a_time_about_an_example() -> None:
    world, query, other = pair()
    others = [world.about(world.arrive(0, 1, 0.8)) for _ in range(2)]
    for found, who in zip(others, ("bob", "cyd"), strict=True):
        world.show(found.id, who, other)
    world.reply(others[0].id, KEEP, relabel(0), who="bob")
    world.reply(query.id, KEEP, relabel(2))
    world.reply(others[1].id, KEEP, relabel(2), who="cyd")
    assert len(world.state.queries) == 1


def test_a_label_that_was_seen_may_be_changed() -> None:
    world, query, other = pair()
    world.reply(query.id, KEEP, relabel(2))
    second = world.about(world.arrive(0, 2, 0.9))
    world.show(second.id, "bob", other)
    world.reply(second.id, KEEP, relabel(1), who="bob")
    assert world.label(other) == 1


def test_a_verdict_on_what_has_left_meanwhile_is_passed_over() -> None:
    world, query, other = pair()
    second = world.about(world.arrive(0, 1, 0.8))
    world.show(second.id, "bob", other)
    world.reply(second.id, KEEP, REMOVE, who="bob")
    world.reply(query.id, KEEP, relabel(2))
    assert world.status(other) is Status.REMOVED
    assert [word.annotator for word in world.loop.words(other)] == [BOB]


def test_only_so_many_closed_queries_are_remembered() -> None:
    from cincer.session import draft

    world = World()
    for number in range(draft.CLOSED_KEPT + 5):
        query = world.about(world.arrive(0, 1, 0.9))
        world.show(query.id)
        world.reply(query.id, KEEP)
        assert len(world.state.closed) == min(number + 1, draft.CLOSED_KEPT)
    with pytest.raises(NotFound):
        world.reply(QueryId("q1"), KEEP, epoch=1)
