"""Queries for clients without a websocket: lease, list, reply, skip, flag, explain, undo."""

from __future__ import annotations

import time

from ...session.queries import ready
from ..body import message
from ..perform import perform
from ..wire import Ack, Message, annotate
from ..wire.http import HeldQueries
from .route import Call, Route

PICKED = 3.0
"""Seconds a lease waits for the pairs of what it holds."""


def lease(call: Call) -> Message:
    """There is no push here, so the answer waits until the pairs are picked."""
    answer = perform(call.parts, call.identity, "query.lease", message(annotate.LeaseIn))
    assert isinstance(answer, annotate.LeaseAck)
    until = time.monotonic() + PICKED
    while len((shown := held(call)).queries) < len(answer.held) and time.monotonic() < until:
        time.sleep(0.01)
    return answer.model_copy(update={"queries": shown.queries})


def held(call: Call) -> HeldQueries:
    """What the caller holds and can be shown."""
    mine = call.parts.core.held(call.identity.actor.name)
    return HeldQueries(queries=[call.parts.views.query(query) for query in mine if ready(query)],
                       waiting=call.parts.core.stats().waiting)


def displayed(call: Call) -> Message:
    said = message(annotate.DisplayedIn, query=call.path["id"])
    return perform(call.parts, call.identity, "query.display", said)


def reply(call: Call) -> Message:
    said = message(annotate.ReplyIn, query=call.path["id"])
    return perform(call.parts, call.identity, "query.reply", said)


def skip(call: Call) -> Message:
    said = message(annotate.SkipIn, query=call.path["id"])
    return perform(call.parts, call.identity, "query.skip", said)


def flag(call: Call) -> Message:
    said = message(annotate.FlagIn, query=call.path["id"])
    return perform(call.parts, call.identity, "query.flag", said)


def explain(call: Call) -> Message:
    said = message(annotate.ExplainIn, query=call.path["id"])
    return perform(call.parts, call.identity, "query.explain", said)


def undo(call: Call) -> Message:
    return perform(call.parts, call.identity, "reply.undo", message(annotate.UndoIn))


ROUTES = (
    Route("POST", "/queries/lease", "query.lease", lease,
          "Hold up to `count` queries in all.", annotate.LeaseAck, annotate.LeaseIn),
    Route("GET", "/queries", "query.list", held, "The queries you hold.", HeldQueries),
    Route("POST", "/queries/<id>/displayed", "query.display", displayed,
          "The pair is on the screen and must not change; said before it is answered.",
          Ack, annotate.DisplayedIn),
    Route("POST", "/queries/<id>/reply", "query.reply", reply,
          "Answer a query you hold.", annotate.ReplyAck, annotate.ReplyIn),
    Route("POST", "/queries/<id>/skip", "query.skip", skip,
          "Pass a query on to somebody else.", Ack, annotate.SkipIn),
    Route("POST", "/queries/<id>/flag", "query.flag", flag,
          "Mark a query's example for a curator.", Ack, annotate.FlagIn),
    Route("POST", "/queries/<id>/explain", "query.explain", explain,
          "What the counter-example of a query you hold does to the suspicion.",
          annotate.ExplainAck, annotate.ExplainIn),
    Route("POST", "/undo", "reply.undo", undo,
          "Take back your newest reply.", annotate.UndoAck, annotate.UndoIn),
)
