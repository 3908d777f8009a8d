"""What the server says unasked: notices of the session become pushes to those they concern.

Each annotator's pushes are numbered and the last ones kept, so that a client that reconnects gets
what it missed (`resume`). Statistics and model changes that nobody waits for are sent at most a
few times a second.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ... import __version__
from ...session.queries import ready
from ...session.state import Query
from ...types import AnnotatorId
from ..auth.identity import Identity
from ..core import Parts
from ..notices import (
    ArrivalDecided,
    CellMapped,
    HeadMoved,
    MatrixMoved,
    Notice,
    QueryOver,
    QueryReady,
    QueueGrew,
    StatsChanged,
    SuggestionsMoved,
    SurveyMoved,
    WeightsMoved,
)
from ..statistics import statistics
from ..wire import Ack, annotate, curate, stream, suggestions

ANNOTATE, STREAM, CURATE = "/annotate", "/stream", "/curate"
BOARD = "the board"
"""Name of the mailbox that numbers what all curators get."""
KEPT = 100
"""Pushes kept for each annotator."""
PACE = 0.25
"""Seconds between two pushes of statistics."""
log = logging.getLogger("cincer.web")


class Mailbox:
    """Numbers and keeps one person's pushes. Numbers grow across restarts of the server."""

    def __init__(self) -> None:
        self.newest = int(time.time() * 1000)
        self._kept: deque[tuple[int, str, dict[str, Any]]] = deque(maxlen=KEPT)

    def number(self) -> int:
        self.newest += 1
        return self.newest

    def keep(self, number: int, event: str, data: dict[str, Any]) -> None:
        self._kept.append((number, event, data))

    def since(self, seen: int) -> list[tuple[str, dict[str, Any]]] | None:
        """Everything after number `seen`, oldest first; None where that is not known any more."""
        if seen == self.newest:
            return []
        if not self._kept or not self._kept[0][0] - 1 <= seen < self.newest:
            return None
        return [(event, data) for number, event, data in self._kept if number > seen]


