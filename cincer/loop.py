"""One loop for every driver: `step` and the column store, moved together.

`Loop.apply(event)` folds the event and applies its facts; the outcome says what the model has to
be told. The server, the in-process runner and the tests all go through here. The other methods
make events: they fill in what an event must carry about the state and the store as they are now.

Who speaks about an example is kept here as a stack of words; of these the column store holds the
labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .dataset import Dataset, Treatment
from .errors import Conflict, InvalidInput, NotFound, Stale
from .session import choose, step
from .session import effects as fx
from .session import events as ev
from .session.queries import unknown
from .session.state import Query, SessionState, UndoEntry
from .types import (
    NO_LABEL,
    ActId,
    Action,
    AnnotatorId,
    Belief,
    ExampleId,
    Label,
    Position,
    QueryId,
    QueryKind,
    Remedy,
    Seconds,
    Status,
)

BELIEFS = 5
"""Classes named in an opinion, the most probable first."""

TOLERANCE = 0.01
"""A margin that moved less is not worth an event, unless it crosses the threshold."""

DECIDED_STATUS = {
    "asked": Status.WAITING, "audited": Status.WAITING, "unlabelled": Status.UNLABELLED,
}
"""Where a decision alone puts an example; entering or leaving may move it on."""

TREATMENTS = {Remedy.UNLEARN: Treatment.UNLEARN, Remedy.DROP: Treatment.DROP}
"""What an accepted suggestion does to training; a new label alone changes nothing there."""

_CE = tuple(Treatment).index(Treatment.CE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event did. `relabelled`: positions that are trained on from now, or whose effective
    label changed while they are; `left`: positions that are trained on no more."""

    effects: tuple[fx.Effect, ...]
    relabelled: tuple[Position, ...] = ()
    left: tuple[Position, ...] = ()

    @property
    def spoken(self) -> tuple[Position, ...]:
        """Positions about which somebody's word came or was taken back."""
        return tuple(effect.position for effect in self.effects
                     if isinstance(effect, fx.Asserted | fx.Retracted))


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said about an example; `label` None where the verdict names no class."""

    query: QueryId | ActId
    annotator: AnnotatorId
    action: Action
    label: Label | None
    at: Seconds


class Loop:
    """State and column store of one session. `ids` are the examples' ids by position,
    `undecided` the positions that wait for a score, in order."""

    def __init__(self) -> None:
        self.state = SessionState()
        self.ids: list[ExampleId] = []
        self.undecided: dict[Position, None] = {}
        self._positions: dict[ExampleId, Position] = {}
        self._words: dict[Position, list[Word]] = {}
        self._proposals: dict[Position, ev.Proposal] = {}
        self._reasons: dict[Position, str] = {}
        self._data: Dataset | None = None
        self._before: dict[Position, tuple[bool, Label]] = {}

    @classmethod
    def resume(
        cls, state: SessionState, data: Dataset, ids: Iterable[ExampleId],
        words: Mapping[Position, Sequence[Word]],
        proposals: Mapping[Position, ev.Proposal], reasons: Mapping[Position, str],
    ) -> Loop:
        """A loop that goes on: `words` are those not taken back, oldest first, `proposals` the
        decided suggestions, `reasons` why examples have left the training set."""
        loop = cls()
        loop.state, loop._data, loop.ids = state, data, list(ids)
        loop._positions = {example: Position(at) for at, example in enumerate(loop.ids)}
        loop._words = {position: list(said) for position, said in words.items()}
        loop._proposals, loop._reasons = dict(proposals), dict(reasons)
        waiting = data.positions(Status.UNDECIDED).tolist()
        loop.undecided = dict.fromkeys(map(Position, waiting))
        return loop

    @property
    def data(self) -> Dataset:
        """The column store; there is one once the session has started."""
        if self._data is None:
            raise Conflict("the session has not started")
        return self._data

    def position(self, example: ExampleId) -> Position:
        """Where an example is; `NotFound`."""
        try:
            return self._positions[example]
        except KeyError:
            raise NotFound(f"no example {example!r}", example=example) from None

    def __contains__(self, example: ExampleId) -> bool:
        return example in self._positions

    def words(self, position: Position) -> tuple[Word, ...]:
        """What was said about an example and not taken back, oldest first."""
        return tuple(self._words.get(position, ()))

    def settled(self, position: Position) -> bool:
        """Whether a person has confirmed or changed its label, and not taken it back, nor has a
        curator reopened it since."""
        for word in reversed(self._words.get(position, ())):
            if word.label is not None or word.action is Action.GOOD:
                return True
            if word.action is Action.REOPEN:
                return False
        return False

    def proposal(self, position: Position) -> ev.Proposal | None:
        """The decided suggestion about an example."""
        return self._proposals.get(position)

    def stood(self, position: Position) -> ev.Stood:
        """Where an example stands now, as an act notes it."""
        status = self.data.status(position)
        return ev.Stood(
            status, self.data.entry(position) if status is Status.KNOWN else None,
            self._reasons.get(position), self.data.role(position), self._proposals.get(position))

    def trained(self, position: Position) -> bool:
        """Whether an example is trained on under its effective label: it is known, and no
        accepted suggestion has it unlearned or left out."""
        return (self.data.status(position) is Status.KNOWN
                and self.data.treatment(position) is Treatment.CE)

    def all_trained(self) -> NDArray[np.int64]:
        """Positions of all that is `trained`, ascending."""
        known = self.data.positions(Status.KNOWN)
        plain: NDArray[np.int64] = known[self.data.column("treatment")[known] == _CE]
        return plain

    def all_settled(self) -> list[Position]:
        """Every settled position."""
        return [position for position in self._words if self.settled(position)]

    # ---- telling -------------------------------------------------------------------------------

    def apply(self, event: ev.Event) -> Outcome:
        """Fold one event. Raises what `step` raises, `Conflict` for an id that is there already,
        `Stale` for a score of what is decided; then nothing has changed."""
        self._check(event)
        state, effects = step(self.state, event)
        self.state = state
        if isinstance(event, ev.Started):
            self._data = Dataset(len(event.classes))
        self._before = {}
        for effect in effects:
            put = _APPLY.get(type(effect))
            if put is not None:
                put(self, effect, event.at)
        return self._outcome(effects)

    def _check(self, event: ev.Event) -> None:
        if isinstance(event, ev.Received) and event.example in self._positions:
            raise Conflict(f"example {event.example!r} is there already", example=event.example)
        if isinstance(event, ev.Scored) and event.position not in self.undecided:
            raise Stale(f"example {event.example!r} is decided", example=event.example)

    def _outcome(self, effects: tuple[fx.Effect, ...]) -> Outcome:
        if not self._before:
            return Outcome(effects)
        after = {position: self._stand(position) for position in self._before}
        return Outcome(
            effects,
            relabelled=tuple(p for p, now in after.items() if now[0] and now != self._before[p]),
            left=tuple(p for p, now in after.items() if self._before[p][0] and not now[0]))

    def _stand(self, position: Position) -> tuple[bool, Label]:
        return self.trained(position), self.data.effective(position)

    def _touch(self, position: Position) -> None:
        if position not in self._before:
            self._before[position] = self._stand(position)

    def _added(self, effect: fx.Added, at: Seconds) -> None:
        given = NO_LABEL if effect.given is None else effect.given
        position = self.data.add(given, effect.status)
        self.ids.append(effect.example)
        self._positions[effect.example] = position
        if effect.status is Status.UNDECIDED:
            self.undecided[position] = None

    def _decided(self, effect: fx.Decided, at: Seconds) -> None:
        self.undecided.pop(effect.position, None)
        status = DECIDED_STATUS.get(effect.decision)
        if status is not None:
            self.data.set_status(effect.position, status)

    def _entered(self, effect: fx.Entered, at: Seconds) -> None:
        self._touch(effect.position)
        self.data.set_status(effect.position, Status.KNOWN)
        self.data.set_entry(effect.position, effect.entry)
        self._reasons.pop(effect.position, None)

    def _left(self, effect: fx.Left, at: Seconds) -> None:
        self._touch(effect.position)
        self.data.set_status(effect.position, effect.status)
        self.data.set_entry(effect.position, None)
        if effect.reason is None:
            self._reasons.pop(effect.position, None)
        else:
            self._reasons[effect.position] = effect.reason

    def _asserted(self, effect: fx.Asserted, at: Seconds) -> None:
        self._touch(effect.position)
        said = Word(effect.query, effect.annotator, effect.action, effect.label, at)
        self._words.setdefault(effect.position, []).append(said)
        if effect.label is not None:
            self.data.assert_label(effect.position, effect.label, effect.query, effect.annotator)
        self._treat(effect.position)

    def _retracted(self, effect: fx.Retracted, at: Seconds) -> None:
        self._touch(effect.position)
        stack = self._words.pop(effect.position)
        kept = [word for word in stack if word.query != effect.query]
        if kept:
            self._words[effect.position] = kept
        if any(word.label is not None for word in stack if word.query == effect.query):
            self.data.retract(effect.position, effect.query)
        self._treat(effect.position)

    def _suggested(self, effect: fx.Suggested, at: Seconds) -> None:
        self._touch(effect.position)
        found = effect.proposal
        if found is None:
            del self._proposals[effect.position]
        else:
            self._proposals[effect.position] = found
        if found is None or found.label is None:
            self.data.drop_suggestion(effect.position)
        else:
            self.data.suggest(effect.position, found.label, found.method, found.version)
            self.data.accept_suggestion(effect.position, found.state == "accepted")
        self._treat(effect.position)

    def _treat(self, position: Position) -> None:
        """An accepted suggestion counts while no person's word settles the example."""
        found = self._proposals.get(position)
        if found is None and self.data.treatment(position) is Treatment.CE:
            return
        counts = found is not None and found.state == "accepted" and not self.settled(position)
        self.data.set_treatment(
            position, TREATMENTS.get(found.remedy, Treatment.CE) if counts and found
            else Treatment.CE)

    def _role_set(self, effect: fx.RoleSet, at: Seconds) -> None:
        self.data.set_role(effect.position, effect.role)

    # ---- making events -------------------------------------------------------------------------

    def choose(self, annotator: AnnotatorId, count: int, at: Seconds) -> tuple[QueryId, ...]:
        """Queries to lease to this annotator, most urgent first; changes nothing."""
        return choose(self.state, annotator, count, at)

    def scored(
        self, position: Position, predicted: Label, margin: float | None,
        beliefs: tuple[Belief, ...], version: int, at: Seconds,
    ) -> ev.Scored:
        """The model's opinion of an undecided example; its margin is left out without a label."""
        given = self.given(position)
        return ev.Scored(self.ids[position], position, given, predicted,
                         None if given is None else margin, beliefs, version, at)

    def given(self, position: Position) -> Label | None:
        """The label an example came with."""
        found = int(self.data.column("given")[position])
        return None if found == NO_LABEL else found

    def counter(
        self, position: Position, predicted: Label, beliefs: tuple[Belief, ...], score: float,
        given_probability: float | None = None, predicted_change: float | None = None,
    ) -> ev.Counter | None:
        """A picked counter-example with the label it has now; None if it has left meanwhile."""
        known, label = self._stand(position)
        if not known:
            return None
        return ev.Counter(self.ids[position], position, label, predicted, beliefs, score,
                          given_probability, predicted_change)

    def opinions(
        self, scores: Iterable[tuple[Query, Label, float | None, tuple[Belief, ...]]],
    ) -> tuple[ev.Opinion, ...]:
        """Of new (query, predicted, margin, beliefs) those that are worth an event."""
        return tuple(
            ev.Opinion(query.id, predicted, None if query.given is None else margin, beliefs)
            for query, predicted, margin, beliefs in scores
            if query.chain is None
            and self._matters(query, predicted, None if query.given is None else margin))

    def _matters(self, query: Query, predicted: Label, margin: float | None) -> bool:
        if predicted != query.predicted:
            return True
        if margin is None or query.margin is None:
            return False
        threshold = self.state.threshold
        crossed = (margin > threshold) != (query.margin > threshold)
        return crossed or abs(margin - query.margin) >= TOLERANCE

    def leased(self, query: QueryId, annotator: AnnotatorId, at: Seconds) -> ev.Leased:
        """The next lease of an open query."""
        deadline = at + self.state.settings.lease_seconds
        return ev.Leased(query, annotator, self._open(query).epoch + 1, deadline, at)

    def _open(self, query: QueryId) -> Query:
        found = self.state.queries.get(query)
        if found is None:
            raise unknown(query)
        return found

    def excluded(self, query: Query) -> list[Position]:
        """What may not be shown beside a query: what was judged in it or in its chain, and for a
        follow-up whatever a person has spoken on."""
        if query.kind is not QueryKind.FOLLOW_UP:
            return list(query.judged)
        said = np.fromiter(self._words, dtype=np.int64, count=len(self._words))
        same = said[self.data.column("effective")[said] == query.predicted]
        return [*query.judged, *map(Position, same.tolist())]

    def counters_wanted(self, query: Query) -> int:
        """How many known examples are shown beside it at most."""
        return 1 if query.chain is not None else self.state.settings.counter_examples

    def replied(
        self, query: QueryId, annotator: AnnotatorId, epoch: int | None,
        example: ev.Decision | None, counter_example: ev.Decision | None, at: Seconds, *,
        others: Sequence[ev.Decision | None] = (), comment: str = "",
        seconds: Seconds | None = None, worker: str | None = None,
    ) -> ev.Replied:
        """A reply with how its sides stand now. `epoch` None: whichever lease is theirs. `example`
        None: it is settled, which is so in a follow-up alone (`InvalidInput`)."""
        found = self.state.queries.get(query)
        if epoch is None:
            epoch = _epoch_of(found, annotator)
        if example is None:
            if found is not None and found.chain is None:
                raise InvalidInput("a reply says what is decided for the example", query=query)
            example = ev.Decision(Action.KEEP)
        standing = [self.standing(other.position) for other in found.counters] if found else []
        return ev.Replied(
            query, annotator, epoch, example, counter_example, at,
            self.standing(found.position) if found is not None else None,
            standing[0] if standing else None, comment, seconds, worker, tuple(others),
            tuple(standing[1:]) if others else ())

    def standing(self, position: Position) -> ev.Standing:
        """How an example stands now: its newest human label and whose, its entry and role."""
        known = self.data.status(position) is Status.KNOWN
        entry = self.data.entry(position) if known else None
        for word in reversed(self._words.get(position, ())):
            if word.label is not None:
                return ev.Standing(word.label, word.annotator, word.at, entry,
                                   self.data.role(position))
        return ev.Standing(entry=entry, role=self.data.role(position))

    def undone(self, annotator: AnnotatorId, at: Seconds) -> ev.Undone:
        """Taking back the annotator's newest reply; `NotFound` if there is none."""
        entries = self.state.undo.get(annotator, ())
        if not entries:
            raise NotFound("there is no reply to take back", annotator=annotator)
        entry = entries[-1]
        query = self.state.queries.get(entry.query.id, entry.query)
        return ev.Undone(
            query.id, annotator, query.epoch + 1, at + self.state.settings.lease_seconds, at,
            tuple(m.position for m in entry.marks if self._superseded(m.position, entry)))

    def _superseded(self, position: Position, entry: UndoEntry) -> bool:
        stack = self._words.get(position, [])
        return bool(stack) and stack[-1].query != entry.query.id and stack[-1].at >= entry.at


def _epoch_of(query: Query | None, annotator: AnnotatorId) -> int:
    """Epoch of this annotator's lease, held or last; else any that `step` will judge."""
    if query is None:
        return 0
    mine = [lease for lease in (query.lease, query.last)
            if lease is not None and lease.annotator == annotator]
    return mine[0].epoch if mine else query.epoch


def beliefs(probs: NDArray[np.floating[Any]], count: int = BELIEFS) -> tuple[Belief, ...]:
    """The `count` most probable classes of one row (K,) of probabilities, largest first."""
    order = np.argsort(-probs, kind="stable")[:count]
    return tuple((int(label), float(probs[label])) for label in order)


_APPLY: dict[type, Callable[[Loop, Any, Seconds], None]] = {
    fx.Added: Loop._added,
    fx.Decided: Loop._decided,
    fx.Entered: Loop._entered,
    fx.Left: Loop._left,
    fx.Asserted: Loop._asserted,
    fx.Retracted: Loop._retracted,
    fx.RoleSet: Loop._role_set,
    fx.Suggested: Loop._suggested,
}
