"""People's commands to events: what is looked up, recorded and answered for each.

A command with a key that was used before is answered as it was then, without a second effect.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ... import config
from ...config import Settings
from ...errors import CincerError, InvalidInput, NotFound, Stale
from ...session import effects as fx
from ...session.events import Displayed, Flagged, Replied, Skipped, Tuned, Undone
from ...session.state import Query
from ...types import Action, AnnotatorId, Position, QueryId, Seconds
from .. import commands as c
from .group import Group, Later, Recorded
from .leasing import Leasing, held_by
from .live import Live


class Answering:
    """Handles every command but `Receive`. `retrain` is called when somebody asks for it."""

    def __init__(self, live: Live, leasing: Leasing, retrain: Callable[[], None]) -> None:
        self._live, self._leasing, self._retrain = live, leasing, retrain
        self._handlers: dict[type, Callable[[Group, Any], c.Answer]] = {
            c.Lease: self._lease, c.Display: self._display, c.Reply: self._reply,
            c.Skip: self._skip, c.Flag: self._flag, c.Undo: self._undo, c.Gone: self._gone,
            c.Retrain: self._train, c.Tune: self._tune,
        }

    def handle(self, group: Group, command: c.Command) -> c.Answer | None:
        """The answer; None for a `Lease`, which is answered when the leases were given out.
        Errors leave the group as it was."""
        if not isinstance(command, c.Gone):
            self._leasing.seen(command.actor.name)
        return self._handlers[type(command)](group, command)

    def held(self, group: Group, annotator: AnnotatorId) -> c.Held:
        """The answer to a `Lease`."""
        return c.Held(group.seq, held_by(group.state, annotator), len(group.state.queries))

    def _lease(self, group: Group, command: c.Lease) -> c.Answer:
        self._leasing.want(command.actor.name, command.count)
        self._leasing.give_out_to(group, command.actor.name)
        return self.held(group, command.actor.name)

    def _display(self, group: Group, command: c.Display) -> c.Answer:
        query = _open(group, command.query)
        lease = query.lease
        if lease is None or lease.annotator != command.actor.name:
            raise Stale(f"{command.query} is not held by {command.actor.name}")
        if lease.displayed_at is not None and command.epoch in (None, lease.epoch):
            return c.Done(group.seq)
        event = Displayed(query.id, lease.annotator, _epoch(query, command.epoch), group.now)
        return c.Done(group.record(event, actor=lease.annotator).seq)

    def _reply(self, group: Group, command: c.Reply) -> c.Answer:
        digest = request_digest(command)
        known = self._live.ledger.lookup(command.actor.name, command.key, digest)
        if known is not None:
            return _replied_before(known.seq, known.value)
        query = group.state.queries.get(command.query)
        sides = _sides(query)
        if group.asserted.intersection(sides):
            raise Later
        before = {position: self._live.effective(position) for position in sides}
        late = _is_late(group, query, command)
        done = group.record(
            self._replied(query, command, group.now), actor=command.actor.name,
            key=command.key, digest=digest)
        counted = any(e.counted for e in done.effects if isinstance(e, fx.ReplyNoted))
        answer = c.RepliedAnswer(done.seq, counted, late, self._changes(done, before))
        group.answered_again(command.actor.name, command.key, _stored(answer))
        return answer

    def _replied(self, query: Query | None, command: c.Reply, now: Seconds) -> Replied:
        sides = [self._live.standing(position) for position in _sides(query)]
        return Replied(
            query=command.query, annotator=command.actor.name,
            epoch=_epoch(query, command.epoch), example=command.example,
            counter_example=command.counter_example, at=now,
            standing_example=sides[0] if sides else None,
            standing_counter_example=sides[1] if len(sides) > 1 else None,
            comment=command.comment, seconds=command.seconds, worker=command.worker)

    def _changes(
        self, done: Recorded, before: dict[Position, int | None]
    ) -> tuple[c.LabelChange, ...]:
        """What became of the effective labels of the examples somebody spoke on."""
        said = {e.position: e.action for e in done.effects if isinstance(e, fx.Asserted)}
        said |= {e.position: Action.UNSURE for e in done.effects
                 if isinstance(e, fx.Retracted) and e.position not in said}
        return tuple(
            c.LabelChange(self._live.id_of(position), before.get(position),
                          self._live.effective(position), action)
            for position, action in said.items())

    def _skip(self, group: Group, command: c.Skip) -> c.Answer:
        if (seq := self._done_before(command)) is not None:
            return c.Done(seq)
        query = _open(group, command.query)
        event = Skipped(query.id, command.actor.name, _epoch(query, command.epoch), group.now)
        return self._keyed(group, event, command)

    def _flag(self, group: Group, command: c.Flag) -> c.Answer:
        if (seq := self._done_before(command)) is not None:
            return c.Done(seq)
        event = Flagged(command.query, command.actor.name, command.comment, group.now)
        return self._keyed(group, event, command)

    def _undo(self, group: Group, command: c.Undo) -> c.Answer:
        annotator, digest = command.actor.name, request_digest(command)
        known = self._live.ledger.lookup(annotator, command.key, digest)
        if known is not None:
            return c.UndoneAnswer(known.seq, known.value["query"], _changes(known.value))
        entries = group.state.undo.get(annotator, ())
        if not entries:
            raise NotFound("there is no reply to take back")
        entry = entries[-1]
        sides = tuple(mark.position for mark in entry.marks)
        if group.asserted.intersection(sides):
            raise Later
        before = {position: self._live.effective(position) for position in sides}
        query = group.state.queries.get(entry.query.id, entry.query)
        event = Undone(
            entry.query.id, annotator, query.epoch + 1,
            group.now + group.state.settings.lease_seconds, group.now,
            self._live.superseded(entry.query.id, annotator, sides))
        done = group.record(event, actor=annotator, key=command.key, digest=digest)
        answer = c.UndoneAnswer(done.seq, entry.query.id, self._changes(done, before))
        group.answered_again(annotator, command.key,
                             {"query": answer.query, "changes": _plain(answer.changes)})
        return answer

    def _gone(self, group: Group, command: c.Gone) -> c.Answer:
        self._leasing.left(command.actor.name, group.now)
        return c.Done(group.seq)

    def _train(self, group: Group, command: c.Retrain) -> c.Answer:
        self._retrain()
        return c.Done(group.seq)

    def _tune(self, group: Group, command: c.Tune) -> c.Answer:
        if (seq := self._done_before(command)) is not None:
            return c.Done(seq)
        known = Settings(loop=group.state.settings)
        wanted = config.merge(known, command.changes)
        if (wanted.model, wanted.server) != (known.model, known.server):
            raise InvalidInput("only settings of the loop change while running")
        return self._keyed(group, Tuned(wanted.loop, group.now), command)

    def _done_before(self, command: c.Skip | c.Flag | c.Tune) -> int | None:
        known = self._live.ledger.lookup(
            command.actor.name, command.key, request_digest(command))
        return known.seq if known else None

    def _keyed(
        self, group: Group, event: Skipped | Flagged | Tuned, command: c.Skip | c.Flag | c.Tune
    ) -> c.Done:
        done = group.record(event, actor=command.actor.name, key=command.key,
                            digest=request_digest(command))
        return c.Done(done.seq)


def request_digest(command: c.Command) -> str:
    """SHA-256 (hex) of what a command asks for, whoever asks and under whatever key."""
    body = asdict(command)
    del body["actor"], body["key"]
    text = json.dumps([type(command).__name__, body], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def as_error(error: Exception) -> CincerError:
    """`error` if it was raised on purpose; otherwise one that hides what is inside."""
    return error if isinstance(error, CincerError) else CincerError("something went wrong inside")


def _open(group: Group, query: QueryId) -> Query:
    found = group.state.queries.get(query)
    if found is None:
        raise Stale(f"{query} is closed or was never asked")
    return found


def _epoch(query: Query | None, given: int | None) -> int:
    """The epoch a command means: as given, or that of the present lease."""
    if given is not None:
        return given
    if query is None:
        return 0
    return query.lease.epoch if query.lease else query.epoch


def _sides(query: Query | None) -> tuple[Position, ...]:
    """Positions of what a query shows; nothing for one that is closed."""
    if query is None:
        return ()
    other = query.counter_example
    return (query.position, other.position) if other else (query.position,)


def _is_late(group: Group, query: Query | None, command: c.Reply) -> bool:
    lease = query.lease if query else None
    return (lease is None or lease.annotator != command.actor.name
            or lease.deadline <= group.now or lease.epoch != _epoch(query, command.epoch))


def _plain(changes: tuple[c.LabelChange, ...]) -> list[dict[str, Any]]:
    return [asdict(change) for change in changes]


def _changes(value: dict[str, Any]) -> tuple[c.LabelChange, ...]:
    return tuple(
        c.LabelChange(each["id"], each["before"], each["after"], Action(each["action"]))
        for each in value["changes"])


def _stored(answer: c.RepliedAnswer) -> dict[str, Any]:
    return {"counted": answer.counted, "late": answer.late, "changes": _plain(answer.changes)}


def _replied_before(seq: int, value: dict[str, Any]) -> c.RepliedAnswer:
    return c.RepliedAnswer(seq, value["counted"], value["late"], _changes(value))
