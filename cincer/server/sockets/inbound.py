"""What clients send: every packet is read strictly, every numbered event is answered.

Called by Engine.IO in the connection's own thread, so a client's events keep their order. Which
events there are is in `wire.EVENTS`, who may send them in `auth.access.EVENT_ACTIONS`.
"""

from __future__ import annotations

from typing import Any

import socketio

from ...errors import InvalidInput, Unauthenticated, UnknownName
from ..auth.access import EVENT_ACTIONS
from ..core import Parts
from ..gate import SLOT, Slot
from ..perform import perform, require
from ..problems import answer
from ..wire import EVENTS, ErrorAnswer, Message, annotate, curate
from .packets import ACK, CONNECT, DISCONNECT, Packet, decode, event
from .pushes import Pushes

STRIKES = 20
"""Unanswerable packets after which a connection is closed."""


class Inbound:
    """Reads messages of all connections. `server` is python-socketio's."""

    def __init__(self, server: Any, parts: Parts, pushes: Pushes) -> None:
        self._server, self._parts, self._pushes = server, parts, pushes

    def __call__(self, eio_sid: str, raw: str | bytes) -> None:
        """One Engine.IO message."""
        environ = self._server.environ.get(eio_sid)
        if environ is None:
            return
        packet = decode(raw)
        slot: Slot = environ[SLOT]
        if packet.wrong is None and packet.kind == CONNECT:
            self._connect(eio_sid, slot, packet)
        elif packet.wrong is None and packet.kind == DISCONNECT:
            self._server._handle_disconnect(eio_sid, packet.namespace)
        elif packet.wrong is not None or packet.kind != ACK:
            self._event(eio_sid, slot, packet)

    def _connect(self, eio_sid: str, slot: Slot, packet: Packet) -> None:
        place = packet.namespace
        if place not in EVENTS or self._sid(eio_sid, place):
            self._send(eio_sid, socketio.packet.CONNECT_ERROR, place, None,
                       {"message": "no such namespace, or joined before"})
            self._strike(slot)
            return
        self._server._handle_connect(eio_sid, place, None)
        sid = self._sid(eio_sid, place)
        if sid is None:
            self._strike(slot)
            return
        slot.ready = True
        self._pushes.joined(slot.identity, sid, place)

    def _event(self, eio_sid: str, slot: Slot, packet: Packet) -> None:
        try:
            told = self._answer(eio_sid, slot, packet)
        except Exception as error:
            told = answer(error)
        if packet.number is not None:
            self._send(eio_sid, socketio.packet.ACK, packet.namespace, packet.number,
                       [told.model_dump(mode="json")])
        elif isinstance(told, ErrorAnswer):
            self._strike(slot)

    def _answer(self, eio_sid: str, slot: Slot, packet: Packet) -> Message:
        if packet.wrong is not None:
            raise packet.wrong
        identity, place = slot.identity, packet.namespace
        self._parts.limits.actors.take(identity.token)
        if not self._parts.tokens.alive(identity.token):
            raise Unauthenticated("the token was revoked or has expired")
        sid = self._sid(eio_sid, place)
        if sid is None:
            raise InvalidInput(f"join the namespace {place[:50]} first")
        name, payload = event(packet)
        if name not in EVENTS[place]:
            raise UnknownName("event", name[:50], EVENTS[place])
        message = EVENTS[place][name][0].model_validate(payload)
        action = EVENT_ACTIONS[place, name]
        if isinstance(message, curate.SelectIn):
            return self._pushes.select(require(identity, action), sid, message)
        if isinstance(message, annotate.ResumeIn):
            require(identity, action)
            return self._pushes.resume(identity, sid, message.push)
        return perform(self._parts, identity, action, message)

    def _sid(self, eio_sid: str, namespace: str) -> str | None:
        sid: str | None = self._server.manager.sid_from_eio_sid(eio_sid, namespace)
        return sid if sid and self._server.manager.is_connected(sid, namespace) else None

    def _strike(self, slot: Slot) -> None:
        slot.strikes += 1
        if slot.strikes > STRIKES:
            slot.hang_up()

    def _send(
        self, eio_sid: str, kind: int, namespace: str, number: int | None, data: Any
    ) -> None:
        self._server._send_packet(eio_sid, self._server.packet_class(
            kind, namespace=namespace, id=number, data=data))
