"""Jobs for one compute process: named, coalesced, one under way at a time.

A job is asked for by name and made only when its turn comes, from the newest state; so asking
again replaces what waits. An answer is worth something only if it was computed on a version at
least as new as the newest asking of that name; the others are dropped here and nowhere else.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from ...compute.frames import Frame


class Urgency(IntEnum):
    """Whose turn comes first."""

    PERSON = 0
    MODEL = 1
    ARRIVALS = 2
    LATER = 3


@dataclass(frozen=True, slots=True)
class Job:
    """`make` gives the job's frame when its turn comes, None if there is nothing to do any more.
    `version` is the oldest data version an answer may rest on."""

    name: str
    urgency: Urgency
    make: Callable[[], Frame | None]
    version: int = 0


_numbers = itertools.count(1)
"""Jobs are numbered over all desks, so that an answer finds its own."""


class Desk:
    """What one process is asked for. Times are monotonic seconds."""

    def __init__(self, patience: float | None) -> None:
        self._patience = patience
        self._waiting: dict[str, Job] = {}
        self._under_way: Job | None = None
        self._since = 0.0
        self._number = 0

    @property
    def busy(self) -> bool:
        return self._under_way is not None

    def __contains__(self, name: str) -> bool:
        """Whether a job of this name waits or is under way."""
        return name in self._waiting or (
            self._under_way is not None and self._under_way.name == name)

    def ask(self, job: Job) -> None:
        """Queue `job`, in place of a waiting one of its name (which keeps the better urgency)."""
        old = self._waiting.get(job.name)
        if old is not None and old.urgency < job.urgency:
            job = Job(job.name, old.urgency, job.make, job.version)
        self._waiting[job.name] = job

    def next(self) -> Frame | None:
        """The frame to send now: None while one is under way or nothing waits."""
        while self._under_way is None and self._waiting:
            job = min(self._waiting.values(), key=lambda job: job.urgency)
            del self._waiting[job.name]
            frame = job.make()
            if frame is not None:
                self._under_way, self._since = job, time.monotonic()
                self._number = next(_numbers)
                return {**frame, "job": self._number}
        return None

    def under_way(self, frame: Frame) -> bool:
        """Whether this frame is about the job under way."""
        return self._under_way is not None and frame.get("job") == self._number

    def answered(self, frame: Frame) -> Job | None:
        """The job this frame answers, whose turn is over; None where the answer is dropped."""
        job = self._under_way
        if job is None or not self.under_way(frame):
            return None
        self._under_way = None
        newest = self._waiting.get(job.name, job)
        return job if frame.get("version", 0) >= newest.version else None

    def overdue(self) -> bool:
        """Whether the job under way takes longer than it may."""
        return (self._under_way is not None and self._patience is not None
                and time.monotonic() - self._since > self._patience)

    def clear(self) -> None:
        """Forget everything: the process is a new one."""
        self._waiting.clear()
        self._under_way = None
