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
from ..compute_client import Link
from ..notices import StatsChanged
from ..referee import Referee
from ..wire.annotate import CurvePoint
from .desk import Desk, Job, Urgency
from .group import Group
from .live import HOLDOUT, Live

PACE = 0.5
"""Seconds between two points at least."""

POINTS = 200
"""Points kept; above it every second one goes."""


class Judging:
    """Asks the scorer's desk for predictions and keeps the curve."""

    def __init__(self, live: Live, desk: Desk, referee: Referee) -> None:
        self._live, self._desk, self._referee = live, desk, referee
        self._link: Link | None = None
        self._at = 0.0
        self._due = True
        self.curve: tuple[CurvePoint, ...] = ()
        self._shape = tuple(live.schema.size or (live.schema.width,))
        referee.write_inputs(live.folder / HOLDOUT, self._shape)

    def up(self, link: Link) -> None:
        """A new scorer: the hold-out and every label as given."""
        self._link = link
        link.send({"op": "holdout", "path": str(self._live.folder / HOLDOUT)})
        given = self._live.loop.data.column("given")
        positions = np.flatnonzero(given != NO_LABEL)
        link.send(labels_frame("never", self._live.seq, positions, given[positions]))
        self._due = True

    def down(self) -> None:
        self._link = None

    def commit(self, group: Group) -> None:
        added = [(int(e.position), e.given) for e in group.added if e.given is not None]
        if added and self._link is not None:
            positions, labels = zip(*added, strict=True)
            self._link.send(labels_frame("never", group.seq, positions, labels))
        self._due = self._due or bool(added or group.moved)

    def next_deadline(self) -> Seconds | None:
        return self._at + PACE if self._due and self._link is not None else None

    def ask(self, now: Seconds) -> None:
        """Ask for a point if one is due."""
        if self._due and self._link is not None and self._at + PACE <= now:
            self._due, self._at = False, now
            self._desk.ask(Job("measure", Urgency.LATER, lambda: {"op": "measure"}))

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
