"""One way from a message to its acknowledgement, for HTTP and Socket.IO alike.

`perform` checks access, translates the message into a command (names to indices), waits for the
answer that exists only after the commit, and translates it back (`MAKERS`, `ACKS`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from ..errors import Forbidden, InvalidInput, NotFound
from ..session.events import Decision
from ..session.queries import ready
from ..types import Action, QueryId
from .auth.access import allowed, owned
from .auth.identity import Identity
from .commands import (
    Acted,
    Actor,
    ActTurned,
    Answer,
    Command,
    Display,
    Done,
    Explain,
    Explained,
    Flag,
    Held,
    LabelChange,
    Lease,
    RepliedAnswer,
    Reply,
    Skip,
    Undo,
    UndoneAnswer,
    Without,
)
from .core import Parts
from .intake import receive
from .wire import Ack, Message, annotate, curate, stream


def require(identity: Identity | None, action: str, thing: Any = None) -> Identity:
    """`identity` if it may do `action`; raises `Forbidden`."""
    if identity is None or not allowed(identity, action, thing):
        raise Forbidden(f"the token's roles do not allow {action}")
    return identity


def perform(parts: Parts, identity: Identity, action: str, message: Message) -> Message:
    """The acknowledgement of `message`; whatever is wrong is raised."""
    require(identity, action)
    if isinstance(message, stream.ExamplesIn):
        return receive(parts, identity, message.examples)
    _check_query(parts, identity, action, message)
    if isinstance(message, annotate.ReplyIn):
        _display_first(parts, identity.actor, message)
    command = MAKERS[type(message)](parts, identity.actor, message)
    return acknowledge(parts, identity, command)


def acknowledge(parts: Parts, identity: Identity, command: Command) -> Message:
    """Submit `command` and wait for what became of it."""
    found = parts.core.submit(command).result(parts.patience)
    return ACKS[type(found)](parts, identity, found)


def _check_query(parts: Parts, identity: Identity, action: str, message: Message) -> None:
    """A query that somebody else holds now is treated as one that does not exist; whether an
    earlier lease still counts is for the session to say."""
    name = getattr(message, "query", None)
    query = None if name is None else parts.core.query(QueryId(name))
    if query is None or query.lease is None:
        return
    epoch = getattr(message, "epoch", None)
    if epoch is not None and epoch < query.epoch:
        return
    if not allowed(identity, action, owned(query.lease.annotator)):
        raise NotFound(f"no query {name} that you hold")


def _display_first(parts: Parts, actor: Actor, said: annotate.ReplyIn) -> None:
    """Who answers has seen the pair, whether or not the client said so."""
    query = parts.core.query(QueryId(said.query))
    lease = query.lease if query is not None and ready(query) else None
    if (lease is not None and lease.annotator == actor.name and lease.displayed_at is None
            and said.epoch in (None, lease.epoch)):
        parts.core.submit(Display(actor, QueryId(said.query), lease.epoch)).result(parts.patience)


def _decision(parts: Parts, said: annotate.DecisionIn | None) -> Decision | None:
    if said is None:
        return None
    label = None if said.label is None else parts.schema.label_index(said.label)
    return Decision(Action(said.action), label)


def _lease(parts: Parts, actor: Actor, said: annotate.LeaseIn) -> Lease:
    return Lease(actor, said.count, said.key)


def _display(parts: Parts, actor: Actor, said: annotate.DisplayedIn) -> Display:
    shown = None if said.shown is None else tuple(said.shown)
    return Display(actor, QueryId(said.query), said.epoch, shown)


def _reply(parts: Parts, actor: Actor, said: annotate.ReplyIn) -> Reply:
    if said.worker is not None and "platform" not in actor.roles:
        raise InvalidInput("worker is for tokens with the role platform")
    return Reply(
        actor, said.key, QueryId(said.query), said.epoch, _decision(parts, said.example),
        _decision(parts, said.counter_example), said.comment, said.seconds, said.worker,
        tuple(_decision(parts, other) for other in said.others))


def _skip(parts: Parts, actor: Actor, said: annotate.SkipIn) -> Skip:
    return Skip(actor, said.key, QueryId(said.query), said.epoch)


def _flag(parts: Parts, actor: Actor, said: annotate.FlagIn) -> Flag:
    return Flag(actor, said.key, QueryId(said.query), said.comment)


def _explain(parts: Parts, actor: Actor, said: annotate.ExplainIn) -> Explain:
    return Explain(actor, QueryId(said.query))


def _undo(parts: Parts, actor: Actor, said: annotate.UndoIn) -> Undo:
    return Undo(actor, said.key)


def _held(parts: Parts, identity: Identity, found: Held) -> annotate.LeaseAck:
    mine = {query.id: query for query in parts.core.held(identity.actor.name)}
    shown = [mine[name] for name in found.held if name in mine and ready(mine[name])]
    return annotate.LeaseAck(seq=found.seq, held=list(found.held), waiting=found.waiting,
                             queries=[parts.views.query(query) for query in shown])


def _changes(parts: Parts, changes: tuple[LabelChange, ...]) -> list[annotate.Change]:
    name = parts.views.name
    return [annotate.Change(id=c.id, before=name(c.before), after=name(c.after),
                            action=c.action.value) for c in changes]


def _replied(parts: Parts, identity: Identity, found: RepliedAnswer) -> annotate.ReplyAck:
    return annotate.ReplyAck(seq=found.seq, counted=found.counted, late=found.late,
                             changes=_changes(parts, found.changes),
                             follow_ups=list(found.follow_ups))


def _explained(parts: Parts, identity: Identity, found: Explained) -> annotate.ExplainAck:
    name = parts.views.name(found.given)
    return annotate.ExplainAck(
        seq=found.seq, query=found.query, given_label=name or "",
        probability=min(max(found.probability, 0.0), 1.0), alone=_without(found.single),
        group=None if found.group is None else _without(found.group), model=found.version)


def _without(left: Without) -> annotate.Without:
    return annotate.Without(
        examples=list(left.examples), predicted_change=left.predicted_change,
        real_change=left.real_change, exact=left.exact, decrement=left.decrement)


def _undone(parts: Parts, identity: Identity, found: UndoneAnswer) -> annotate.UndoAck:
    return annotate.UndoAck(seq=found.seq, query=found.query,
                            changes=_changes(parts, found.changes))


def _acted(parts: Parts, identity: Identity, found: Acted) -> curate.ActAck:
    offer, name = found.offer, parts.schema.class_name
    return curate.ActAck(
        seq=found.seq, act=found.act, done=list(found.done),
        left=[curate.LeftAlone(id=example, reason=why) for example, why in found.left],
        offer=None if offer is None else curate.Offer(
            given_label=name(offer.given), to=name(offer.to), count=offer.count))


def _turned(parts: Parts, identity: Identity, found: ActTurned) -> curate.ActUndone:
    return curate.ActUndone(
        seq=found.seq, act=found.act, action=found.action, count=found.count,
        more_undo=found.more_undo, more_redo=found.more_redo)


def _done(parts: Parts, identity: Identity, found: Done) -> Ack:
    return Ack(seq=found.seq)


Maker = Callable[[Parts, Actor, Any], Command]
MAKERS: dict[type[Message], Maker] = {
    annotate.LeaseIn: _lease, annotate.DisplayedIn: _display, annotate.ReplyIn: _reply,
    annotate.SkipIn: _skip, annotate.FlagIn: _flag, annotate.UndoIn: _undo,
    annotate.ExplainIn: _explain,
}
ACKS = cast("dict[type[Answer], Callable[[Parts, Identity, Any], Message]]", {
    Held: _held, RepliedAnswer: _replied, UndoneAnswer: _undone, Explained: _explained,
    Acted: _acted, ActTurned: _turned, Done: _done,
})
