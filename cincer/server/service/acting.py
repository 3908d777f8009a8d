"""Curators' commands to events: acts, undo and redo. Part of `answering`'s table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ... import acts
from ...types import AnnotatorId, ExampleId
from .. import commands as c
from .curating import Curating, noted
from .digest import request_digest
from .group import Group
from .live import Live
from .mapping import Mapping


class Acting:
    """Handles what only curators do. `iterate` begins the next iteration for somebody."""

    def __init__(
        self, live: Live, curating: Curating, iterate: Callable[[AnnotatorId], None],
        mapping: Mapping,
    ) -> None:
        self._live, self._curating, self._iterate = live, curating, iterate
        self.map = mapping.ask

    def act(self, group: Group, command: c.Act) -> c.Answer:
        name, digest = command.actor.name, request_digest(command)
        known = self._live.ledger.lookup(name, command.key, digest)
        if known is not None:
            return _acted(known.seq, known.value)
        plan = acts.resolved(
            self._live.loop, command.action, command.ids, name, group.now, label=command.label,
            of=command.of, comment=command.comment,
            spoken=partial(self._curating.spoken, name, command.seen))
        if plan.event is None:
            return c.Acted(group.seq, None, (), plan.left)
        done = group.record(plan.event, actor=name, key=command.key, digest=digest)
        answer = c.Acted(done.seq, plan.event.act, plan.done, plan.left,
                         self._curating.fixes.offer(name, plan.event.act, plan.event.judged))
        group.answered_again(name, command.key, _stored(answer))
        return answer

    def undo(self, group: Group, command: c.UndoAct) -> c.Answer:
        known = self._live.ledger.lookup(
            command.actor.name, command.key, request_digest(command))
        if known is not None:
            return c.ActTurned(known.seq, **known.value)
        event = acts.act_undone(self._live.loop, command.actor.name, group.now)
        self._curating.fixes.forget(command.actor.name, event.act)
        return self._turned(group, command, event)

    def redo(self, group: Group, command: c.RedoAct) -> c.Answer:
        known = self._live.ledger.lookup(
            command.actor.name, command.key, request_digest(command))
        if known is not None:
            return c.ActTurned(known.seq, **known.value)
        plan = acts.act_redone(self._live.loop, command.actor.name, group.now)
        return self._turned(group, command, plan.event)

    def iterate(self, group: Group, command: c.Iterate) -> c.Answer:
        self._iterate(command.actor.name)
        return c.Done(group.seq)

    def _turned(self, group: Group, command: c.UndoAct | c.RedoAct, event: Any) -> c.ActTurned:
        name = command.actor.name
        before = group.state.acts[name]
        entry = (before.done if isinstance(command, c.UndoAct) else before.undone)[-1]
        done = group.record(event, actor=name, key=command.key, digest=request_digest(command))
        now = group.state.acts[name]
        value: dict[str, Any] = {"act": entry.act, "action": entry.action.value,
                 "count": sum(len(one.positions) for one in noted(done.effects)),
                 "more_undo": len(now.done), "more_redo": len(now.undone)}
        group.answered_again(name, command.key, value)
        return c.ActTurned(done.seq, **value)


def _stored(answer: c.Acted) -> dict[str, Any]:
    offer = answer.offer
    return {"act": answer.act, "done": list(answer.done),
            "left": [list(one) for one in answer.left],
            "offer": None if offer is None else [offer.given, offer.to, offer.count]}


def _acted(seq: int, value: dict[str, Any]) -> c.Acted:
    offer = value["offer"]
    return c.Acted(
        seq, value["act"], tuple(map(ExampleId, value["done"])),
        tuple((ExampleId(example), why) for example, why in value["left"]),
        None if offer is None else c.Offered(*offer))
