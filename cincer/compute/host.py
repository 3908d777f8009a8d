"""The child's side of the pipe: frames in, answers out, and the end of the parent is the end.

`Host` owns the process's standard input and output. What the process prints goes to standard
error, so that a stray `print` in somebody's model cannot break the pipe. The reading thread is the
only thread of the process; at the end of the pipe it ends the process at once, whatever is being
computed: a compute process holds nothing that would be lost.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import BinaryIO, Protocol

from ..errors import CincerError
from . import frames
from .frames import Frame


class Worker(Protocol):
    """What a process does: answers frames, and works ahead while nothing waits."""

    def handle(self, frame: Frame) -> Frame | None:
        """The answer to a frame; None where none is wanted."""
        ...

    def idle(self, waiting: Callable[[], bool]) -> bool:
        """Does one slice of work that can wait, stopping early where `waiting()` becomes true;
        False when there is none left."""
        ...


class Host:
    """Frames between this process and the server."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink
        self._inbox: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._kept: deque[Frame] = deque()
        threading.Thread(target=self._read, name="frames", daemon=True).start()

    @classmethod
    def of_process(cls) -> Host:
        """The host on this process's own standard input and output; prints go to stderr. Ctrl-C is
        the server's affair: this process ends when the server closes the pipe."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        source = os.fdopen(os.dup(0), "rb")
        sink = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        return cls(source, sink)

    def waiting(self) -> bool:
        """Whether a frame is there to be taken."""
        return bool(self._kept) or not self._inbox.empty()

    def take(self, wait: bool) -> Frame | None:
        """The next frame; None where none is there and `wait` is False."""
        if self._kept:
            return self._kept.popleft()
        try:
            return self._inbox.get(block=wait)
        except queue.Empty:
            return None

    def answer(self, frame: Frame) -> None:
        """Send one frame to the server; where it is gone, so is this process."""
        data = memoryview(frames.encode(frame))
        try:
            while data:
                data = data[self._sink.write(data):]
        except BrokenPipeError:
            os._exit(0)

    def interrupt(self, worker: Worker, ops: frozenset[str]) -> None:
        """From within a long job of `worker`: what waits and is one of `ops` is handled now, in
        order; the rest stays."""
        kept: list[Frame] = []
        while (frame := self.take(wait=False)) is not None:
            if kept or frame["op"] not in ops:
                kept.append(frame)
            elif (answer := _handled(worker, frame)) is not None:
                self.answer(answer)
        self._kept.extend(kept)

    def serve(self, worker: Worker) -> None:
        """Answer frames for ever; work ahead whenever none waits."""
        busy = True
        while True:
            frame = self.take(wait=not busy)
            if frame is None:
                busy = worker.idle(self.waiting)
                continue
            answer = _handled(worker, frame)
            if answer is not None:
                self.answer(answer)
            busy = True

    def _read(self) -> None:
        try:
            while (frame := frames.read(self._source)) is not None:
                self._inbox.put(frame)
        finally:
            os._exit(0)


def _handled(worker: Worker, frame: Frame) -> Frame | None:
    """The worker's answer; an error on purpose is an answer too, any other ends the process."""
    try:
        return worker.handle(frame)
    except CincerError as error:
        return {"op": frame.get("op"), "job": frame.get("job"),
                "error": str(error), "code": error.code}
