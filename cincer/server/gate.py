"""The WSGI gate in front of everything: security headers on every response, and for websockets
token, Origin and caps before the socket opens (Engine.IO would start threads first).

A socket that passed has a `Slot` in its environ; `Slots` counts them and can hang up. A slot is
`ready` once a namespace was joined; `sockets.hub` hangs up those that take longer than `DEADLINE`.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from werkzeug.wsgi import ClosingIterator

from ..errors import CincerError, Forbidden, InvalidInput, Unauthenticated, Unavailable
from .auth.identity import Identity, check_origin, identify, own_origin
from .core import Parts
from .problems import answer

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]

PATH = "/socket.io/"
SLOT = "cincer.slot"
DEADLINE = 5.0
"""Seconds in which an open websocket must join a namespace."""
PENDING = 32
"""Websockets of one address that have not joined one yet, at most."""
FRAME, SOURCE_FRAME = 64 * 1024, 1024 * 1024
"""Bytes of one websocket message at most: from people, and from sources and platforms."""
POLICY_OF_FIGURES = ("default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
                     "font-src data:; frame-ancestors 'none'; sandbox")
"""The one other policy a response may ask for: pictures made elsewhere, which need their own
styles and may do nothing else."""
_POLICY = "Content-Security-Policy"
_HOST = re.compile(r"^[A-Za-z0-9.\-:\[\]]{1,255}$")


@dataclass(eq=False)
class Slot:
    """One open websocket."""

    identity: Identity
    address: str
    wire: socket.socket | None
    opened: float = field(default_factory=time.monotonic)
    ready: bool = False
    strikes: int = 0

    @property
    def frame(self) -> int:
        """Bytes of one message at most."""
        big = {"source", "platform"} & self.identity.roles
        return SOURCE_FRAME if big else FRAME

    def hang_up(self) -> None:
        """Close at once, whatever the client does; its threads end by themselves."""
        if self.wire is not None:
            with suppress(OSError):
                self.wire.shutdown(socket.SHUT_RDWR)


class Slots:
    """All open websockets, at most `limit`."""

    def __init__(self, limit: int, pending: int = PENDING) -> None:
        self._limit, self._pending = limit, pending
        self._guard = threading.Lock()
        self._open: set[Slot] = set()

    def add(self, slot: Slot) -> None:
        """Count `slot`, or raise `Unavailable` where there is no room."""
        with self._guard:
            waiting = sum(s.address == slot.address and not s.ready for s in self._open)
            if len(self._open) >= self._limit or waiting >= self._pending:
                raise Unavailable("no more connections at the moment; try again", retry_after=5)
            self._open.add(slot)

    def remove(self, slot: Slot) -> None:
        with self._guard:
            self._open.discard(slot)

    def all(self) -> list[Slot]:
        with self._guard:
            return list(self._open)


class Gate:
    """The outermost application. `requests` are those not yet answered to the last byte, websockets
    not counted."""

    def __init__(self, inner: Application, parts: Parts, slots: Slots) -> None:
        self._inner, self._parts, self._slots = inner, parts, slots
        self._guard = threading.Lock()
        self.requests = 0

    def drain(self, seconds: float) -> None:
        """Wait until no request is under way, at most so long."""
        end = time.monotonic() + seconds
        while self.requests and time.monotonic() < end:
            time.sleep(0.01)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        secured = _with_headers(start, security_headers(environ))
        try:
            if "HTTP_TRANSFER_ENCODING" in environ and environ.get("CONTENT_LENGTH"):
                raise InvalidInput("Content-Length and Transfer-Encoding exclude each other")
            if not environ.get("PATH_INFO", "").startswith(PATH.rstrip("/")):
                return self._counted(environ, secured)
            slot = self._admit(environ)
        except CincerError as error:
            return _refuse(error, secured)
        try:
            return self._inner(environ, secured)
        finally:
            self._slots.remove(slot)
            slot.hang_up()  # a reader of this socket must not outlive it

    def _counted(self, environ: Environ, start: Start) -> Iterable[bytes]:
        self._count(1)
        try:
            found = self._inner(environ, start)
        except BaseException:
            self._count(-1)
            raise
        return ClosingIterator(found, lambda: self._count(-1))

    def _count(self, change: int) -> None:
        with self._guard:
            self.requests += change

    def _admit(self, environ: Environ) -> Slot:
        """A slot for this websocket; whatever is wrong is raised before anything is started."""
        query = environ.get("QUERY_STRING", "")
        if environ.get("HTTP_UPGRADE", "").lower() != "websocket" or (
                "transport=websocket" not in query.split("&")):
            raise InvalidInput("only the websocket transport is served here")
        if environ.get("HTTP_ORIGIN") == "null":
            raise Forbidden("a page without an origin may not connect here")
        address = str(environ.get("REMOTE_ADDR", "?"))
        try:
            who = identify(environ, self._parts.tokens, self._parts.cookie, self._parts.project)
        except Unauthenticated:
            self._parts.limits.refused.take(address)
            raise
        check_origin(environ, self._parts.origins, must=who.via == "cookie")
        return self._slot(environ, who, address)

    def _slot(self, environ: Environ, who: Identity, address: str) -> Slot:
        wire = environ.get("werkzeug.socket") or environ.get("gunicorn.socket")
        slot = Slot(who, address, wire)
        self._slots.add(slot)
        environ[SLOT] = slot
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)  # no compression: no inflating bombs
        if wire is not None:
            wire.settimeout(None)
        return slot


def security_headers(environ: Environ) -> list[tuple[str, str]]:
    """What every response carries. Nothing inline, nothing from elsewhere, no framing."""
    connect = "'self'"
    origin = own_origin(environ)
    if _HOST.match(origin.partition("://")[2]):
        connect += f" {origin.replace('http', 'ws', 1)}"
    policy = (f"default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
              f"connect-src {connect}; object-src 'none'; base-uri 'none'; form-action 'self'; "
              f"frame-ancestors 'none'")
    found = [
        (_POLICY, policy), ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=()")]
    if environ.get("wsgi.url_scheme") == "https":
        found.append(("Strict-Transport-Security", "max-age=31536000"))
    return found


def _with_headers(start: Start, extra: list[tuple[str, str]]) -> Start:
    def secured(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        own = {name.lower() for name, _ in extra}
        kept = [(name, value) for name, value in headers if name.lower() not in own]
        asked = (_POLICY, POLICY_OF_FIGURES)
        ours = [asked if name == _POLICY and asked in headers else (name, value)
                for name, value in extra]
        return start(status, kept + ours, *rest)

    return secured


def _refuse(error: CincerError, start: Start) -> list[bytes]:
    told = answer(error)
    body = told.model_dump_json().encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))),
               ("Cache-Control", "no-store"), ("Connection", "close")]
    if told.retry_after is not None:
        headers.append(("Retry-After", str(max(1, round(told.retry_after)))))
    start(f"{told.status} {HTTPStatus(told.status).phrase}", headers)
    return [body]
