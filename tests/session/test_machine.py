"""Whatever happens in whatever order: everything is in one place, bounds hold, the log says all."""

from __future__ import annotations

import json
from collections import Counter as Tally
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from loop_world import KEEP, UNSURE, World, of, relabel

from cincer.errors import CincerError
from cincer.loop import Loop
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.session.acts import ACTS_KEPT, ANSWERS, WORDS
from cincer.session.audits import lane_size
from cincer.session.codec import decode_event, decode_state, encode_event, encode_state
from cincer.types import Action, AnnotatorId, Deed, QueryKind, Remedy, Status

PEOPLE = st.sampled_from(["ann", "bob", "cyd"])
LABELS = st.integers(0, 2)
SHARES = st.floats(0, 1, exclude_max=True)
DECISIONS = st.one_of(
    st.sampled_from([KEEP, UNSURE, *map(ev.Decision, (Action.GOOD, Action.BAD, Action.REMOVE))]),
    st.builds(relabel, LABELS))


CURATORS = st.sampled_from(["ann", "cara", "carl"])


def without_time(columns: dict[str, Any]) -> dict[str, Any]:
    words = [[replace(word, at=0.0) for word in said] for said in columns["words"]]
    return {**columns, "words": words}


class SessionMachine(RuleBasedStateMachine):
    world: World

    @initialize(
        pending=st.sampled_from(["hold", "provisional"]), queue_size=st.integers(1, 4),
        bootstrap=st.integers(0, 3), audit_share=st.sampled_from([0.0, 0.5]),
        unsure_limit=st.integers(1, 3), missing=st.sampled_from(["ask", "predict"]),
        budget=st.sampled_from([None, 300.0]), undo_depth=st.integers(0, 3),
        synchronous=st.booleans(), rounds=st.integers(1, 3), counter_examples=st.integers(1, 3))
    def start(self, missing: str, budget: float | None, **chosen: Any) -> None:
        self.world = World(label_missing=missing, query_budget=budget, lease_seconds=20.0, **chosen)
        self.counted: Tally[tuple[str, str, int]] = Tally()
        self.given: dict[int, int | None] = {}
        for label in (0, 1, 2, 0, 1, 2):
            self.arrive(label, label, 0.0, 1.0, 0.5)
        for label in range(3):
            self.arrive(label, (label + 1) % 3, 0.8, 1.0, 0.5)

    # ---- what can happen -----------------------------------------------------------------------

    @rule(given=st.one_of(st.none(), LABELS), predicted=LABELS, margin=SHARES, draw=SHARES,
          thin=SHARES)
    def arrive(
        self, given: int | None, predicted: int, margin: float, draw: float, thin: float
    ) -> None:
        position = self.world.receive(given, draw, thin)
        self.given[position] = given
        blocked = self.world.state.settings.synchronous and self.world.state.queries
        if position in self.world.loop.undecided and not blocked:
            self.world.score(position, predicted, 0.0 if predicted == given else margin)

    @precondition(lambda self: self.world.loop.undecided)
    @rule(predicted=LABELS, margin=SHARES)
    def score_late(self, predicted: int, margin: float) -> None:
        self.attempt(lambda: self.world.score(
            next(iter(self.world.loop.undecided)), predicted, margin))

    @rule(who=PEOPLE, count=st.integers(1, 3))
    def lease(self, who: str, count: int) -> None:
        world = self.world
        for query in world.loop.choose(AnnotatorId(who), count, world.now):
            world.lease(query, who)

    @precondition(lambda self: self.world.held())
    @rule(data=st.data())
    def display(self, data: st.DataObject) -> None:
        query = data.draw(st.sampled_from(self.world.held()))
        self.world.do(ev.Displayed(
            query.id, query.lease.annotator, query.lease.epoch, self.world.tick()))

    @rule(who=PEOPLE)
    def show(self, who: str) -> None:
        """Several people look at pairs at the same time."""
        for query in self.world.loop.choose(AnnotatorId(who), 1, self.world.now):
            epoch = self.world.lease(query, who)
            if query in self.world.state.queries:  # A follow-up ends where nothing can be shown.
                self.world.do(ev.Displayed(query, AnnotatorId(who), epoch, self.world.tick()))

    @precondition(lambda self: self.world.held())
    @rule(data=st.data(), reason=st.sampled_from(["expired", "disconnected"]))
    def release(self, data: st.DataObject, reason: str) -> None:
        query = data.draw(st.sampled_from(self.world.held()))
        self.world.release(query.id, query.lease.annotator, reason)

    @precondition(lambda self: self.world.held())
    @rule(data=st.data())
    def skip(self, data: st.DataObject) -> None:
        query = data.draw(st.sampled_from(self.world.held()))
        self.world.do(ev.Skipped(
            query.id, query.lease.annotator, query.lease.epoch, self.world.tick()))

    @rule(data=st.data(), who=PEOPLE, example=DECISIONS, counter=DECISIONS,
          more=st.lists(st.one_of(st.none(), DECISIONS), max_size=2), taken_back=st.booleans())
    def reply(
        self, data: st.DataObject, who: str, example: ev.Decision, counter: ev.Decision,
        more: list[ev.Decision | None], taken_back: bool,
    ) -> None:
        self.show(who)
        if not self.world.shown():
            return
        query = data.draw(st.sampled_from(self.world.shown()))
        who, epoch = query.lease.annotator, query.lease.epoch
        before, open_before = self.world.columns(), set(self.world.state.queries)
        unasked = self.world.state.counters.unasked
        self.note(self.world.reply(
            query.id, None if query.chain else example, counter if query.counter_example else None,
            who, epoch, more[:len(query.others)]), epoch)
        self.follow()
        if taken_back and self.world.state.settings.undo_depth:
            self.world.undo(who)
            fell = self.world.state.counters.unasked > unasked  # The queue was too full.
            assert fell or self.world.columns() == before
            new = set(self.world.state.queries) - open_before
            assert not [name for name in new if self.world.state.queries[name].chain]

    def follow(self) -> None:
        """The driver answers the request for a pair that comes with every follow-up."""
        for query in list(self.world.state.queries.values()):
            if query.chain is not None and query.picked is None and query.lease is not None:
                self.world.pick(query.id)

    @rule(who=PEOPLE, number=st.integers(1, 12), epoch=st.integers(0, 4), example=DECISIONS)
    def reply_wildly(self, who: str, number: int, epoch: int, example: ev.Decision) -> None:
        """Late, double, somebody else's, or to what never was."""
        effects = self.attempt(lambda: self.world.reply(f"q-{number}", example, None, who, epoch))
        self.note(effects, epoch)

    @rule(who=PEOPLE)
    def undo(self, who: str) -> None:
        self.attempt(lambda: self.world.undo(who))

    @precondition(lambda self: self.world.state.queries)
    @rule(data=st.data(), predicted=LABELS, margin=SHARES)
    def rescore(self, data: st.DataObject, predicted: int, margin: float) -> None:
        query = data.draw(st.sampled_from(list(self.world.state.queries.values())))
        beliefs = ((predicted, 0.9),)
        opinion = ev.Opinion(query.id, predicted, None if query.given is None else margin, beliefs)
        self.world.do(ev.Rescored((opinion,), 2, self.world.tick()))

    @precondition(lambda self: self.world.state.queries)
    @rule(data=st.data())
    def pick(self, data: st.DataObject) -> None:
        query = data.draw(st.sampled_from(list(self.world.state.queries.values())))
        found = data.draw(st.sampled_from([None, *self.world.candidates(query)]))
        self.world.pick(query.id, found)

    @precondition(lambda self: self.followed())
    @rule(data=st.data(), counter=DECISIONS)
    def answer_a_follow_up(self, data: st.DataObject, counter: ev.Decision) -> None:
        query = data.draw(st.sampled_from(self.followed()))
        who, world = query.lease.annotator, self.world
        if query.lease.displayed_at is None:
            world.do(ev.Displayed(query.id, who, query.epoch, world.tick()))
        self.note(world.reply(query.id, None, counter, who, query.epoch), query.epoch)
        self.follow()

    def followed(self) -> list[Any]:
        return [q for q in self.world.held() if q.chain and q.counter_example]

    # ---- curators ------------------------------------------------------------------------------

    @rule(data=st.data(), who=CURATORS, deed=st.sampled_from(list(WORDS)), label=LABELS,
          taken_back=st.booleans())
    def act(
        self, data: st.DataObject, who: str, deed: Deed, label: int, taken_back: bool
    ) -> None:
        chosen, kept = self.some(data)
        before, words, unasked = self.world.columns(), self.all_words(), self.unasked
        plan = self.world.resolve(
            deed.value, *chosen, who=who, label=label if deed is Deed.RELABEL else None,
            of=kept if deed is Deed.DUPLICATE else None,
            spoken=lambda at: self.spoken_by_others(at, who)) if self.may(deed, kept) else None
        if plan is None or plan.event is None:
            return
        self.follow()
        assert len(plan.done) + len(plan.left) == len(chosen)
        self.nothing_of_others_is_gone(words, who, plan)
        if taken_back and self.unasked == unasked:
            self.back_and_again(who, before)

    @rule(data=st.data(), who=CURATORS, deed=st.sampled_from(list(ANSWERS)),
          remedy=st.sampled_from(list(Remedy)), taken_back=st.booleans())
    def answer_a_suggestion(
        self, data: st.DataObject, who: str, deed: Deed, remedy: Remedy, taken_back: bool
    ) -> None:
        chosen, _ = self.some(data)
        before, settled = self.world.columns(), set(self.world.loop.all_settled())
        unasked = self.unasked
        plan = self.world.answer(deed.value, *chosen, who=who, remedy=remedy)
        if plan.event is None:
            return
        self.follow()
        assert not settled & {one.position for one in plan.event.judged}
        if taken_back and self.unasked == unasked:
            self.back_and_again(who, before)

    @property
    def unasked(self) -> int:
        """How many questions have fallen off a full queue."""
        return int(self.world.state.counters.unasked)

    def back_and_again(self, who: str, before: Any) -> None:
        """What was done is undone, redone and undone without a trace."""
        after, unasked = self.world.columns(), self.unasked
        for turn, right in ((self.world.undo_act, before), (self.world.redo_act, after),
                            (self.world.undo_act, before)):
            turn(who)
            self.follow()
            if self.unasked > unasked:
                return
            assert without_time(self.world.columns()) == without_time(right)

    @rule(who=CURATORS)
    def undo_act(self, who: str) -> None:
        words = self.all_words()
        effects = self.attempt(lambda: self.world.undo_act(who))
        self.follow()
        if effects:
            gone = set(words) - set(self.all_words())
            assert {name for _, _, name in gone} <= {who}

    @rule(who=CURATORS)
    def redo_act(self, who: str) -> None:
        self.attempt(lambda: self.world.redo_act(who))
        self.follow()

    def some(self, data: st.DataObject) -> tuple[list[Any], Any]:
        """Examples to act on, and one that is none of them."""
        every = list(range(len(self.world.loop.ids)))
        chosen = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=4, unique=True))
        return chosen, next((p for p in every if p not in chosen), None)

    def may(self, deed: Deed, kept: Any) -> bool:
        return deed is not Deed.DUPLICATE or (
            kept is not None and self.world.status(kept) is not Status.REMOVED)

    def all_words(self) -> list[tuple[int, str, str]]:
        return [(p, word.query, word.annotator) for p in range(len(self.world.loop.ids))
                for word in self.world.loop.words(p)]

    def spoken_by_others(self, position: int, who: str) -> bool:
        """As if nothing had been seen that others did a moment ago."""
        said = self.world.loop.words(position)
        return bool(said) and said[-1].annotator != who and said[-1].at > self.world.now - 5

    def nothing_of_others_is_gone(self, words: Any, who: str, plan: Any) -> None:
        assert set(words) <= set(self.all_words())
        fresh = set(self.all_words()) - set(words)
        assert {name for _, _, name in fresh} == {who}
        assert all(self.world.loop.words(p)[-1].annotator == who for p, _, _ in fresh)

    @invariant()
    def acts_that_can_be_taken_back_are_bounded(self) -> None:
        for acts in self.world.state.acts.values():
            assert len(acts.done) <= ACTS_KEPT

    @invariant()
    def what_a_person_settled_is_trained_as_it_is(self) -> None:
        world = self.world
        for position in world.loop.all_settled():
            assert world.loop.data.treatment(position).value == "ce"

    @rule(seconds=st.floats(0, 60))
    def wait(self, seconds: float) -> None:
        self.world.tick(seconds)

    # ---- what must hold ------------------------------------------------------------------------

    @invariant()
    def a_follow_up_shows_nothing_that_was_judged(self) -> None:
        world = self.world
        for query in world.state.queries.values():
            if query.chain is None:
                continue
            assert 2 <= query.chain.depth <= world.state.settings.rounds
            assert len(query.counters) <= 1
            shown = [c.position for c in query.counters]
            assert not set(shown) & {query.position, *query.judged}
            seen = query.last is not None or query.skipped_by or query.lease is None
            if not seen and query.lease.displayed_at is None:
                assert not any(world.loop.words(p) for p in shown)

    @invariant()
    def no_more_is_shown_than_asked_for(self) -> None:
        most = self.world.state.settings.counter_examples
        assert all(len(q.counters) <= most for q in self.world.state.queries.values())

    @invariant()
    def counts_are_never_negative(self) -> None:
        counters = self.world.state.counters
        assert min(counters.follow_ups, counters.follow_ups_answered) >= 0

    def attempt(self, act: Any) -> Any:
        """A refused event leaves everything as it was."""
        before = self.world.state, self.world.columns()
        try:
            return act()
        except CincerError:
            assert (self.world.state, self.world.columns()) == before
            return ()

    def note(self, effects: Any, epoch: int) -> None:
        for noted in of(fx.ReplyNoted, effects or ()):
            if noted.counted:
                self.counted[noted.query, noted.annotator, epoch] += 1

    @invariant()
    def everything_is_in_one_place(self) -> None:
        world = self.world
        waits = Tally(q.position for q in world.state.queries.values()
                      if not q.in_training and q.kind is not QueryKind.DISPUTE)
        for position in self.given:
            status = world.status(position)
            assert (position in world.loop.undecided) == (status is Status.UNDECIDED)
            assert waits[position] == (status is Status.WAITING)
            assert (position in world.known) == world.loop.trained(position)
            assert (position in world.against) == world.loop.unlearned(position)
            assert status is Status.KNOWN or position not in world.known

    @invariant()
    def the_engine_knows_the_effective_labels(self) -> None:
        for position, label in self.world.known.items():
            assert label == self.world.label(position) != -1

    @invariant()
    def the_queue_is_bounded(self) -> None:
        state = self.world.state
        bounds = {True: lane_size(state.settings), False: state.settings.queue_size}
        for audits, bound in bounds.items():
            lane = [q for q in state.queries.values() if (q.kind is QueryKind.AUDIT) == audits]
            assert len(lane) <= bound or all(q.lease for q in lane)

    @invariant()
    def no_reply_counts_twice(self) -> None:
        assert all(times == 1 for times in self.counted.values())

    @invariant()
    def an_example_is_asked_about_once(self) -> None:
        special = (QueryKind.DISPUTE, QueryKind.FOLLOW_UP)
        kinds = Tally((q.position, q.kind if q.kind in special else None)
                      for q in self.world.state.queries.values())
        assert all(times == 1 for times in kinds.values())

    @invariant()
    def undo_is_bounded(self) -> None:
        depth = self.world.state.settings.undo_depth
        assert all(len(entries) <= depth for entries in self.world.state.undo.values())

    def teardown(self) -> None:
        """The log alone gives the same state and columns; so does what the codec wrote."""
        if not hasattr(self, "world"):
            return
        state = self.world.state
        assert decode_state(json.loads(json.dumps(encode_state(state)))) == state
        again = World.__new__(World)
        again.loop = Loop()
        for event in self.world.events:
            kind, body = encode_event(event)
            again.loop.apply(decode_event(kind, json.loads(json.dumps(body))))
        assert again.state == state
        assert again.columns() == self.world.columns()


SessionMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=50, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
TestSession = SessionMachine.TestCase
