"""A session to play with: a loop, a clock, and a model that says whatever it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cincer import acts
from cincer.config import LoopSettings
from cincer.loop import Loop, Outcome
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.session.queries import displayed, wants_counter
from cincer.session.state import Query
from cincer.types import (
    Action,
    AnnotatorId,
    Deed,
    ExampleId,
    Label,
    Position,
    QueryId,
    QueryKind,
    Remedy,
    Status,
)

CLASSES = ("ant", "bee", "cat")
KEY = "00112233445566778899aabbccddeeff"
COLUMNS = ("given", "human", "machine", "effective", "status", "entry", "role", "treatment",
           "weight")
KEEP = ev.Decision(Action.KEEP)
UNSURE = ev.Decision(Action.UNSURE)


def relabel(label: Label) -> ev.Decision:
    return ev.Decision(Action.RELABEL, label)


class World:
    """Drives a `Loop`; remembers the events, and what an engine would have been told to learn, and
    to unlearn (`against`)."""

    def __init__(self, **settings: Any) -> None:
        self.loop = Loop()
        self.events: list[ev.Event] = []
        self.known: dict[int, int] = {}
        self.against: dict[int, int] = {}
        self.now = 1000.0
        self.last = Outcome(())
        chosen = replace(LoopSettings(bootstrap=0, audit_share=0.0), **settings)
        self.do(ev.Started(chosen, CLASSES, KEY, self.now))

    @property
    def state(self) -> Any:
        return self.loop.state

    def do(self, event: ev.Event) -> tuple[fx.Effect, ...]:
        """Apply an event and tell the imagined engine; the effects."""
        self.last = self.loop.apply(event)
        self.events.append(event)
        for position in self.last.relabelled:
            self.known[position] = self.loop.data.effective(position)
            self.against.pop(position, None)
        for position in self.last.left:
            del (self.known if position in self.known else self.against)[position]
        for position in self.last.unlearned:
            self.against[position] = self.loop.data.effective(position)
        return self.last.effects

    def tick(self, seconds: float = 1.0) -> float:
        self.now += seconds
        return self.now

    def receive(self, given: Label | None = 0, draw: float = 1.0, thin: float = 0.5) -> Position:
        position = Position(len(self.loop.ids))
        self.do(ev.Received(ExampleId(f"x{position}"), position, given, "test", draw, thin,
                            self.tick()))
        return position

    def score(self, position: Position, predicted: Label, margin: float = 0.0) -> None:
        beliefs = ((predicted, 0.5 + margin / 2),)
        self.do(self.loop.scored(position, predicted, margin, beliefs, 1, self.tick()))

    def arrive(
        self, given: Label | None = 0, predicted: Label = 1, margin: float = 0.9, **draws: float
    ) -> Position:
        position = self.receive(given, **draws)
        self.score(position, predicted, margin)
        return position

    def known_example(self, label: Label) -> Position:
        """One that was accepted with this label."""
        return self.arrive(label, label, 0.0)

    def about(self, position: Position, kind: QueryKind | None = None) -> Query:
        """The open query about an example."""
        return next(q for q in self.state.queries.values()
                    if q.position == position and kind in (None, q.kind))

    def candidates(self, query: Query) -> list[Position]:
        return [Position(p) for p, label in sorted(self.known.items())
                if label == query.predicted and p != query.position
                and p not in self.loop.excluded(query)]

    def pick(self, query: QueryId, *positions: Position | None) -> None:
        """A pair for the query: the given counter-examples, else the first candidates."""
        found = self.state.queries[query]
        chosen = list(positions) or self.candidates(found)[:self.loop.counters_wanted(found)]
        first, *others = [position if position is None else
                          self.loop.counter(position, 0, ((0, 0.9),), 1.0)
                          for position in chosen] or [None]
        self.do(ev.Picked(query, first, 1, self.tick(), tuple(filter(None, others))))

    def lease(self, query: QueryId, who: str = "ann") -> int:
        """Lease, pick if a pair is wanted; the epoch."""
        event = self.loop.leased(query, AnnotatorId(who), self.tick())
        self.do(event)
        if wants_counter(self.state.queries[query]):
            self.pick(query)
        return event.epoch

    def show(self, query: QueryId, who: str = "ann", pair: Position | None = None) -> int:
        """Lease and display; the epoch."""
        epoch = self.lease(query, who)
        if pair is not None:
            self.pick(query, pair)
        self.do(ev.Displayed(query, AnnotatorId(who), epoch, self.tick()))
        return epoch

    def reply(
        self, query: QueryId, example: ev.Decision | None, counter: ev.Decision | None = None,
        who: str = "ann", epoch: int | None = None, others: Sequence[ev.Decision | None] = (),
    ) -> tuple[fx.Effect, ...]:
        return self.do(self.loop.replied(
            query, AnnotatorId(who), epoch, example, counter, self.tick(), others=others))

    def release(self, query: QueryId, who: str = "ann", reason: str = "expired") -> None:
        epoch = self.state.queries[query].lease.epoch
        self.do(ev.Released(query, AnnotatorId(who), epoch, reason, self.tick()))

    def undo(self, who: str = "ann") -> tuple[fx.Effect, ...]:
        return self.do(self.loop.undone(AnnotatorId(who), self.tick()))

    def resolve(
        self, action: str, *positions: Position, who: str = "cara", label: Label | None = None,
        of: Position | None = None, spoken: Any = lambda position: False,
    ) -> acts.Plan:
        """A curator's act on labels; what came of it."""
        plan = acts.resolved(
            self.loop, Deed(action), [self.loop.ids[p] for p in positions], AnnotatorId(who),
            self.tick(), label=label, of=None if of is None else self.loop.ids[of], spoken=spoken)
        return self.act(plan)

    def answer(
        self, action: str, *positions: Position, who: str = "cara",
        remedy: Remedy = Remedy.RELABEL, label: Label | None = 2,
    ) -> acts.Plan:
        """A curator's answer to a suggestion for these examples."""
        proposal = ev.Proposal(remedy, label if remedy is Remedy.RELABEL else None, "rdia", 3, "")
        doubt = ev.Doubt(2, 0.7, ((2, 0.8),)) if action == "ask" else None
        return self.act(acts.answered(
            self.loop, Deed(action),
            {self.loop.ids[p]: acts.Proposed(proposal, doubt, 0.1) for p in positions},
            AnnotatorId(who), self.tick()))

    def act(self, plan: acts.Plan) -> acts.Plan:
        if plan.event is not None:
            self.do(plan.event)
        return plan

    def undo_act(self, who: str = "cara") -> tuple[fx.Effect, ...]:
        return self.do(acts.act_undone(self.loop, AnnotatorId(who), self.tick()))

    def redo_act(self, who: str = "cara") -> acts.Plan:
        return self.act(acts.act_redone(self.loop, AnnotatorId(who), self.tick()))

    def columns(self) -> dict[str, Any]:
        """All that the column store holds, and who said what."""
        held: dict[str, Any] = {n: self.loop.data.column(n).tolist() for n in COLUMNS}
        stood = [self.loop.stood(Position(p)) for p in range(len(self.loop.ids))]
        held["reasons"] = [None if s.status is Status.WAITING else s.reason for s in stood]
        held["proposals"] = [s.proposal for s in stood]
        held["labels"] = [self.loop.data.labels(p) for p in range(len(self.loop.ids))]
        held["words"] = [self.loop.words(Position(p)) for p in range(len(self.loop.ids))]
        return held

    def label(self, position: Position) -> Label:
        return self.loop.data.effective(position)

    def status(self, position: Position) -> Status:
        return self.loop.data.status(position)

    def held(self) -> list[Query]:
        return [q for q in self.state.queries.values() if q.lease is not None]

    def shown(self) -> list[Query]:
        return [q for q in self.state.queries.values() if displayed(q)]


def of(kind: type, effects: tuple[fx.Effect, ...]) -> list[Any]:
    """The effects of one kind."""
    return [effect for effect in effects if isinstance(effect, kind)]
