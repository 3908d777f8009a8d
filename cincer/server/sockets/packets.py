"""Socket.IO packets as they come in (protocol 5): read strictly, never half.

Binary events are refused before any attachment is kept. Whatever cannot be read becomes a packet
with `wrong` set, so that a numbered one can still be answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ...errors import CincerError, InvalidInput
from ...strictjson import parse

CONNECT, DISCONNECT, EVENT, ACK = 0, 1, 2, 3
_FORM = re.compile(r"(\d)(?:(\d{1,9})-)?(?:(/[^,\[{\"]{0,100})(?:,|$))?(\d*)(.*)", re.DOTALL)
_MAX_NUMBER = 15


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet: its kind, namespace, number (None = wants no answer), data; `wrong` says why it
    cannot be taken."""

    kind: int
    namespace: str = "/"
    number: int | None = None
    data: Any = None
    wrong: CincerError | None = None


def decode(raw: str | bytes) -> Packet:
    """The packet that `raw`, the content of an Engine.IO message, stands for. Never raises."""
    if not isinstance(raw, str):
        return _wrong("binary messages are not taken")
    form = _FORM.fullmatch(raw)
    if form is None:
        return _wrong("not a Socket.IO packet")
    kind, attachments, namespace, number, rest = form.groups()
    place = (namespace or "/").partition("?")[0]
    if len(number) > _MAX_NUMBER:
        return _wrong("the packet's number is too long", place)
    counted = int(number) if number else None
    if int(kind) > ACK or attachments is not None:
        return _wrong("binary and unknown packets are not taken", place, counted)
    try:
        return Packet(int(kind), place, counted, parse(rest) if rest else None)
    except CincerError as error:
        return Packet(EVENT, place, counted, wrong=error)


def event(packet: Packet) -> tuple[str, Any]:
    """Name and payload of an event packet; raises `InvalidInput`."""
    data = packet.data
    if not isinstance(data, list) or not data or not isinstance(data[0], str):
        raise InvalidInput('an event is ["name", payload]')
    if len(data) != 2:
        raise InvalidInput("an event has one payload, a JSON object")
    return data[0], data[1]


def _wrong(message: str, namespace: str = "/", number: int | None = None) -> Packet:
    return Packet(EVENT, namespace, number, wrong=InvalidInput(message))
