"""Short ways to write down what happens in a session, for the tests of the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from cincer.config import LoopSettings
from cincer.ledger import Batch, Ledger, Payload
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.session.state import Query, SessionState
from cincer.types import (
    Action,
    AnnotatorId,
    Entry,
    ExampleId,
    Position,
    QueryId,
    QueryKind,
    Status,
)

CLASSES = ("cat", "dog", "=cmd")


def started(at: float = 1.0) -> ev.Started:
    return ev.Started(LoopSettings(), CLASSES, "00ff", at)


def received(number: int, given: int | None = 0) -> tuple[ev.Event, tuple[fx.Effect, ...]]:
    """Example `ex-<number>` at the position of that number."""
    example, position = ExampleId(f"ex-{number}"), Position(number)
    event = ev.Received(example, position, given, "test", 0.5, 0.5, 2.0 + number)
    return event, (fx.Added(example, position, given, Status.UNDECIDED, "test"), fx.NeedScore())


def decided(
    number: int, decision: str = "accepted", predicted: int = 1, margin: float = 0.25
) -> tuple[ev.Event, tuple[fx.Effect, ...]]:
    position = Position(number)
    event = ev.Scored(position, predicted, margin, ((predicted, 0.6),), 1, 50.0 + number)
    told = fx.Decided(position, decision, predicted, margin, 1)
    if decision == "accepted":
        return event, (told, fx.Entered(position, Entry.ACCEPTED))
    return event, (told, fx.QueryPut(query(number)))


def query(number: int) -> Query:
    return Query(QueryId(f"q-{number}"), QueryKind.SUSPICIOUS, ExampleId(f"ex-{number}"),
                 Position(number), 0, 1, 0.25, ((1, 0.6),), 50.0)


def replied(
    number: int, action: Action = Action.RELABEL, label: int | None = 1, who: str = "ann"
) -> tuple[ev.Event, tuple[fx.Effect, ...]]:
    annotator, position = AnnotatorId(who), Position(number)
    event = ev.Replied(QueryId(f"q-{number}"), annotator, 1,
                       ev.Decision(action, label if action is Action.RELABEL else None), None,
                       90.0 + number, comment="sure", seconds=2.5, worker="w-1")
    return event, (
        fx.Asserted(position, event.query, annotator, action, label),
        fx.Entered(position, Entry.RELABELLED),
        fx.QueryDone(query(number), "answered", annotator),
        fx.ReplyNoted(event.query, annotator, True, (position,)),
    )


def undone(number: int, who: str = "ann") -> tuple[ev.Event, tuple[fx.Effect, ...]]:
    event = ev.Undone(QueryId(f"q-{number}"), AnnotatorId(who), 2, 300.0, 200.0 + number)
    return event, (
        fx.Retracted(Position(number), event.query),
        fx.Left(Position(number), Status.WAITING, "undone"),
        fx.QueryPut(query(number)),
    )


def filled(path: Path, examples: int = 5) -> Ledger:
    """A started ledger with some undecided examples."""
    ledger = Ledger.open(path)
    with ledger.batch() as batch:
        batch.record(started(), actor="admin")
        for number in range(examples):
            batch.record(*received(number), actor="source", payload=payload(number))
    return ledger


def payload(number: int) -> Payload:
    return Payload({"x": number, "secret": f"canary-{number}"}, {"from": "test"})


class Script:
    """A `step` that gives for each event the effects it was told; counts events in the state."""

    def __init__(self) -> None:
        self._effects: dict[ev.Event, tuple[fx.Effect, ...]] = {}
        self.state = SessionState()

    def tell(self, batch: Batch, told: tuple[ev.Event, tuple[fx.Effect, ...]], **rest: Any) -> None:
        """Record what happened, and remember it for the refold."""
        event, effects = told
        self._effects[event] = effects
        self.state, _ = self(self.state, event)
        batch.record(event, effects, **rest)
        batch.save_state(self.state)

    def __call__(
        self, state: SessionState, event: ev.Event
    ) -> tuple[SessionState, tuple[fx.Effect, ...]]:
        return replace(state, next_query=state.next_query + 1), self._effects[event]


def long_story(path: Path, examples: int = 40) -> Script:
    """A closed ledger in which everything has happened that can, and the step that refolds it."""
    script = Script()
    with Ledger.open(path) as ledger:
        with ledger.batch() as batch:
            script.tell(batch, (started(), ()), actor="admin")
            for n in range(examples):
                script.tell(batch, received(n), actor="source", payload=payload(n))
        with ledger.batch() as batch:
            for n in range(examples):
                script.tell(batch, decided(n, "accepted" if n % 3 else "asked"), actor="model",
                            key=f"k-{n}", digest="d", answer={"ok": True})
            for n in range(0, examples, 3):
                script.tell(batch, replied(n), actor="ann")
            script.tell(batch, undone(3), actor="ann")
            promoted = ev.Promoted(1, "abc", "models/1.pt", 12, 400.0)
            script.tell(batch, (promoted, ()), actor="trainer")
        ledger.erase(["ex-1", "ex-6"], actor="admin", at=500.0)
    return script
