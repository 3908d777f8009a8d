"""`POST /examples` and `GET /examples/{id}`."""

from __future__ import annotations

from typing import Any

from flask import Response

from ...errors import CincerError, InvalidInput, NotFound
from ...strictjson import parse
from ..auth.access import Owned, allowed, owned
from ..body import JSON, NDJSON, media_type, read
from ..core import Parts, Stored
from ..intake import MAX_WAIT, receive
from ..problems import TooLarge
from ..wire import ErrorAnswer
from ..wire.http import EventView, ExampleView, LabelLayers
from ..wire.stream import ExampleIn, ExamplesAck
from .route import Call, Query, Route, number, respond


def push(call: Call) -> Response:
    """One example, an array of them, or one a line. A single one that is refused is an error of
    the request; in a batch every item is answered on its own."""
    wait = number("wait", 0, 0, int(MAX_WAIT * 1000)) / 1000
    values, single = _items(read((JSON, NDJSON)), call.parts.settings.server.max_batch)
    ack = receive(call.parts, call.identity, values, wait)
    if single and ack.rejected:
        return respond(_refused(ack), _status(ack))
    waited = wait > 0 and all(item.decision for item in ack.items if item.answer == "stored")
    return respond(ack, 202 if ack.stored and not waited else 200)


def _items(body: bytes, limit: int) -> tuple[list[Any], bool]:
    if media_type() == NDJSON:
        lines = [line for line in body.split(b"\n") if line.strip()]
        if not lines:
            raise InvalidInput("no examples: one JSON object a line is needed")
        if len(lines) > limit:
            raise TooLarge(f"at most {limit} examples in one request, not {len(lines)}")
        return [_line(line) for line in lines], False
    value = parse(body)
    if isinstance(value, list):
        if not value:
            raise InvalidInput("no examples: the array is empty")
        return value, False
    return [value], True


def _line(line: bytes) -> Any:
    try:
        return parse(line)
    except CincerError as error:
        return error


def _refused(ack: ExamplesAck) -> ErrorAnswer:
    item = ack.items[0]
    return ErrorAnswer(error=item.error or "rejected", code=item.code or "invalid",
                       status=_status(ack))


def _status(ack: ExamplesAck) -> int:
    return 409 if ack.items[0].code == "conflict" else 400


def show(call: Call) -> ExampleView:
    """All that is known of one example; one that is not yours looks like one that is not there."""
    name = call.path["id"]
    stored = call.parts.archive.example(name)
    if stored is None or not allowed(call.identity, "example.read", _owners(call, stored)):
        raise NotFound(f"no example {name[:200]!r}")
    return _view(call.parts, stored)


def _owners(call: Call, stored: Stored) -> Owned:
    """Its source, and whoever holds a query that shows it."""
    for query in call.parts.core.held(call.identity.actor.name):
        if stored.id in (query.example, *(other.example for other in query.counters)):
            return owned(stored.source, call.identity.name)
    return owned(stored.source)


def _view(parts: Parts, stored: Stored) -> ExampleView:
    name = parts.views.name
    payload = parts.archive.payloads([stored.position])[0]
    return ExampleView(
        id=stored.id, content=parts.views.contents([stored.position])[0],
        meta=payload.meta if payload else {}, source=stored.source, received_at=stored.at,
        status=stored.status, entry=stored.entry, role=stored.role, treatment=stored.treatment,
        labels=LabelLayers(observed=name(stored.given), human=name(stored.human),
                           machine=name(stored.machine), effective=name(stored.effective)),
        predicted_label=name(stored.predicted), beliefs=[], margin=stored.margin,
        history=[_said(parts, line) for line in stored.history])


def _said(parts: Parts, line: Any) -> EventView:
    kind = "act:resolved" if line.query.startswith("a-") else "query:replied"
    return EventView(
        seq=line.seq, kind=kind, at=line.at, actor=line.annotator,
        body={"query": line.query, "action": line.action, "label": parts.views.name(line.label),
              "comment": line.comment, "retracted": line.retracted_seq})


ROUTES = (
    Route("POST", "/examples", "example.push", push,
          "Store one example, a JSON array, or NDJSON. Idempotent on id; an answer an item.",
          ExamplesAck, ExampleIn,
          (Query("wait", "integer", "milliseconds to wait for the decisions, at most 30000"),)),
    Route("GET", "/examples/<path:id>", "example.read", show,
          "All label layers, treatment, scores and history of one example.", ExampleView),
)
