"""gunicorn run from Python: one gthread worker that owns everything, stopped gracefully.

Not imported on Windows. Both SIGINT and SIGTERM stop accepting, hang up websockets (clients keep
what was not acknowledged and send it again), end requests under way, close the service, exit 0.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.sock import TCP6Socket, TCPSocket
from gunicorn.workers.gthread import ThreadWorker

from ..config import ServerSettings
from ..errors import CincerError
from .app import close_app
from .run import IDLE, SPARE_THREADS, Made, Make, Ready, failed

GRACE = 10
"""Seconds requests have to end when the server stops."""


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Listens on a socket that is bound already; Ctrl-C is as gentle as SIGTERM."""

    def __init__(self, app: Any, listener: socket.socket) -> None:
        super().__init__(app)
        kind = TCP6Socket if listener.family == socket.AF_INET6 else TCPSocket
        name = listener.getsockname()
        self.LISTENERS = [kind(name, self.cfg, self.log, fd=listener.detach())]

    def handle_int(self) -> None:
        raise StopIteration


class _Worker(ThreadWorker):  # type: ignore[misc]
    """Hangs up websockets when it is told to stop; they would hold their threads for ever."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        if self.alive:
            self.method_queue.defer(self.app.hang_up)
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: Any) -> None:
        self.handle_exit(sig, frame)


class _Application(BaseApplication):  # type: ignore[misc]
    """`make` runs in the worker, once."""

    def __init__(self, make: Make, settings: ServerSettings, on_ready: Ready, url: str) -> None:
        self._make, self._settings, self._on_ready, self._url = make, settings, on_ready, url
        self._made: Made | None = None
        super().__init__()

    def load_config(self) -> None:
        """gunicorn's settings."""
        threads = self._settings.max_sockets + SPARE_THREADS
        values = {
            "workers": 1, "threads": threads, "worker_class": _Worker,
            "worker_connections": threads + 100, "timeout": 120,
            "graceful_timeout": GRACE, "keepalive": int(IDLE), "loglevel": "warning",
            "certfile": self._settings.tls_cert, "keyfile": self._settings.tls_key,
            "forwarded_allow_ips": "", "control_socket_disable": True,
            "post_worker_init": self._ready, "worker_exit": self._exit,
            "default_proc_name": "cincer"}
        for name, value in values.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """The application; what is wrong with it is told in one line."""
        try:
            self._made = self._make()
        except CincerError as error:
            failed(error)
            raise SystemExit(Arbiter.APP_LOAD_ERROR) from None
        return self._made.app

    def hang_up(self) -> None:
        """Close the worker's websockets."""
        if self._made is not None:
            self._made.app.extensions["cincer.hub"].hang_up()

    def _ready(self, worker: Any) -> None:
        assert self._made is not None
        self._on_ready(self._url, self._made.app)

    def _exit(self, arbiter: Any, worker: Any) -> None:
        if self._made is not None:
            close_app(self._made.app)
            self._made.close()


def serve_forever(
    make: Make, settings: ServerSettings, on_ready: Ready, listener: socket.socket, url: str
) -> int:
    """Serve on `listener`; the exit status. The worker, a fork, never returns from here."""
    arbiter = os.getpid()
    try:
        _Arbiter(_Application(make, settings, on_ready, url), listener).run()
    except SystemExit as end:
        code = int(end.code or 0)
        if os.getpid() == arbiter:
            return code
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return 0
