"""Short ways to write down what happens in a session, for the tests of the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cincer.config import LoopSettings
from cincer.ledger import Ledger, Payload
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.session.state import Query, SessionState
from cincer.session.step import step
from cincer.types import (
    ActId,
    Action,
    AnnotatorId,
    Deed,
    Entry,
    ExampleId,
    Position,
    QueryId,
    QueryKind,
    Remedy,
    Status,
)

CLASSES = ("cat", "dog", "=cmd")


def started(at: float = 1.0) -> ev.Started:
    return ev.Started(LoopSettings(bootstrap=0, audit_share=0.0), CLASSES, "00ff", at)


def received(number: int, given: int | None = 0) -> tuple[ev.Event, tuple[fx.Effect, ...]]:
    """Example `ex-<number>` at the position of that number."""
    example, position = ExampleId(f"ex-{number}"), Position(number)
    event = ev.Received(example, position, given, "test", 0.5, 0.5, 2.0 + number)
    return event, (fx.Added(example, position, given, Status.UNDECIDED, "test"), fx.NeedScore())


def decided(
    number: int, decision: str = "accepted", predicted: int = 1, margin: float = 0.25
) -> tuple[ev.Event, tuple[fx.Effect, ...]]:
    position = Position(number)
    event = ev.Scored(ExampleId(f"ex-{number}"), position, 0, predicted, margin,
                      ((predicted, 0.6),), 0, 50.0 + number)
    told = fx.Decided(position, decision, predicted, margin, 0)
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


class Story:
    """A session that goes on in a ledger: what is told goes through `step` and is recorded."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.state = ledger.load().state

    def tell(self, *told: ev.Event, actor: str = "test", key: str | None = None) -> None:
        """All of it in one batch, the key on the last; payloads come with arrivals."""
        with self.ledger.batch() as batch:
            for event in told:
                self.state, effects = step(self.state, event)
                arrives = isinstance(event, ev.Received)
                last = key if event is told[-1] else None
                batch.record(event, effects, actor=actor, key=last, digest="d", answer={"ok": 1},
                             payload=payload(event.position) if arrives else None)
            batch.save_state(self.state)

    def answer(
        self, number: int, action: Action, label: int | None = None, who: str = "ann",
        counter: ev.Decision | None = None,
    ) -> None:
        """Lease, display and answer the query `q<number>`."""
        query, annotator = self.state.queries[QueryId(f"q-{number}")], AnnotatorId(who)
        epoch, at = query.epoch + 1, 1000.0 + self.ledger.head()[0]
        self.tell(
            ev.Leased(query.id, annotator, epoch, at + 60, at),
            ev.Displayed(query.id, annotator, epoch, at + 1),
            ev.Replied(query.id, annotator, epoch, ev.Decision(action, label), counter, at + 2,
                       comment="=sure", seconds=2.5),
            actor=who, key=f"reply-{number}-{epoch}")

    def undo(self, number: int, who: str = "ann") -> None:
        query, annotator = QueryId(f"q-{number}"), AnnotatorId(who)
        entry = self.state.undo[annotator][-1]
        epoch = self.state.queries.get(query, entry.query).epoch + 1
        self.tell(ev.Undone(query, annotator, epoch, 9000.0, 5000.0), actor=who)


def judged(number: int, stood: ev.Stood, shown: int = 0, **said: Any) -> ev.Judged:
    return ev.Judged(ExampleId(f"ex-{number}"), Position(number), shown, stood, **said)


def curate(story: Story) -> None:
    """Acts of two curators on `ex-30` and after: a word on a label, a duplicate, one taken back and
    done again, one only taken back, and suggestions accepted, rejected and asked about."""
    known = ev.Stood(Status.KNOWN, Entry.ACCEPTED)
    cara, carl = AnnotatorId("cara"), AnnotatorId("carl")
    relabelled = (judged(31, known, decision=ev.Decision(Action.RELABEL, 1)),
                  judged(32, known, decision=ev.Decision(Action.RELABEL, 1)))
    removed = (judged(34, known, decision=ev.Decision(Action.REMOVE)),)
    story.tell(
        ev.Resolved(ActId("a-1"), cara, Deed.RELABEL, relabelled, 2100.0, comment="all dogs"),
        ev.ActUndone(ActId("a-1"), cara, (), 2101.0),
        ev.ActRedone(ActId("a-1"), cara, Deed.RELABEL, relabelled, 2102.0, comment="all dogs"),
        ev.Resolved(ActId("a-2"), carl, Deed.DUPLICATE, removed, 2103.0, of=ExampleId("ex-35")),
        ev.Resolved(ActId("a-3"), carl, Deed.CONFIRM,
                    (judged(35, known, decision=ev.Decision(Action.KEEP)),), 2104.0),
        ev.ActUndone(ActId("a-3"), carl, (), 2105.0), actor="cara", key="acts")
    for number, (at, deed, remedy, state) in enumerate((
        (28, Deed.ACCEPT, Remedy.RELABEL, "accepted"), (29, Deed.ACCEPT, Remedy.DROP, "accepted"),
        (37, Deed.REJECT, Remedy.UNLEARN, "rejected"), (38, Deed.ASK, Remedy.RELABEL, "asked"),
    ), start=4):
        label = 2 if remedy is Remedy.RELABEL else None
        doubt = ev.Doubt(2, 0.4, ((2, 0.6),)) if deed is Deed.ASK else None
        one = judged(at, known, doubt=doubt, gain=0.01,
                     proposal=ev.Proposal(remedy, label, "rdia", 7, state))
        story.tell(ev.Resolved(ActId(f"a-{number}"), cara, deed, (one,), 2106.0 + number),
                   actor="cara")
    story.tell(ev.ActUndone(ActId("a-7"), cara, (), 2120.0), actor="cara")


def long_story(path: Path, examples: int = 40) -> SessionState:
    """A closed ledger in which much has happened, every third example asked about as `q-1`, `q-2`
    and so on; the state at its end."""
    with Ledger.open(path) as ledger:
        story = Story(ledger)
        story.tell(started(), actor="admin")
        story.tell(*(received(n)[0] for n in range(examples)), actor="source")
        story.tell(*(decided(n, margin=0.1 if n % 3 else 0.5)[0] for n in range(examples)),
                   actor="model", key="scores")
        counter = ev.Counter(ExampleId("ex-4"), Position(4), 0, 2, ((2, 0.5),), 1.5)
        story.tell(ev.Picked(QueryId("q-2"), counter, 0, 90.0), actor="model")
        story.answer(1, Action.RELABEL, 1)
        story.answer(2, Action.KEEP, counter=ev.Decision(Action.RELABEL, 2), who="bo")
        story.answer(3, Action.RELABEL, 2)
        story.answer(4, Action.REMOVE)
        story.answer(5, Action.BAD)
        story.undo(5)
        story.tell(ev.Leased(QueryId("q-6"), AnnotatorId("bo"), 1, 2060.0, 2000.0),
                   ev.Skipped(QueryId("q-6"), AnnotatorId("bo"), 1, 2001.0), actor="bo")
        curate(story)
        story.tell(ev.Promoted(1, "abc", "models/1.pt", 12, 2400.0), actor="trainer")
        ledger.erase(["ex-1", "ex-6"], actor="admin", at=2500.0)
    return story.state
