"""The learning curve of a session whose truth is known: when it is measured, and by whom.

The scorer predicts the hold-out twice, by the live model and by one that is told every label as
given and never a reply; the referee compares with the truth in this process. Only class indices
come back over the pipe, and no truth goes out.
"""

from __future__ import annotations

import time

import numpy as np

from ...compute.frames import Frame, unpack_ints
from ...compute.messages import labels_frame
from ...types import NO_LABEL, Seconds
from ..notices import StatsChanged
from ..referee import Referee
from ..wire.annotate import CurvePoint
from .desk import Job, Urgency
from .group import Group
from .live import HOLDOUT, Live
from .scoring import Scoring
from .training import Training

PACE = 0.5
"""Seconds between two points at least."""

POINTS = 200
"""Points kept; above it every second one goes."""


class Judging:
    """Has the scorer predict the hold-out, and keeps the curve."""

    def __init__(
        self, live: Live, scoring: Scoring, training: Training, referee: Referee
    ) -> None:
        self._live, self._referee = live, referee
        self._scoring, self._training = scoring, training
        self._never: Frame | None = None
        self._at = 0.0
        self._due = True
        self.curve: tuple[CurvePoint, ...] = ()
        scoring.handlers["measure"] = self.measured
        shape = tuple(live.schema.size or (live.schema.width,))
        referee.write_inputs(live.folder / HOLDOUT, shape)

    def up(self, name: str) -> None:
        """A new life of a process: it is told every label as given, the scorer the hold-out too."""
        given = self._live.loop.data.column("given")
        positions = np.flatnonzero(given != NO_LABEL)
        frame = labels_frame("never", self._live.seq, positions, given[positions])
        if name == "trainer":
            self._training.tell(frame)
            return
        self._scoring.tell({"op": "holdout", "path": str(self._live.folder / HOLDOUT)})
        self._scoring.tell(frame)
        self._never, self._due = None, True

    def commit(self, group: Group) -> None:
        added = [(int(e.position), e.given) for e in group.added if e.given is not None]
        if added:
            positions, labels = zip(*added, strict=True)
            frame = labels_frame("never", group.seq, positions, labels)
            self._scoring.tell(frame)
            self._training.tell(frame)
        self._due = self._due or bool(added or group.moved or group.promoted)

    def next_deadline(self) -> Seconds | None:
        return self._at + PACE if self._due and not self._scoring.desk.busy else None

    def ask(self, now: Seconds) -> None:
        """Ask for a point if one is due."""
        if self._due and self._at + PACE <= now:
            self._due, self._at = False, now
            self._scoring.desk.ask(Job("measure", Urgency.LATER, self._job))

    def _job(self) -> Frame:
        """With the never-ask run's network, if there is a newer one."""
        news = self._training.never if self._training.never != self._never else None
        self._never = self._training.never
        return {"op": "measure", "network": news}

    def measured(self, group: Group, frame: Frame) -> None:
        """One more point of the curve."""
        live, never = frame["live"], frame["never"]
        counters = self._live.state.counters
        point = self._referee.point(
            self._live.loop.data, self._live.loop.ids,
            None if live is None else unpack_ints(live),
            None if never is None else unpack_ints(never),
            at=time.time(), replies=counters.replies, received=counters.received)
        kept = self.curve if len(self.curve) < POINTS else self.curve[::2]
        self.curve = (*kept, point)
        group.notices.append(StatsChanged())
