"""What can be read about the server and its progress."""

from __future__ import annotations

from flask import Response

from ... import __version__
from ..auth.access import PUBLIC
from ..statistics import statistics
from ..wire import annotate
from ..wire.http import EventsPage, EventView, Health, Me
from .metrics import metrics_text
from .route import Call, Query, Route, number, respond


def me(call: Call) -> Me:
    who = call.identity
    return Me(name=who.name, roles=sorted(who.roles), project=who.project, expires=who.expires,
              via=who.via, version=__version__)  # type: ignore[arg-type]


def health(call: Call) -> Response:
    """Liveness by answering at all; readiness by the status."""
    found = call.parts.core.health()
    message = Health(ok=found["ready"], version=__version__, **found)
    return respond(message, 200 if message.ready else 503)


def stats(call: Call) -> annotate.Stats:
    return statistics(call.parts)


def metrics(call: Call) -> Response:
    text = metrics_text(call.parts.core.stats(), call.parts.core.health())
    return Response(text, mimetype="text/plain; version=0.0.4")


def events(call: Call) -> EventsPage:
    """The audit log, a page at a time."""
    since, limit = number("since", 0, 0, 2**62), number("limit", 200, 1, 1000)
    found = call.parts.archive.events(since, limit)
    lines = [EventView(seq=r.seq, kind=r.kind, at=r.at, actor=r.actor or None, body=r.body)
             for r in found]
    return EventsPage(events=lines, next=lines[-1].seq if len(lines) == limit else None)


ROUTES = (
    Route("GET", "/me", "self.read", me, "Whom the server takes you for.", Me),
    Route("GET", "/health", PUBLIC, health, "Liveness and readiness; no login.", Health),
    Route("GET", "/stats", "stats.read", stats, "Progress.", annotate.Stats),
    Route("GET", "/metrics", "metrics.read", metrics, "Prometheus text."),
    Route("GET", "/events", "events.read", events, "The audit log.", EventsPage, None,
          (Query("since", "integer", "sequence number after which to start"),
           Query("limit", "integer", "entries at most, 1 to 1000"))),
)
