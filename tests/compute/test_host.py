"""Frames handled from within a long job: those that may, in their order; the rest stays."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

from cincer.compute import frames
from cincer.compute.frames import Frame
from cincer.compute.host import Host

QUICK = frozenset({"labels", "preview"})


class Echo:
    """Answers previews and jobs; what it was handed, in order."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def handle(self, frame: Frame) -> Frame | None:
        self.seen.append(frame["name"])
        return None if frame["op"] == "labels" else {"op": frame["op"], "name": frame["name"]}

    def idle(self, waiting: Callable[[], bool]) -> bool:
        return False


def test_only_what_may_interrupts_and_the_order_stays() -> None:
    read, write = os.pipe()
    sink = io.BytesIO()
    host, worker = Host(os.fdopen(read, "rb"), sink), Echo()
    asked = [("labels", "a"), ("preview", "b"), ("train", "c"), ("preview", "d")]
    for op, name in asked:
        os.write(write, frames.encode({"op": op, "name": name}))
    while len(worker.seen) + len(host._kept) < len(asked):
        host.interrupt(worker, QUICK)
    assert worker.seen[:2] == ["a", "b"]
    assert host.waiting()
    left = []
    while host.waiting():
        found = host.take(wait=False)
        assert found is not None
        left.append(found["name"])
    assert worker.seen + left == ["a", "b", "c", "d"]
    answers = io.BytesIO(sink.getvalue())
    assert frames.read(answers) == {"op": "preview", "name": "b"}
