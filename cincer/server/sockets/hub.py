"""Flask-SocketIO as this server needs it: threads, ordered handlers, websocket only, bounded.

Engine.IO is given our websocket (a message cap by role, no compression), our bounded outbound
queue, and `Inbound` for every message. One thread sends notices and looks after the connections:
those that never join, and those whose token was revoked, are hung up.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from engineio.async_drivers.threading import DaemonThread, SimpleWebSocketWSGI
from flask import Flask
from flask_socketio import SocketIO
from socketio.exceptions import ConnectionRefusedError as Refused

from .. import threads
from ..auth.access import CONNECT_ACTIONS, allowed
from ..commands import Gone
from ..core import Parts
from ..gate import DEADLINE, PATH, SLOT, SOURCE_FRAME, Slot, Slots
from ..limits import Outbound
from .inbound import Inbound
from .pushes import ANNOTATE, CURATE, Pushes, room

TICK = 0.25


class _Websocket(SimpleWebSocketWSGI):  # type: ignore[misc]
    """A websocket whose messages are capped as the slot says."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.server_args = {"max_message_size": environ[SLOT].frame, "thread_class": DaemonThread}
        return super().__call__(environ, start_response)


class Hub:
    """The Socket.IO side of one application. `close` ends it."""

    def __init__(self, app: Flask, parts: Parts, slots: Slots) -> None:
        self._parts, self._slots = parts, slots
        self._closed = threading.Event()
        self.socketio = SocketIO(
            app, async_mode="threading", async_handlers=False, transports=["websocket"],
            allow_upgrades=False, http_compression=False, manage_session=False,
            max_http_buffer_size=SOURCE_FRAME, cors_allowed_origins=[], path=PATH)
        self.server = self.socketio.server
        self.pushes = Pushes(self.server, parts)
        self._bound()
        self._register()
        parts.core.subscribe(self.pushes.notice)
        self._thread = threads.start("sockets", self._run)

    def close(self) -> None:
        """Hang up on everybody and end the thread."""
        self._closed.set()
        self.pushes.notice(None)
        self.hang_up()
        self._thread.join(5)

    def hang_up(self) -> None:
        """Close every websocket; new ones may still come."""
        for slot in self._slots.all():
            slot.hang_up()

    def _bound(self) -> None:
        engine = self.server.eio
        engine._async = engine._async | {"websocket": _Websocket, "queue": Outbound}
        engine.on("message", Inbound(self.server, self._parts, self.pushes))

    def _register(self) -> None:
        for namespace in CONNECT_ACTIONS:
            self.server.on("connect", self._connecting(namespace), namespace=namespace)
            self.server.on("disconnect", self._leaving(namespace), namespace=namespace)

    def _connecting(self, namespace: str) -> Any:
        def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
            slot: Slot = environ[SLOT]
            if not allowed(slot.identity, CONNECT_ACTIONS[namespace]):
                raise Refused("the token's roles do not allow this namespace")
            eio_sid = self.server.manager.eio_sid_from_sid(sid, namespace)
            self.server.eio.sockets[eio_sid].queue.on_full = slot.hang_up
            self.server.enter_room(sid, room(slot.identity.name), namespace=namespace)
            if namespace == ANNOTATE:
                self._parts.presence.come(slot.identity.name, sid)

        return connect

    def _leaving(self, namespace: str) -> Any:
        def disconnect(sid: str, reason: Any = None) -> None:
            slot: Slot = self.server.get_environ(sid, namespace=namespace)[SLOT]
            if namespace == CURATE:
                self.pushes.left(sid)
            if self._parts.presence.go(slot.identity.name, sid):
                self._parts.core.submit(Gone(slot.identity.actor))

        return disconnect

    def _run(self) -> None:
        looked = 0.0
        while not self._closed.is_set():
            self.pushes.turn(TICK)
            if time.monotonic() - looked >= TICK:
                looked = time.monotonic()
                self._look_after()

    def _look_after(self) -> None:
        slots = self._slots.all()
        dead = self._parts.tokens.dead({slot.identity.token for slot in slots})
        late = time.monotonic() - DEADLINE
        for slot in slots:
            if slot.identity.token in dead or (not slot.ready and slot.opened < late):
                slot.hang_up()
