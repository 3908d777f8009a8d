"""What the trainer is told and asked: labels as they change, and a new network when it is time.

What a person waits for is asked beside a long job, which the trainer interrupts for it.

A model without a trunk (`logreg`) has nothing to train in the background; neither has one that is
trained from scratch at every change, which the scorer does itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np

from ...compute.frames import Floats, Frame, Ints, pack_floats, pack_ints
from ...config import ModelSettings
from ...session.events import Promoted
from ...types import Status
from ..compute_client import Link
from . import labels
from .desk import Desk, Job, Urgency
from .group import Group
from .live import Live

log = logging.getLogger("cincer.training")

CHANGES, SHARE = 32, 0.02
"""A network is trained again after this many label changes, and this share of the known."""


def wanted(settings: ModelSettings) -> bool:
    """Whether these settings have anything for a trainer to do."""
    return settings.model != "logreg" and settings.training == "live"


class Training:
    """Jobs of the trainer, one at a time, and at `people` the questions that may interrupt one, one
    at a time. `handlers` take its answers by what was asked, `refused`
    are told that it could not, `going` the share done so far."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._networks = wanted(live.settings.model)
        self.handlers: dict[str, Callable[[Group, Frame], None]] = {"train": self._trained}
        self.refused: dict[str, Callable[[], None]] = {"train": lambda: None}
        self.reason = ""
        """Why it could not, last."""
        self.going: dict[str, Callable[[float], None]] = {}
        self.desk, self.people = Desk(None), Desk(None)
        self._link: Link | None = None
        self._version = live.seq
        self._changes = _changed_since_training(live)
        self._under_way = 0
        self._lost = False
        self.counts: Callable[[], tuple[Ints, Floats]] = lambda: (np.zeros(0, int), np.zeros(0))
        """Positions of what does not count 1, and what it counts."""
        self.never: Frame | None = None
        """The newest network of the run that never asks, where there is one."""

    @property
    def running(self) -> bool:
        """Whether there is a process to ask."""
        return self._link is not None

    def tell(self, frame: Frame) -> None:
        """Tell the trainer something that needs no answer."""
        if self._link is not None:
            self._link.send(frame)

    def up(self, link: Link) -> None:
        """A new life of the process: it is told everything; what was asked is asked again."""
        self._link = link
        self._forget()
        link.send(self._live.start_frame(self._version))
        link.send(labels.every(self._live.loop, self._version))
        if self._networks and (self._lost or self._due() or self._live.state.model == 0):
            self.train()

    def down(self) -> None:
        """What the process was asked for is asked again of its next life."""
        self._link = None
        self._lost = self._lost or "train" in self.desk
        self._changes += self._under_way
        self._under_way = 0
        self._forget()

    def _forget(self) -> None:
        self.desk.clear()
        self.people.clear()

    def train(self) -> None:
        """Ask for a network trained on the labels as they are when its turn comes."""
        self.desk.ask(Job("train", Urgency.MODEL, self._job))

    def train_if_networks(self) -> None:
        """`train`, where there is a network beneath the head."""
        if self._networks:
            self.train()

    def send(self) -> None:
        for desk in (self.people, self.desk):
            if self._link is not None and (frame := desk.next()) is not None:
                self._link.send(frame)

    def commit(self, group: Group) -> None:
        """Pass the changes on; ask for a network when there are enough of them."""
        if not group.moved:
            return
        self._version = group.seq
        self._changes += len(group.moved)
        self.tell(labels.changed(self._live.loop, self._version, group.moved))
        if self._networks and self._due():
            self.train()

    def answered(self, group: Group, frame: Frame) -> None:
        """Pass an answer on to whoever asked, or word of how far it is."""
        if "share" in frame:
            if self.desk.under_way(frame):
                self.going[frame["op"]](frame["share"])
            return
        desk = self.people if self.people.under_way(frame) else self.desk
        if desk.answered(frame) is None:
            return
        if "error" in frame:
            log.error("the trainer refused %s: %s", frame["op"], frame["error"])
            self.reason = frame["error"]
            self.refused[frame["op"]]()
        else:
            self.handlers[frame["op"]](group, frame)

    def _trained(self, group: Group, frame: Frame) -> None:
        """A network is trained: from this event on it is the model."""
        self._under_way = 0
        self.never = frame.get("never")
        group.record(
            Promoted(group.state.model + 1, frame["digest"], frame["path"], frame["version"],
                     group.now), actor="trainer")

    def _job(self) -> Frame | None:
        self._under_way, self._changes, self._lost = self._changes, 0, False
        where, counts = self.counts()
        if not len(where):
            return {"op": "train"}
        return {"op": "train", "weighed": pack_ints(where), "weights": pack_floats(counts)}

    def _due(self) -> bool:
        known = len(self._live.loop.data.positions(Status.KNOWN))
        return self._changes >= max(CHANGES, SHARE * known)


def _changed_since_training(live: Live) -> int:
    """Label changes that the newest network does not contain."""
    ((since,),) = live.ledger.ask("SELECT coalesce(max(trained_on), 0) FROM models")
    ((changes,),) = live.ledger.ask(
        "SELECT (SELECT count(*) FROM examples WHERE status = 'known' AND decided_seq > ?1)"
        " + (SELECT count(*) FROM assertions WHERE seq > ?1)", (since,))
    return int(changes)