class Pushes:
    """Sends to rooms of `server` (python-socketio's). `notice` may be called from any thread;
    `turn` is called again and again by one."""

    def __init__(self, server: Any, parts: Parts) -> None:
        self._server, self._parts = server, parts
        self._notices: queue.SimpleQueue[Notice | None] = queue.SimpleQueue()
        self._guard = threading.RLock()
        self._mail: dict[str, Mailbox] = {}
        self._moved: HeadMoved | None = None
        self._dirty = False
        self._sent_at = 0.0
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            QueryReady: self._ready, QueryOver: self._over, QueueGrew: self._counted,
            HeadMoved: self._head_moved, ArrivalDecided: self._decided, StatsChanged: self._counted,
            MatrixMoved: self._matrix_moved, SurveyMoved: self._survey_moved,
            CellMapped: self._cell_mapped,
            SuggestionsMoved: self._suggestions_moved,
            WeightsMoved: self._weights_moved}

    def notice(self, notice: Notice | None) -> None:
        """Something happened (None: wake up)."""
        self._notices.put(notice)

    def turn(self, timeout: float) -> None:
        """Send what happened within `timeout` seconds at most."""
        try:
            found = self._notices.get(timeout=timeout)
        except queue.Empty:
            found = None
        if found is not None:
            try:
                self._handlers[type(found)](found)
            except Exception:
                log.exception("a notice could not be sent: %s", type(found).__name__)
        if time.monotonic() - self._sent_at >= PACE:
            self._flush()

    def joined(self, identity: Identity, sid: str, namespace: str) -> None:
        """A connection joined; it is greeted."""
        if namespace == ANNOTATE:
            self._emit("session:hello", self._hello(identity), sid, ANNOTATE)
            self._emit("stats:updated", self._statistics(), sid, ANNOTATE)
        elif namespace == CURATE:
            self._parts.core.look()
            self._emit("session:hello", self._curate_hello(identity), sid, CURATE)
        self._dirty = True

    def resume(self, identity: Identity, sid: str, seen: int) -> Ack:
        """Send a connection what its person missed since push `seen`, or all that is held."""
        with self._guard:
            missed = self._mailbox(identity.name).since(seen)
        if missed is None:
            held = self._parts.core.held(AnnotatorId(identity.name))
            missed = [self._shown(identity.name, query) for query in held if ready(query)]
        for event, data in missed:
            self._emit(event, data, sid, ANNOTATE)
        return Ack(seq=self._parts.core.health()["seq"])

    # ---- curators ------------------------------------------------------------------------------

    def select(self, identity: Identity, sid: str, said: curate.SelectIn) -> Ack:
        """A curator has selected something; the others see it."""
        chosen = self._parts.selections.set(sid, identity.name, said)
        self._selected(chosen, gone=False, but=sid)
        return Ack(seq=self._parts.core.health()["seq"])

    def left(self, sid: str) -> None:
        """A curator's connection closed."""
        found = self._parts.selections.leave(sid)
        if found is not None:
            self._selected(found[0], gone=found[1], but=sid)

    def _selected(self, chosen: curate.Selection, *, gone: bool, but: str) -> None:
        message = curate.SelectionChanged(push=self._board_push(), selection=chosen, gone=gone)
        self._server.emit("selection:changed", message.model_dump(mode="json"), namespace=CURATE,
                          skip_sid=but)

    def _curate_hello(self, identity: Identity) -> dict[str, Any]:
        return curate.CurateHello(
            push=self._mailbox(BOARD).newest, seq=self._parts.core.curation.seq, me=identity.name,
            selections=self._parts.selections.others(identity.name)).model_dump(mode="json")

    def _matrix_moved(self, found: MatrixMoved) -> None:
        message = found.message.model_copy(update={"push": self._board_push()})
        self._emit("matrix:changed", message.model_dump(mode="json"), None, CURATE)

    def _survey_moved(self, found: SurveyMoved) -> None:
        message = curate.SurveyUpdated(push=self._board_push(), survey=found.survey)
        self._emit("survey:updated", message.model_dump(mode="json"), None, CURATE)

    def _cell_mapped(self, found: CellMapped) -> None:
        classes = self._parts.schema.classes
        message = curate.MapReady(push=self._board_push(), given_label=classes[found.given],
                                  predicted_label=classes[found.predicted])
        self._emit("map:ready", message.model_dump(mode="json"), None, CURATE)

    def _suggestions_moved(self, found: SuggestionsMoved) -> None:
        message = suggestions.SuggestionsUpdated(
            push=self._board_push(), version=found.version, total=found.total,
            best_gain=found.best_gain, note=found.note)
        self._emit("suggestions:updated", message.model_dump(mode="json"), None, CURATE)

    def _weights_moved(self, found: WeightsMoved) -> None:
        message = suggestions.WeightsUpdated(
            push=self._board_push(), version=found.version, policy=found.policy)
        self._emit("weights:updated", message.model_dump(mode="json"), None, CURATE)

    def _board_push(self) -> int:
        with self._guard:
            return self._mailbox(BOARD).number()

    # ---- annotators ----------------------------------------------------------------------------

    def _hello(self, identity: Identity) -> dict[str, Any]:
        loop, schema = self._parts.core.loop(), self._parts.schema
        return annotate.Hello(
            push=self._mailbox(identity.name).newest, annotator=identity.name,
            roles=sorted(identity.roles), project=self._parts.project,
            classes=list(schema.classes), kind=schema.kind, lease_seconds=loop.lease_seconds,
            prefetch=loop.prefetch, undo_depth=loop.undo_depth,
            truth_known=self._parts.truth_known, version=__version__).model_dump(mode="json")

    def _mailbox(self, name: str) -> Mailbox:
        with self._guard:
            return self._mail.setdefault(name, Mailbox())

    def _post(self, name: str, event: str, message: Any) -> None:
        """Number, keep and send one push to a person; `message` gets the number."""
        with self._guard:
            box = self._mailbox(name)
            data = message(box.number()).model_dump(mode="json")
            box.keep(box.newest, event, data)
        self._emit(event, data, room(name), ANNOTATE)

    def _shown(self, name: str, query: Query) -> tuple[str, dict[str, Any]]:
        view = self._parts.views.query(query)
        number = self._mailbox(name).newest
        return "query:push", annotate.QueryPush(push=number, query=view).model_dump(mode="json")

    def _ready(self, found: QueryReady) -> None:
        view = self._parts.views.query(found.query)
        self._post(found.annotator, "query:push",
                   lambda number: annotate.QueryPush(push=number, query=view))

    def _over(self, found: QueryOver) -> None:
        self._post(found.annotator, "query:closed", lambda number: annotate.QueryClosed(
            push=number, query=found.query, outcome=found.outcome))

    def _head_moved(self, found: HeadMoved) -> None:
        """At once to whoever set it off; to the others with the next statistics."""
        if found.annotator is not None and found.after is not None:
            self._post(found.annotator, "model:updated", lambda n: _model_updated(found, n))
        self._moved = found
        self._dirty = True

    def _decided(self, found: ArrivalDecided) -> None:
        box = self._mailbox(f"source {found.source}")
        message = stream.ExampleDecided(
            push=box.number(), id=found.id,
            decision=found.decision,  # type: ignore[arg-type]
            predicted_label=self._parts.views.name(found.predicted), margin=found.margin,
            model=found.version)
        self._emit("example:decided", message.model_dump(mode="json"), room(found.source), STREAM)

    def _counted(self, found: Notice) -> None:
        self._dirty = True

    def _flush(self) -> None:
        if not self._dirty:
            return
        self._dirty, self._sent_at = False, time.monotonic()
        moved, self._moved = self._moved, None
        data = self._statistics()
        for namespace in (ANNOTATE, STREAM):
            self._emit("stats:updated", data, None, namespace)
        if moved is not None:
            self._tell_others(moved)

    def _tell_others(self, moved: HeadMoved) -> None:
        for name in self._parts.presence.names():
            if moved.after is None or name != moved.annotator:
                self._post(name, "model:updated", lambda n: _model_updated(moved, n))

    def _statistics(self) -> dict[str, Any]:
        return statistics(self._parts).model_dump(mode="json")

    def _emit(self, event: str, data: dict[str, Any], to: str | None, namespace: str) -> None:
        self._server.emit(event, data, to=to, namespace=namespace)


def room(name: str) -> str:
    """The room of a person's or a source's connections."""
    return f"of {name}"


def _model_updated(found: HeadMoved, number: int) -> annotate.ModelUpdated:
    return annotate.ModelUpdated(push=number, model=found.version, known=found.known,
                                 flipped=found.flipped, exact=found.exact, after=found.after)
