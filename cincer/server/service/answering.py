"""People's commands to events: what is looked up, recorded and answered for each.

A command with a key that was used before is answered as it was then, without a second effect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ... import config
from ...config import Settings
from ...errors import CincerError, InvalidInput, Stale, Unavailable
from ...loop import Loop
from ...session import effects as fx
from ...session.events import Displayed, Flagged, Replied, Skipped, Tuned
from ...session.state import Query
from ...types import NO_LABEL, Action, Label, Position, QueryId
from .. import commands as c
from .acting import Acting
from .digest import request_digest
from .group import Group, Recorded
from .leasing import Leasing, held_by
from .live import Live
from .suggesting import Suggesting

NOT_ANNOTATING = (c.Gone, c.Act, c.UndoAct, c.RedoAct, c.Iterate, c.AnswerSuggestions, c.Advise,
                  c.MapCell)
"""Commands that do not show that somebody is there to answer questions."""


class Answering:
    """Handles every command but `Receive`. `retrain` is called when somebody asks for it."""

    def __init__(
        self, live: Live, leasing: Leasing, acting: Acting, suggesting: Suggesting,
        retrain: Callable[[], None],
    ) -> None:
        self._live, self._leasing, self._retrain = live, leasing, retrain
        self._handlers: dict[type, Callable[[Group, Any], c.Answer]] = {
            c.Lease: self._lease, c.Display: self._display, c.Reply: self._reply,
            c.Skip: self._skip, c.Flag: self._flag, c.Undo: self._undo, c.Gone: self._gone,
            c.Retrain: self._train, c.Tune: self._tune, c.Act: acting.act,
            c.UndoAct: acting.undo, c.RedoAct: acting.redo, c.Iterate: acting.iterate,
            c.MapCell: acting.map, c.AnswerSuggestions: suggesting.answer,
            c.Advise: suggesting.advise,
        }

    def handle(self, group: Group, command: c.Command) -> c.Answer:
        """The answer. Errors leave the group as it was."""
        if not isinstance(command, NOT_ANNOTATING):
            self._leasing.seen(command.actor.name)
        return self._handlers[type(command)](group, command)

    def _lease(self, group: Group, command: c.Lease) -> c.Answer:
        self._leasing.want(command.actor.name, command.count)
        self._leasing.give_out_to(group, command.actor.name, skipped=True)
        held = held_by(group.state, command.actor.name)
        return c.Held(group.seq, held, len(group.state.queries))

    def _display(self, group: Group, command: c.Display) -> c.Answer:
        query = _open(group, command.query)
        lease = query.lease
        if lease is None or lease.annotator != command.actor.name:
            raise Stale(f"{command.query} is not held by {command.actor.name}")
        if command.shown not in (None, _shown(query)):
            raise Stale(f"the pair of {command.query} was replaced meanwhile; show the new one")
        if lease.displayed_at is not None and command.epoch in (None, lease.epoch):
            return c.Done(group.seq)
        event = Displayed(query.id, lease.annotator, _epoch(query, command.epoch), group.now)
        return c.Done(group.record(event, actor=lease.annotator).seq)

    def _reply(self, group: Group, command: c.Reply) -> c.Answer:
        digest = request_digest(command)
        known = self._live.ledger.lookup(command.actor.name, command.key, digest)
        if known is not None:
            return _replied_before(known.seq, known.value)
        loop, query = self._live.loop, group.state.queries.get(command.query)
        event = loop.replied(
            command.query, command.actor.name, command.epoch, command.example,
            command.counter_example, group.now, others=command.others,
            comment=command.comment, seconds=command.seconds, worker=command.worker)
        before = {position: _label(loop, position) for position in _sides(query)}
        late = _is_late(query, event)
        done = group.record(event, actor=command.actor.name, key=command.key, digest=digest)
        counted = any(e.counted for e in done.effects if isinstance(e, fx.ReplyNoted))
        led_to = [e.query.id for e in done.effects if isinstance(e, fx.QueryPut)
                  and e.query.chain and e.query.chain.follows == command.query]
        answer = c.RepliedAnswer(done.seq, counted, late, self._changes(done, before),
                                 tuple(dict.fromkeys(led_to)))
        group.answered_again(command.actor.name, command.key, _stored(answer))
        return answer

    def _changes(
        self, done: Recorded, before: dict[Position, int | None]
    ) -> tuple[c.LabelChange, ...]:
        """What became of the effective labels of the examples somebody spoke on."""
        said = {e.position: e.action for e in done.effects if isinstance(e, fx.Asserted)}
        said |= {e.position: Action.UNSURE for e in done.effects
                 if isinstance(e, fx.Retracted) and e.position not in said}
        return tuple(
            c.LabelChange(self._live.loop.ids[position], before.get(position),
                          _label(self._live.loop, position), action)
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
        loop = self._live.loop
        event = loop.undone(annotator, group.now)
        marks = group.state.undo[annotator][-1].marks
        before = {mark.position: _label(loop, mark.position) for mark in marks}
        done = group.record(event, actor=annotator, key=command.key, digest=digest)
        answer = c.UndoneAnswer(done.seq, event.query, self._changes(done, before))
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


def as_error(error: Exception) -> CincerError:
    """`error` if it was raised on purpose; otherwise one that hides what is inside."""
    if isinstance(error, OSError):
        return Unavailable("the disk refuses; nothing was changed, try again later")
    return error if isinstance(error, CincerError) else CincerError("something went wrong inside")


def _open(group: Group, query: QueryId) -> Query:
    found = group.state.queries.get(query)
    if found is None:
        raise Stale(f"{query} is closed or was never asked")
    return found


def _epoch(query: Query, given: int | None) -> int:
    """The epoch a command means: as given, or that of the newest lease."""
    return query.epoch if given is None else given


def _shown(query: Query) -> tuple[str, ...]:
    """Ids of what a query shows."""
    return (query.example, *(other.example for other in query.counters))


def _sides(query: Query | None) -> tuple[Position, ...]:
    """Positions of what a query shows; nothing for one that is closed."""
    if query is None:
        return ()
    return (query.position, *(other.position for other in query.counters))


def _is_late(query: Query | None, event: Replied) -> bool:
    """Whether the lease had ended when the reply came."""
    lease = query.lease if query else None
    return (lease is None or lease.annotator != event.annotator
            or lease.deadline <= event.at or lease.epoch != event.epoch)


def _label(loop: Loop, position: Position) -> Label | None:
    """The label that counts for an example now."""
    label = loop.data.effective(position)
    return None if label == NO_LABEL else label


def _plain(changes: tuple[c.LabelChange, ...]) -> list[dict[str, Any]]:
    return [asdict(change) for change in changes]


def _changes(value: dict[str, Any]) -> tuple[c.LabelChange, ...]:
    return tuple(
        c.LabelChange(each["id"], each["before"], each["after"], Action(each["action"]))
        for each in value["changes"])


def _stored(answer: c.RepliedAnswer) -> dict[str, Any]:
    return {"counted": answer.counted, "late": answer.late, "changes": _plain(answer.changes),
            "follow_ups": list(answer.follow_ups)}


def _replied_before(seq: int, value: dict[str, Any]) -> c.RepliedAnswer:
    return c.RepliedAnswer(seq, value["counted"], value["late"], _changes(value),
                           tuple(value.get("follow_ups", ())))
