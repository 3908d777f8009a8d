"""Serves the application: gunicorn, or Werkzeug's threaded server (for `demo`, and on Windows).

There is one process that holds the state. Under gunicorn a small arbiter forks one worker (gthread,
a thread for each websocket and 16 for requests); only that worker calls `make`, so the service,
its threads and the write connection live there, and a worker that dies is replaced by one that goes
on where the ledger is. Two workers would be two sessions: there is no setting for it.
"""

from __future__ import annotations

import errno
import ipaddress
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from ..config import ServerSettings
from ..errors import CincerError, InvalidInput, Unavailable
from . import threads
from .app import close_app

EVERYWHERE = ("0.0.0.0", "::")
"""Addresses that stand for all of this machine's."""

SPARE_THREADS = 16
IDLE = 30.0
"""Seconds a client may keep a request waiting between two pieces of it."""


@dataclass(frozen=True, slots=True)
class Made:
    """What `make` gives: the application, and what closes everything behind it."""

    app: Flask
    close: Callable[[], None]


Make = Callable[[], Made]
Ready = Callable[[str, Flask], None]


def serve(make: Make, settings: ServerSettings, on_ready: Ready, *, simple: bool = False) -> None:
    """Serve until SIGINT or SIGTERM, then stop in order. `on_ready(url, app)` is called in the
    serving process when requests are taken. `simple` chooses Werkzeug's server.

    Raises `InvalidInput` for an address that must not be bound, or cannot be.
    """
    check_address(settings)
    listener = bind(settings)
    url = address(settings, listener)
    if simple or sys.platform == "win32":
        serve_simple(make, settings, on_ready, listener, url)
    else:
        _serve_gunicorn(make, settings, on_ready, listener, url)


def check_address(settings: ServerSettings) -> None:
    """Raises `InvalidInput` for an address beyond this machine without TLS or a proxy."""
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise InvalidInput("tls_cert and tls_key belong together; give both or none")
    for path in filter(None, (settings.tls_cert, settings.tls_key)):
        if not Path(path).is_file():
            raise InvalidInput(f"no such file: {path}")
    if not (is_loopback(settings.host) or settings.tls_cert or settings.behind_proxy):
        raise InvalidInput(
            f"{settings.host} can be reached from other machines: give --tls-cert and --tls-key, "
            "or --behind-proxy where a proxy does TLS; 127.0.0.1 needs neither")


def is_loopback(host: str) -> bool:
    """Whether `host` is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bind(settings: ServerSettings) -> socket.socket:
    """A listening socket; raises `InvalidInput` in clear words where that is not possible."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(512)
    except (OSError, OverflowError) as error:
        listener.close()
        raise InvalidInput(_bind_problem(settings, error)) from None
    return listener


def _bind_problem(settings: ServerSettings, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return (f"port {settings.port} is taken by another program; choose another with --port, "
                "or --port 0 for any free one")
    if number == errno.EACCES:
        return f"port {settings.port} needs more rights; choose one above 1023 with --port"
    return f"cannot listen on {settings.host} port {settings.port}: {error}"


def address(settings: ServerSettings, listener: socket.socket) -> str:
    """The URL under which this machine reaches the server."""
    scheme = "https" if settings.tls_cert else "http"
    host = "localhost" if settings.host in EVERYWHERE else settings.host
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{listener.getsockname()[1]}"


def serve_simple(
    make: Make, settings: ServerSettings, on_ready: Ready, listener: socket.socket, url: str
) -> None:
    """Werkzeug's threaded server in this process."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Handler(WSGIRequestHandler):
        timeout = IDLE

        def version_string(self) -> str:
            return "cincer"

        def log(self, type: str, message: str, *args: Any) -> None:
            pass

    made = make()
    try:
        tls = (settings.tls_cert, settings.tls_key) if settings.tls_cert else None
        server = make_server(
            settings.host, listener.getsockname()[1], made.app, threaded=True,
            request_handler=Handler, ssl_context=tls,
            fd=listener.detach())
        server.daemon_threads = True  # type: ignore[attr-defined]
        server.block_on_close = False  # type: ignore[attr-defined]
        stop = _on_signal(lambda: threads.start("stop", server.shutdown))
        on_ready(url, made.app)
        server.serve_forever(poll_interval=0.05)
        server.server_close()
        stop()
    finally:
        close_app(made.app)
        made.close()


def _on_signal(act: Callable[[], object]) -> Callable[[], None]:
    """Calls `act` on SIGINT and SIGTERM, if this is the main thread; the answer undoes it."""
    try:
        before = {s: signal.signal(s, lambda *_: act()) for s in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:
        return lambda: None

    def undo() -> None:
        for number, old in before.items():
            signal.signal(number, old)

    return undo


def _serve_gunicorn(
    make: Make, settings: ServerSettings, on_ready: Ready, listener: socket.socket, url: str
) -> None:
    from .gunicorn_app import serve_forever

    code = serve_forever(make, settings, on_ready, listener, url)
    if code:
        raise Unavailable("the server could not start or go on; the reason is told above")


def failed(error: CincerError) -> None:
    """Tell on standard error why the serving process cannot start."""
    print(f"cincer: {error}", file=sys.stderr, flush=True)
