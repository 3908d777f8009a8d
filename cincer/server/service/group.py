"""One group commit: events recorded together, and what is to be told once they are on the disk.

A `Group` lives for one transaction. `record` steps the session and writes the event; everything
that follows (answers, notices, work for the compute processes) is collected here and let out by the
session thread only after the commit. If the commit fails, the group is thrown away whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...ledger import Batch, Payload
from ...loop import Loop
from ...session import effects as fx
from ...session.events import Event, Released, Skipped
from ...session.state import Query, SessionState
from ...types import AnnotatorId, ExampleId, Position, QueryId, Seconds
from ..commands import Answer
from ..notices import Notice
from .inbox import Submitted


@dataclass(frozen=True, slots=True)
class Over:
    """A lease that ended in this group, and how."""

    annotator: AnnotatorId
    query: QueryId
    outcome: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event as it went into the log."""

    seq: int
    effects: tuple[fx.Effect, ...]


class Group:
    """Events of one transaction and their consequences. `now` is the time of all of them."""

    def __init__(
        self, loop: Loop, batch: Batch, now: Seconds,
        said: dict[Position, tuple[int, AnnotatorId]] | None = None,
    ) -> None:
        self.now, self._said = now, {} if said is None else said
        self.before = loop.state
        self.loop, self._batch = loop, batch
        self.first = batch.seq
        self.answers: list[tuple[Submitted, Answer]] = []
        self.failures: list[tuple[Submitted, Exception]] = []
        self.added: list[fx.Added] = []
        self.rows: list[bytes] = []
        self.splits: dict[Position, str] = {}
        self.digests: dict[ExampleId, bytes] = {}
        self.decided: list[fx.Decided] = []
        self.moved: set[Position] = set()
        self.spoken: set[Position] = set()
        self.touched: set[Position] = set()
        self.acts: list[fx.ActNoted] = []
        self.changed: set[QueryId] = set()
        self.over: list[Over] = []
        self.picks: set[QueryId] = set()
        self.replies: list[tuple[QueryId, AnnotatorId]] = []
        self.promoted: fx.ModelChanged | None = None
        self.may_score = False
        self.notices: list[Notice] = []

    @property
    def seq(self) -> int:
        """Sequence number of the newest event recorded."""
        return self._batch.seq

    @property
    def events(self) -> int:
        """How many events were recorded so far."""
        return self._batch.seq - self.first

    @property
    def state(self) -> SessionState:
        return self.loop.state

    def record(
        self, event: Event, *, actor: str, key: str | None = None, digest: str | None = None,
        payload: Payload | None = None,
    ) -> Recorded:
        """Step, apply and write `event`. `InvalidInput`, `Conflict` and the like from the step
        leave everything as it was; an error after that makes the whole group fail."""
        before = self.loop.state
        done = self.loop.apply(event)
        seq = self._batch.record(
            event, done.effects, actor=actor, key=key, digest=digest, payload=payload)
        self.moved.update(done.relabelled, done.left)
        self.spoken.update(done.spoken)
        for effect in done.effects:
            self._follow(effect)
            self._note_place(effect, seq, actor)
        self._ended_leases(event, before, done.effects)
        return Recorded(seq, done.effects)

    def answered_again(self, actor: str, key: str, answer: Any) -> None:
        """What a repeated command with this key will be answered."""
        self._batch.answer(actor, key, answer)

    def close(self) -> None:
        """The last thing before the commit: the state goes with its events."""
        if self.events:
            self._batch.save_state(self.loop.state)

    def _follow(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Added():
                self.added.append(effect)
            case fx.Decided():
                self.decided.append(effect)
            case fx.QueryPut():
                self.changed.add(effect.query.id)
            case fx.ReplyNoted() if effect.counted:
                self.replies.append((effect.query, effect.annotator))
            case fx.NeedPick():
                self.picks.add(effect.query)
            case fx.NeedScore():
                self.may_score = True
            case fx.ModelChanged():
                self.promoted = effect
            case _:
                pass

    def _note_place(self, effect: fx.Effect, seq: int, actor: str) -> None:
        """Whose label or place may have changed, and who spoke on it last."""
        match effect:
            case fx.Asserted() | fx.Retracted():
                self.touched.add(effect.position)
                self._said[effect.position] = (seq, AnnotatorId(actor))
            case fx.Entered() | fx.Left() | fx.Suggested() | fx.Decided():
                self.touched.add(effect.position)
            case fx.ActNoted():
                self.acts.append(effect)
            case _:
                pass

    def _ended_leases(
        self, event: Event, before: SessionState, effects: tuple[fx.Effect, ...]
    ) -> None:
        for effect in effects:
            if isinstance(effect, fx.QueryDone | fx.QueryPut):
                outcome = effect.outcome if isinstance(effect, fx.QueryDone) else _reason(event)
                after = effect.query if isinstance(effect, fx.QueryPut) else None
                self._lease_over(before.queries.get(effect.query.id), after, outcome)

    def _lease_over(self, before: Query | None, after: Query | None, outcome: str) -> None:
        if before is None or before.lease is None:
            return
        holder = before.lease.annotator
        if after is None or after.lease is None or after.lease.annotator != holder:
            self.over.append(Over(holder, before.id, outcome))


def _reason(event: Event) -> str:
    """How a lease ended that was not ended by the query's end."""
    if isinstance(event, Released):
        return event.reason
    return "skipped" if isinstance(event, Skipped) else "answered"
