"""The synchronous driver: the loop with its model beside it, for experiments and notebooks.

The same `Loop` as in the server; here the engine answers at once. An arrival is scored by a model
that contains everything before it; a reply changes labels, then the head, then what waits. A
model is refitted when it is next asked for something, so a run of arrivals that nobody scores (the
bootstrap) costs one refit.

`record(event, effects)` is called after each event that was folded: a ledger can be attached.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from .config import LoopSettings
from .errors import Conflict, NotFound
from .loop import Loop, Outcome, beliefs
from .rng import derive, generator
from .rows import Rows
from .session import effects as fx
from .session import events as ev
from .session.queries import displayed, unknown, wants_counter
from .session.state import Query
from .types import NO_LABEL, AnnotatorId, ExampleId, Label, Position, QueryId, Seconds

if TYPE_CHECKING:
    from .answers import Explanation, Pick
    from .engine import Engine
    from .models.learned import Learned

Record = Callable[[ev.Event, tuple[fx.Effect, ...]], None]

TICK = 1e-3
"""Seconds that pass with each event where no clock is given."""


class Runner:
    """One session in this process. `inputs` are the engine's rows; `clock` gives seconds, by
    default a count of events, so that a run is the same each time. `refit_every`: changes that
    arrivals may leave unabsorbed before the next score (1 = Algorithm 1)."""

    def __init__(
        self, engine: Engine, inputs: Rows, classes: Sequence[str], *,
        settings: LoopSettings | None = None, seed: int = 1, record: Record | None = None,
        clock: Callable[[], Seconds] | None = None, refit_every: int = 1,
    ) -> None:
        self.loop = Loop()
        self.engine = engine
        self.inputs = inputs
        self._record = record
        self._clock = clock or _Ticks()
        self._refit_every = refit_every
        self._changed = 0
        self._may_score = False
        self._picks: dict[QueryId, None] = {}
        self._draws = generator(seed, "audits")
        key = f"{derive(seed, 'roles'):016x}"
        self.apply(ev.Started(settings or LoopSettings(), tuple(classes), key, self._clock()))

    @property
    def queries(self) -> tuple[Query, ...]:
        """The open queries, in the order they were opened."""
        return tuple(self.loop.state.queries.values())

    def query(self, query: QueryId) -> Query:
        """An open query; `NotFound`."""
        found = self.loop.state.queries.get(query)
        if found is None:
            raise unknown(query)
        return found

    # ---- arrivals ------------------------------------------------------------------------------

    def receive(self, example: ExampleId, row: ArrayLike, given: Label | None) -> Query | None:
        """An arrival; the query about it, if one was opened. Its pair is found by `show`."""
        numbers = self.inputs.check(row)
        position = Position(len(self.inputs))
        draw, thin = self._draws.random(2).tolist()
        event = ev.Received(example, position, given, "runner", draw, thin, self._clock())
        outcome = self._fold(event)
        self.inputs.append(numbers)
        self._tell(outcome)
        self._settle()
        return next((q for q in self.queries if q.position == position), None)

    def show(self, query: QueryId) -> Query:
        """The query with its pair by the newest model; `NotFound` also for a follow-up that ends
        because there is nothing left to show."""
        self._refit(1)
        found = self.query(query)
        if wants_counter(found) and not displayed(found) and found.picked != self.engine.version:
            self._pick(query)
        return self.query(query)

    def explain(self, query: QueryId) -> Explanation:
        """What the counter-example of an open query does to the suspicion, by the newest model.
        `Conflict` where it has none."""
        found = self.show(query)
        if found.counter_example is None or found.given is None:
            raise Conflict(f"{query} has no counter-example to explain", query=query)
        return self.engine.explain(found.position, found.given, found.counter_example.position)

    def follow_ups(self) -> tuple[Query, ...]:
        """The open follow-ups, oldest first, each with its counter-example by the newest model."""
        for query in self._following():
            with suppress(NotFound):
                self.show(query.id)
        return self._following()

    def _following(self) -> tuple[Query, ...]:
        return tuple(query for query in self.queries if query.chain is not None)

    # ---- people --------------------------------------------------------------------------------

    def lease(self, annotator: AnnotatorId, count: int = 1) -> tuple[Query, ...]:
        """Up to `count` queries for this annotator, most urgent first, with their pairs."""
        at = self._clock()
        chosen = self.loop.choose(annotator, count, at)
        for query in chosen:
            self.apply(self.loop.leased(query, annotator, at))
        self._settle()
        return tuple(self.query(query) for query in chosen)

    def display(self, query: QueryId, annotator: AnnotatorId) -> Query:
        """The pair is on the screen: it stands still from here on."""
        epoch = self.query(query).epoch
        self.apply(ev.Displayed(query, annotator, epoch, self._clock()))
        return self.query(query)

    def reply(
        self, query: QueryId, annotator: AnnotatorId, example: ev.Decision | None,
        counter_example: ev.Decision | None = None, *,
        others: Sequence[ev.Decision | None] = (), comment: str = "",
        seconds: Seconds | None = None,
    ) -> Outcome:
        """An answer; who does not hold the query yet takes it as it stands. `example` None in a
        follow-up; `others`: verdicts on further counter-examples, in order. Labels, head and
        waiting queries are up to date afterwards, and follow-ups have their pair."""
        if query in self.loop.state.queries:
            self._take(query, annotator)
        outcome = self.apply(self.loop.replied(
            query, annotator, None, example, counter_example, self._clock(), others=others,
            comment=comment, seconds=seconds))
        self._refit(1)
        self._settle()
        return outcome

    def _take(self, query: QueryId, annotator: AnnotatorId) -> None:
        lease = self.query(query).lease
        if lease is None or lease.annotator != annotator:
            self.apply(self.loop.leased(query, annotator, self._clock()))
        self._picks.pop(query, None)
        if self.query(query).chain is not None and self.query(query).counter_example is None:
            self._pick(query)
        if not displayed(self.query(query)):
            self.display(query, annotator)

    def skip(self, query: QueryId, annotator: AnnotatorId) -> None:
        """Somebody else first."""
        epoch = self.query(query).epoch
        self.apply(ev.Skipped(query, annotator, epoch, self._clock()))

    def release(self, query: QueryId, annotator: AnnotatorId, reason: str = "returned") -> None:
        epoch = self.query(query).epoch
        self.apply(ev.Released(query, annotator, epoch, reason, self._clock()))

    def undo(self, annotator: AnnotatorId) -> QueryId:
        """Take back the annotator's newest reply; the query that is theirs again."""
        event = self.loop.undone(annotator, self._clock())
        self.apply(event)
        self._refit(1)
        self._settle()
        return event.query

    def act(self, event: ev.Resolved | ev.ActUndone | ev.ActRedone) -> Outcome:
        """A curator's act, as `cincer.acts` makes it. Labels, head and waiting queries are up to
        date afterwards."""
        outcome = self.apply(event)
        self._refit(1)
        self._settle()
        return outcome

    def now(self) -> Seconds:
        """The time of the next event."""
        return self._clock()

    def tune(self, settings: LoopSettings) -> None:
        self.apply(ev.Tuned(settings, self._clock()))
        self._settle()

    def promoted(
        self, network: Any, digest: str, path: str = "", learned: Learned | None = None
    ) -> None:
        """A newly trained network becomes the model; `learned` as of `Engine.promote`."""
        version = self.loop.state.model + 1
        self.apply(ev.Promoted(version, digest, path, self.loop.state.counters.replies,
                               self._clock()))
        self.engine.promote(network, learned)
        self._changed = 0
        self._rescore()
        self._settle()

    # ---- the model -----------------------------------------------------------------------------

    def apply(self, event: ev.Event) -> Outcome:
        """Fold one event, record it, and tell the engine what changed."""
        outcome = self._fold(event)
        self._tell(outcome)
        return outcome

    def refresh(self) -> None:
        """The model contains everything that is known."""
        self._refit(1)

    def _fold(self, event: ev.Event) -> Outcome:
        outcome = self.loop.apply(event)
        if self._record is not None:
            self._record(event, outcome.effects)
        return outcome

    def _tell(self, outcome: Outcome) -> None:
        data = self.loop.data
        if outcome.relabelled:
            self.engine.enter(outcome.relabelled, [data.effective(p) for p in outcome.relabelled])
        if outcome.left:
            self.engine.leave(outcome.left)
        self.engine.settled.tell(outcome.spoken, [self.loop.settled(p) for p in outcome.spoken])
        self._changed += len(outcome.relabelled) + len(outcome.left)
        for effect in outcome.effects:
            if isinstance(effect, fx.NeedScore):
                self._may_score = True
            elif isinstance(effect, fx.NeedPick):
                self._picks[effect.query] = None

    def _settle(self) -> None:
        """Answer every request that is open."""
        while True:
            if self._picks:
                query = next(iter(self._picks))
                del self._picks[query]
                self._refit(1)
                self._pick(query)
            elif self._may_score and self.loop.undecided:
                self._score(next(iter(self.loop.undecided)))
            else:
                self._may_score = False
                return

    def _score(self, position: Position) -> None:
        self._refit(self._refit_every)
        self._may_score = not self.loop.state.settings.synchronous
        given = self.loop.given(position)
        found = self.engine.score([position], [NO_LABEL if given is None else given])
        self.apply(self.loop.scored(
            position, int(found.predicted[0]), float(found.margin[0]), beliefs(found.probs[0]),
            found.version, self._clock()))

    def _pick(self, query: QueryId) -> None:
        found = self.loop.state.queries.get(query)
        if found is None or displayed(found) or not wants_counter(found):
            return
        given = NO_LABEL if found.given is None else found.given
        pick = self.engine.pick(found.position, given, found.predicted,
                                self.loop.excluded(found), self.loop.counters_wanted(found))
        first, *others = self._counters(pick, given) or [None]
        self.apply(ev.Picked(query, first, pick.version, self._clock(),
                             tuple(filter(None, others))))

    def _counters(self, pick: Pick, given: Label) -> list[ev.Counter | None]:
        found = (
            self.loop.counter(each.position, int(each.probs.argmax()), beliefs(each.probs),
                              each.score, float(pick.probs[given]), each.predicted_change)
            for each in pick.candidates)
        return [counter for counter in found if counter is not None]

    def _refit(self, least: int) -> None:
        """Absorb the changes, if there are at least so many; what waits is scored again."""
        while self._changed >= least:
            self._changed = 0
            self.engine.refit()
            self.engine.settle()
            self._rescore()

    def _rescore(self) -> None:
        waiting = [query for query in self.queries if not displayed(query)]
        if not waiting:
            return
        given = [NO_LABEL if query.given is None else query.given for query in waiting]
        found = self.engine.score([query.position for query in waiting], given)
        scores = zip(waiting, found.predicted, found.margin, found.probs, strict=True)
        opinions = self.loop.opinions(
            (query, int(predicted), float(margin), beliefs(probs))
            for query, predicted, margin, probs in scores)
        if opinions:
            self.apply(ev.Rescored(opinions, found.version, self._clock()))


class _Ticks:
    """A clock that counts its readings."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> Seconds:
        self._count += 1
        return self._count * TICK
