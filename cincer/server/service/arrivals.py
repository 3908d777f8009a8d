"""Arrivals: stored in slices, scored in order of position, answered item by item.

A big batch is stored a slice at a time, so that replies get through between slices. What is stored
and not decided stands in `undecided`, in order; the scorer's opinions are taken in that order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from ...compute.frames import Frame
from ...compute.messages import as_beliefs
from ...errors import CincerError, Stale
from ...ledger import Payload
from ...rng import keyed_uniform
from ...session import effects as fx
from ...session.events import Received
from ...types import Position, Seconds
from .. import commands as c
from .group import Group
from .inbox import Inbox, Submitted
from .live import Live

BATCH = 256
"""Arrivals scored in one job at most."""


@dataclass(eq=False)
class _Batch:
    """A `Receive` that is being stored: `at` is the next item."""

    submitted: Submitted
    command: c.Receive
    at: int = 0
    answers: list[c.ItemStored] = field(default_factory=list)


@dataclass(eq=False)
class _Waiter:
    """A stored batch whose sender waits for the decisions, until `until`."""

    submitted: Submitted
    answers: list[c.ItemStored]
    pending: dict[Position, int]
    until: Seconds


class Arrivals:
    """The queue of batches, and the senders who wait for decisions."""

    def __init__(self, live: Live, inbox: Inbox) -> None:
        self._live, self._inbox = live, inbox
        self._queue: deque[_Batch] = deque()
        self._waiters: list[_Waiter] = []
        self._sliced: list[_Batch] = []

    @property
    def waiting(self) -> bool:
        """Whether batches are left to be stored."""
        return bool(self._queue)

    def queue(self, item: Submitted) -> None:
        assert isinstance(item.command, c.Receive)
        self._queue.append(_Batch(item, item.command))

    def store(self, group: Group, limit: int) -> None:
        """Store up to `limit` queued items."""
        self._sliced = []
        while self._queue and limit > 0:
            batch = self._queue[0]
            part = batch.command.items[batch.at:batch.at + limit]
            self._sliced.append(batch)
            for item in part:
                batch.answers.append(self._item(group, item, batch.command.actor.name))
            batch.at += len(part)
            limit -= max(1, len(part))
            self._inbox.taken_up(len(part))
            if batch.at == len(batch.command.items):
                self._queue.popleft()
                self._stored(group, batch)

    def score_job(self) -> Frame | None:
        """The next arrivals to be scored, in order of position."""
        limit = 1 if self._live.state.settings.synchronous else BATCH
        positions = [int(p) for p in islice(self._live.loop.undecided, limit)]
        given = self._live.loop.data.column("given")
        return {"op": "score", "positions": positions,
                "given": given[positions].tolist()} if positions else None

    def decide(self, group: Group, scored: Sequence[Sequence[Any]], version: int) -> None:
        """Record the scorer's opinions [position, predicted, margin, beliefs]."""
        loop = self._live.loop
        for position, predicted, margin, beliefs in scored:
            if position not in loop.undecided:
                continue
            event = loop.scored(
                position, predicted, margin, as_beliefs(beliefs), version, group.now)
            try:
                group.record(event, actor="scorer")
            except Stale:
                return  # the stream waits for a reply; this one is scored again after it

    def commit(self, group: Group) -> None:
        """The group is on the disk: those who waited for a decision are answered."""
        self._sliced = []
        self._tell_waiters(group.decided)

    def fail(self, error: CincerError) -> None:
        """The group failed: batches that had a part in it fail whole; they may be sent again."""
        for batch in self._sliced:
            if batch in self._queue:
                self._queue.remove(batch)
                self._inbox.taken_up(len(batch.command.items) - batch.at)
            self._waiters = [w for w in self._waiters if w.submitted is not batch.submitted]
            batch.submitted.refuse(error)
        self._sliced = []

    def next_deadline(self) -> Seconds | None:
        return min((w.until for w in self._waiters), default=None)

    def answer_late(self, now: Seconds) -> None:
        """Answer those whose wait is over without all decisions."""
        for waiter in [w for w in self._waiters if w.until <= now]:
            self._answer(waiter)

    # ---- inside --------------------------------------------------------------------------------

    def _item(self, group: Group, item: c.Item, source: str) -> c.ItemStored:
        if item.id in self._live.loop:
            return self._again(group, item)
        position = Position(group.state.counters.received)
        key = self._live.draw_key
        event = Received(
            item.id, position, item.given, source, keyed_uniform(key, "audit", position),
            keyed_uniform(key, "thin", position), item.at if item.at is not None else group.now)
        try:
            done = group.record(event, actor=source, payload=Payload(item.content, item.meta))
        except CincerError as error:
            if group.state.counters.received != position:
                raise
            return c.ItemStored(item.id, "rejected", None, str(error), error.code)
        group.rows.append(item.row)
        if isinstance(split := item.meta.get("split"), str):
            group.splits[position] = split
        group.digests[item.id] = item.digest
        decision = next((e.decision for e in done.effects if isinstance(e, fx.Decided)), None)
        return c.ItemStored(item.id, "stored", done.seq, decision=decision)

    def _again(self, group: Group, item: c.Item) -> c.ItemStored:
        """The same id once more: a duplicate, unless it says something else."""
        digest = group.digests.get(item.id)
        if digest == item.digest or (digest is None and self._live.same_content(item)):
            return c.ItemStored(item.id, "duplicate", None)
        return c.ItemStored(
            item.id, "rejected", None,
            f"an example {item.id!r} with other content or another label is stored already",
            "conflict")

    def _stored(self, group: Group, batch: _Batch) -> None:
        """All items are stored: answer, or wait for the decisions."""
        pending = self._pending(batch) if batch.command.wait > 0 else {}
        if pending:
            self._waiters.append(_Waiter(batch.submitted, batch.answers, pending,
                                         group.now + batch.command.wait))
        else:
            group.answers.append((batch.submitted, tuple(batch.answers)))

    def _pending(self, batch: _Batch) -> dict[Position, int]:
        """Items without a decision by position; what was decided meanwhile is filled in."""
        pending: dict[Position, int] = {}
        for number, answer in enumerate(batch.answers):
            if answer.answer != "stored" or answer.decision is not None:
                continue
            position = self._live.loop.position(answer.id)
            if position in self._live.loop.undecided:
                pending[position] = number
            else:
                found = self._live.ledger.example(answer.id)
                batch.answers[number] = replace(
                    answer, decision=found.decision if found else None)
        return pending

    def _tell_waiters(self, decided: Iterable[fx.Decided]) -> None:
        if not self._waiters:
            return
        news = {e.position: e.decision for e in decided}
        for waiter in list(self._waiters):
            for position in waiter.pending.keys() & news.keys():
                number = waiter.pending.pop(position)
                waiter.answers[number] = replace(
                    waiter.answers[number], decision=news[position])
            if not waiter.pending:
                self._answer(waiter)

    def _answer(self, waiter: _Waiter) -> None:
        self._waiters.remove(waiter)
        waiter.submitted.answer(tuple(waiter.answers))

