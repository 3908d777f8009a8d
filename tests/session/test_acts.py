"""Curators' acts: what they do to labels, roles, places and questions; taking back and again."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from loop_world import KEEP, UNSURE, World, of, relabel

from cincer import acts
from cincer.dataset import Treatment
from cincer.errors import Conflict, InvalidInput, NotFound, Stale
from cincer.session import acts as session_acts
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.session.codec import encode_state
from cincer.types import (
    ActId,
    Action,
    AnnotatorId,
    Deed,
    Entry,
    ExampleId,
    Position,
    QueryKind,
    Remedy,
    Role,
    Status,
)

VERIFIED = (Role.VERIFIED_REF, Role.VERIFIED_SEL)


def why(plan: acts.Plan) -> list[str]:
    return [reason for _, reason in plan.left]


@pytest.mark.parametrize(("deed", "label", "status", "verified"), [
    ("confirm", 0, Status.KNOWN, True), ("relabel", 2, Status.KNOWN, True),
    ("remove", 0, Status.REMOVED, False), ("good", 0, Status.KNOWN, False),
    ("bad", 0, Status.UNLABELLED, False),
])
def test_each_word_on_several_known_examples(
    deed: str, label: int, status: Status, *, verified: bool
) -> None:
    world = World()
    chosen = [world.known_example(0) for _ in range(3)]
    plan = world.resolve(deed, *chosen, label=2 if deed == "relabel" else None)
    assert plan.done == tuple(world.loop.ids[p] for p in chosen)
    for position in chosen:
        assert (world.label(position), world.status(position)) == (label, status)
        assert (world.loop.data.role(position) in VERIFIED) == verified
        assert [word.query for word in world.loop.words(position)] == ["a-1"]
    assert (world.state.counters.acts, world.state.counters.resolved) == (1, 3)


def test_both_halves_of_the_verified_come_from_acts() -> None:
    world = World()
    chosen = [world.known_example(0) for _ in range(40)]
    world.resolve("confirm", *chosen)
    assert {world.loop.data.role(p) for p in chosen} == set(VERIFIED)


def test_a_duplicate_leaves_with_a_note_of_the_one_that_is_kept() -> None:
    world = World()
    kept, other = world.known_example(0), world.known_example(0)
    world.resolve("duplicate", other, of=kept)
    assert world.loop.stood(other).reason == "duplicate of x0"
    assert world.status(kept) is Status.KNOWN
    with pytest.raises(InvalidInput, match="cannot be among"):
        world.resolve("duplicate", kept, of=kept)
    with pytest.raises(InvalidInput, match="keep another one"):
        world.resolve("duplicate", kept, of=other)


def test_a_waiting_example_enters_and_its_question_closes() -> None:
    world = World()
    query = world.about(world.arrive(0, 1, 0.9))
    world.resolve("relabel", query.position, label=1)
    assert not world.state.queries
    assert (world.loop.data.entry(query.position), world.label(query.position)) == (
        Entry.RELABELLED, 1)
    world.undo_act()
    assert world.about(query.position).id == query.id
    assert world.status(query.position) is Status.WAITING


def test_a_question_on_somebodys_screen_stays_and_a_reply_that_differs_is_disputed() -> None:
    world = World()
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id)
    world.resolve("confirm", query.position)
    assert world.about(query.position).in_training
    world.reply(query.id, relabel(1))
    assert world.about(query.position).kind is QueryKind.DISPUTE
    assert world.label(query.position) == 0


def test_a_question_on_a_screen_when_the_act_is_taken_back() -> None:
    world = World()
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id)
    before = world.columns()
    world.resolve("remove", query.position)
    world.undo_act()
    assert world.columns() == before
    assert not world.about(query.position).in_training
    world.reply(query.id, relabel(1))
    assert (world.label(query.position), world.status(query.position)) == (1, Status.KNOWN)


def test_pairs_that_lean_on_it_are_picked_again() -> None:
    world = World()
    other = world.known_example(1)
    query = world.about(world.arrive(0, 1, 0.9))
    world.lease(query.id)
    world.resolve("relabel", other, label=2)
    assert world.about(query.position).counter_example is None


def test_what_is_left_alone_says_why() -> None:
    world = World(label_missing="predict")
    removed, unlabelled = world.known_example(0), world.receive(None)
    world.resolve("remove", removed)
    undecided, plain = world.receive(0), world.known_example(0)
    plan = world.resolve("confirm", removed, unlabelled, undecided)
    assert plan.event is None
    assert why(plan) == [
        "it was removed; reopen it first", "it has no label to judge",
        "the model has not looked at it yet"]
    assert why(world.resolve("reopen", plain)) == ["nobody has resolved it"]
    assert why(acts.resolved(world.loop, Deed.CONFIRM, [ExampleId("nix")], AnnotatorId("c"), 1.0)
               ) == ["there is no such example"]


def test_what_others_have_spoken_on_since_is_left_alone() -> None:
    world = World()
    mine, theirs = world.known_example(0), world.known_example(0)
    world.resolve("relabel", theirs, label=1, who="carl")
    plan = world.resolve("relabel", mine, theirs, label=2, spoken=lambda at: at == theirs)
    assert (plan.done, why(plan)) == (("x0",), ["somebody else has spoken on it since"])
    assert (world.label(mine), world.label(theirs)) == (2, 1)


def test_two_who_disagree_are_not_overruled() -> None:
    world = World()
    other = world.known_example(1)
    first = world.about(world.arrive(0, 1, 0.9))
    world.show(first.id, pair=other)
    second = world.about(world.arrive(0, 1, 0.8))
    world.show(second.id, "bob", other)
    world.reply(second.id, KEEP, relabel(0), who="bob")
    world.reply(first.id, KEEP, relabel(2))
    assert why(world.resolve("confirm", other)) == [
        "two people disagree about it; it is asked again"]
    judged = ev.Judged(world.loop.ids[other], other, 0, world.loop.stood(other), KEEP)
    with pytest.raises(Conflict, match="disagree"):
        world.do(ev.Resolved(ActId("a-1"), AnnotatorId("c"), Deed.CONFIRM, (judged,), 9e9))


def test_reopened_is_settled_no_more_until_somebody_speaks() -> None:
    world = World()
    position, gone = world.known_example(0), world.known_example(0)
    world.resolve("confirm", position)
    world.resolve("remove", gone)
    world.resolve("reopen", position, gone, who="carl")
    assert not world.loop.settled(position)
    assert world.loop.data.role(position) is Role.NONE
    assert (world.status(gone), world.loop.data.entry(gone)) == (Status.KNOWN, Entry.REOPENED)
    world.undo_act("carl")
    assert world.loop.settled(position)
    assert world.loop.data.role(position) in VERIFIED
    assert (world.status(gone), world.loop.stood(gone).reason) == (Status.REMOVED, "removed")
    world.redo_act("carl")
    world.resolve("relabel", position, label=1)
    assert world.loop.settled(position)


# ---- taking back -------------------------------------------------------------------------------

def test_newest_first_and_again_in_reverse() -> None:
    world = World()
    position = world.known_example(0)
    for label in (1, 2):
        world.resolve("relabel", position, label=label)
    labels = []
    for turn in (world.undo_act, world.undo_act, world.redo_act, world.redo_act):
        turn()
        labels.append(world.label(position))
    assert labels == [1, 0, 1, 2]
    assert [word.query for word in world.loop.words(position)] == ["a-1", "a-2"]


def test_a_new_act_forgets_what_could_be_done_again() -> None:
    world = World()
    position = world.known_example(0)
    world.resolve("relabel", position, label=1)
    world.undo_act()
    world.resolve("confirm", position)
    with pytest.raises(NotFound, match="no act to do again"):
        world.redo_act()


def test_where_others_have_spoken_since_nothing_is_taken_back() -> None:
    world = World()
    first, second = world.known_example(0), world.known_example(0)
    world.resolve("relabel", first, second, label=1)
    world.resolve("relabel", second, label=2, who="carl")
    (noted,) = of(fx.ActNoted, world.undo_act())
    assert noted.positions == (first,)
    assert (world.label(first), world.label(second)) == (0, 2)
    assert [word.annotator for word in world.loop.words(second)] == ["cara", "carl"]
    world.undo_act("carl")
    assert world.label(second) == 1


def test_an_act_that_is_taken_back_whole_for_nobody() -> None:
    """Everything was spoken on since: the act is off the stack, and nothing has moved."""
    world = World()
    position = world.known_example(0)
    world.resolve("confirm", position)
    world.resolve("relabel", position, label=2, who="carl")
    before = world.columns()
    world.undo_act()
    plan = world.redo_act()
    assert plan.done == ()
    assert world.columns() == before
    with pytest.raises(NotFound):
        world.undo_act()


def test_others_stacks_are_their_own() -> None:
    world = World()
    world.resolve("confirm", world.known_example(0))
    with pytest.raises(NotFound, match="no act to take back"):
        world.undo_act("carl")
    with pytest.raises(NotFound, match="a-1"):
        world.do(ev.ActUndone(ActId("a-1"), AnnotatorId("carl"), (), world.tick()))
    with pytest.raises(NotFound, match="a-1"):
        world.do(ev.ActRedone(ActId("a-1"), AnnotatorId("carl"), Deed.CONFIRM, (), world.tick()))


def test_only_the_newest_acts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_acts, "ACTS_KEPT", 2)
    monkeypatch.setattr(session_acts, "MARKS_KEPT", 3)
    world = World()
    chosen = [world.known_example(0) for _ in range(4)]
    for position in chosen[:3]:
        world.resolve("confirm", position)
    assert [e.act for e in world.state.acts["cara"].done] == ["a-2", "a-3"]
    world.resolve("confirm", *chosen, who="carl")
    assert [e.act for e in world.state.acts["carl"].done] == ["a-4"]
    assert world.state.acts["cara"].done == ()


def test_a_large_act_is_quick_and_small_in_the_state() -> None:
    world = World()
    chosen = [world.known_example(0) for _ in range(2000)]
    start = time.process_time()
    world.resolve("relabel", *chosen, label=1)
    world.undo_act()
    assert time.process_time() - start < 2
    assert len(json.dumps(encode_state(world.state))) < 20_000


# ---- suggestions -------------------------------------------------------------------------------

@pytest.mark.parametrize(("remedy", "treatment", "label"), [
    (Remedy.RELABEL, Treatment.CE, 2), (Remedy.UNLEARN, Treatment.UNLEARN, 0),
    (Remedy.DROP, Treatment.DROP, 0)])
def test_an_accepted_suggestion_counts_until_a_person_speaks(
    remedy: Remedy, treatment: Treatment, label: int
) -> None:
    world = World()
    position = world.known_example(0)
    world.answer("accept", position, remedy=remedy)
    assert (world.loop.data.treatment(position), world.label(position)) == (treatment, label)
    assert (position in world.known) == (remedy is Remedy.RELABEL)
    assert not world.loop.settled(position)
    world.resolve("relabel", position, label=1, who="carl")
    assert (world.loop.data.treatment(position), world.label(position)) == (Treatment.CE, 1)
    world.undo_act("carl")
    assert (world.loop.data.treatment(position), world.label(position)) == (treatment, label)
    world.undo_act()
    assert (world.loop.data.treatment(position), world.label(position)) == (Treatment.CE, 0)
    assert world.known[position] == 0


def test_a_rejected_suggestion_is_noted_and_changes_nothing() -> None:
    world = World()
    position = world.known_example(0)
    world.answer("reject", position)
    found = world.loop.proposal(position)
    assert found is not None
    assert (found.state, world.label(position)) == ("rejected", 0)
    assert why(world.answer("accept", position)) == ["its suggestion is rejected already"]


def test_what_was_accepted_can_be_rejected_after_all() -> None:
    """By anybody; whoever accepted it cannot take back what is not in force any more."""
    world = World()
    position = world.known_example(0)
    world.answer("accept", position, remedy=Remedy.RELABEL, who="machine")
    assert world.label(position) == 2
    world.answer("reject", position, remedy=Remedy.RELABEL, who="carl")
    found = world.loop.proposal(position)
    assert found is not None
    assert (found.state, world.label(position), world.known[position]) == ("rejected", 0, 0)
    assert why(world.answer("reject", position)) == ["its suggestion is rejected already"]
    world.undo_act("carl")
    assert world.label(position) == 2
    world.redo_act("carl")
    assert world.label(position) == 0
    world.undo_act("machine")
    found = world.loop.proposal(position)
    assert found is not None
    assert (found.state, world.label(position)) == ("rejected", 0)


def test_pairs_that_lean_on_what_is_rejected_after_all_are_picked_again() -> None:
    world = World()
    position = world.known_example(0)
    world.answer("accept", position, remedy=Remedy.RELABEL)
    query = world.about(world.arrive(0, 2, 0.9))
    world.lease(query.id)
    world.pick(query.id, position)
    assert world.about(query.position).counter_example is not None
    world.answer("reject", position, remedy=Remedy.RELABEL)
    assert world.about(query.position).counter_example is None


def test_ask_opens_an_ordinary_question() -> None:
    world = World()
    position, other = world.known_example(0), world.known_example(2)
    world.answer("ask", position)
    query = world.about(position)
    assert (query.kind, query.given, query.predicted, query.in_training) == (
        QueryKind.SUSPICIOUS, 0, 2, True)
    assert (world.state.counters.requested, world.state.counters.asked) == (1, 0)
    world.show(query.id, pair=other)
    world.reply(query.id, relabel(2), KEEP)
    assert (world.label(position), world.loop.settled(position)) == (2, True)


def test_a_question_that_a_curator_wanted_closes_with_undo() -> None:
    world = World()
    position = world.known_example(0)
    world.answer("ask", position)
    (done,) = of(fx.QueryDone, world.undo_act())
    assert done.outcome == "undone"
    world.redo_act()
    assert world.about(position).predicted == 2


def test_the_older_question_comes_first_when_a_reply_is_taken_back() -> None:
    world = World(unsure_limit=1)
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id)
    world.reply(query.id, UNSURE)
    world.answer("ask", query.position)
    world.undo()
    assert [q.id for q in world.state.queries.values()] == [query.id]


def test_suggestions_never_touch_what_people_decide() -> None:
    world = World()
    settled, waiting = world.known_example(0), world.arrive(0, 1, 0.9)
    world.resolve("confirm", settled)
    asked = world.known_example(0)
    world.answer("ask", asked, who="carl")
    plan = world.answer("accept", settled, waiting, asked)
    assert plan.event is None
    assert why(plan) == ["a person has settled its label", "it is not in the training set",
                         "its suggestion is asked already"]


# ---- events that cannot be ---------------------------------------------------------------------

def test_an_event_that_contradicts_the_state_changes_nothing() -> None:
    world = World()
    position = world.known_example(0)
    judged = ev.Judged(world.loop.ids[position], position, 0, world.loop.stood(position), KEEP)
    good = ev.Resolved(ActId("a-1"), AnnotatorId("c"), Deed.CONFIRM, (judged,), 9e9)
    proposal = ev.Proposal(Remedy.DROP, None, "rdia", 1, "accepted")
    state, columns = world.state, world.columns()
    for bad, error in (
        (replace(good, act=ActId("a-7")), Stale), (replace(good, judged=()), InvalidInput),
        (replace(good, judged=(judged, judged)), InvalidInput),
        (replace(good, action=Deed.REMOVE,
                 judged=(replace(judged, decision=relabel(1)),)), InvalidInput),
        (replace(good, action=Deed.RELABEL,
                 judged=(replace(judged, decision=relabel(7)),)), InvalidInput),
        (replace(good, action=Deed.DUPLICATE), InvalidInput),
        (replace(good, action=Deed.ACCEPT), InvalidInput),
        (replace(good, action=Deed.REJECT,
                 judged=(replace(judged, decision=None, proposal=proposal),)), InvalidInput),
        (replace(good, judged=(replace(judged, doubt=ev.Doubt(1, None, ())),)), InvalidInput),
    ):
        with pytest.raises(error):
            world.do(bad)
    assert (world.state, world.columns()) == (state, columns)


def test_the_wrong_kind_of_act() -> None:
    world = World()
    with pytest.raises(InvalidInput, match="answers a suggestion"):
        world.resolve("accept", world.known_example(0))
    with pytest.raises(InvalidInput, match="answers no suggestion"):
        world.answer("confirm", world.known_example(0))
    with pytest.raises(InvalidInput, match="label is given with relabel"):
        world.resolve("confirm", Position(0), label=1)
    query = world.about(world.arrive(0, 1, 0.9))
    world.show(query.id)
    with pytest.raises(InvalidInput, match="curator's act"):
        world.reply(query.id, ev.Decision(Action.REOPEN))
