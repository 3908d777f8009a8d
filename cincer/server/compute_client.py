"""The server's side of a compute process: spawned, supervised, restarted on death.

`Compute` starts `python -m cincer.compute.run <name>` (never forked, so that no thread or lock is
copied), reads its answers and posts what happens to the session thread: `Up` with a fresh `Link`
when it is ready,
`Answered` for each frame, `Down` when it died. A `Link` belongs to one life of the process: what
is sent over a dead one goes nowhere, so nothing meant for the old can reach the new.
"""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Protocol, TypeAlias

from ..compute import frames
from ..compute.frames import Frame
from . import threads

log = logging.getLogger("cincer.compute")

BACKOFF = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the next start after deaths in a row."""

STEADY = 20.0
"""Seconds a process must have lived for its next death to count as the first again."""


class Link:
    """The way to one life of a process. `send` never blocks: a thread writes."""

    def __init__(self, name: str, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._frames: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        threads.start(f"{name}-writer", self._write)

    def send(self, frame: Frame) -> None:
        self._frames.put(frame)

    def close(self) -> None:
        """Closes the pipe once what was sent is written; the process ends at its end."""
        self._frames.put(None)

    def _write(self) -> None:
        try:
            while (frame := self._frames.get()) is not None:
                self._pipe.write(frames.encode(frame))
                self._pipe.flush()
        except OSError:
            pass  # the process died; its supervisor reports that
        finally:
            with suppress(OSError):
                self._pipe.close()


@dataclass(frozen=True, slots=True)
class Up:
    """The process `name` is ready for its first frame."""

    name: str
    link: Link


@dataclass(frozen=True, slots=True)
class Answered:
    """The process `name` sent a frame."""

    name: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class Down:
    """The process `name` died; it is started again after a while."""

    name: str
    code: int


Happening: TypeAlias = Up | Answered | Down
Post: TypeAlias = Callable[[Happening], None]


class Process(Protocol):
    """A supervised compute process, as the service sees it; tests bring their own."""

    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def kill(self) -> None: ...
    def close(self) -> None: ...


class Compute:
    """One supervised process. `status` is up, starting or down; `pid` of the present life."""

    def __init__(self, name: str, post: Post) -> None:
        self.name = name
        self.status = "starting"
        self.pid: int | None = None
        self._post = post
        self._closing = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threads.start(self.name, self._supervise)

    def kill(self) -> None:
        """End this life at once (a job takes longer than it may); the next one follows."""
        if self._process is not None:
            self._process.kill()

    def close(self, patience: float = 5.0) -> None:
        """End the process for good and wait for it."""
        self._closing.set()
        self.kill()
        if self._thread is not None:
            self._thread.join(patience)

    def _supervise(self) -> None:
        deaths = 0
        while not self._closing.is_set():
            born = time.monotonic()
            code = self._one_life()
            if self._closing.is_set():
                return
            deaths = 1 if time.monotonic() - born > STEADY else deaths + 1
            log.warning("%s ended with code %s", self.name, code)
            self.status = "down"
            self._post(Down(self.name, code))
            self._closing.wait(BACKOFF[min(deaths, len(BACKOFF)) - 1])
            self.status = "starting"

    def _one_life(self) -> int:
        process = self._process = spawn(self.name)
        self.pid = process.pid
        assert process.stdin is not None
        assert process.stdout is not None
        link = Link(self.name, process.stdin)
        if self._closing.is_set():
            process.kill()
        self._read(process.stdout, link)
        process.kill()
        link.close()
        process.stdout.close()
        self.pid = None
        return process.wait()

    def _read(self, source: IO[bytes], link: Link) -> None:
        while (frame := frames.read(source)) is not None:
            if frame.get("op") == "ready":
                self.status = "up"
                self._post(Up(self.name, link))
            else:
                self._post(Answered(self.name, frame))


def spawn(name: str) -> subprocess.Popen[bytes]:
    """The compute process `name` with pipes, one thread for every numeric library, and this path.
    In a session of its own: Ctrl-C is for the server, which then ends it by closing the pipe."""
    one = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")}
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    return subprocess.Popen(
        [sys.executable, "-m", "cincer.compute.run", name],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, **one, "PYTHONPATH": path},
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0))
