"""Sample weights: learned by the trainer under the policy that is set, told to the scorer, used for
the next network.

They are learned again whenever suggestions are made. A label that enters or changes counts 1 until
then, and so does one that a person has spoken on. Where too little is trusted all count 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...compute.frames import Frame, Ints, pack_floats, pack_ints
from ..curation import Curation
from ..notices import WeightsMoved
from ..referee import Referee
from ..surveys import newest
from ..weighed import Learned, Weighed, load_weights
from .advising import LEAST, Advising
from .desk import Job, Urgency
from .group import Group
from .live import MODELS, Live
from .scoring import Scoring
from .training import Training

UNIFORM = "uniform"

LOWEST = 1e-3
"""What an example counts at least; 0 would be to leave it out."""


class Weighing:
    """Keeps `view`, and the board's column "trust"."""

    def __init__(
        self, live: Live, scoring: Scoring, training: Training, advising: Advising,
        board: Curation, referee: Referee | None,
    ) -> None:
        self._live, self._scoring, self._training = live, scoring, training
        self._advising, self._board = advising, board
        self.view = Weighed(policy=live.state.settings.weight_policy, judge=referee)
        self._counts: NDArray[np.float64] = np.ones(0)
        self._news = False
        training.handlers["weigh"] = self._weighed
        training.refused["weigh"] = self._failed
        training.counts = self.counts
        advising.also.append(self.ask)
        path = newest(live.folder / MODELS, "weights-*.npz")
        found = None if path is None else load_weights(path)
        self._number = 0 if path is None else int(path.stem.rsplit("-", 1)[1])
        if found is not None and found.policy == self.view.policy:
            self._take(found)

    def up(self, name: str) -> None:
        """A new life of a process: the scorer is told what does not count 1."""
        if name == "scorer":
            self._tell(self.counts())
        elif self.view.running:
            self.ask()

    def ask(self) -> None:
        """Have weights learned of the data as they are now, under a policy that learns any."""
        if self.view.policy != UNIFORM:
            self._training.desk.ask(Job("weigh", Urgency.LATER, self._job, self._live.seq))
            self._run(True)

    def commit(self, group: Group) -> None:
        """Follow the policy that is set; what people spoke on counts 1 from now on."""
        policy = group.state.settings.weight_policy
        if policy != self.view.policy:
            self._begin(policy)
        spoken = group.moved | group.spoken
        if spoken:
            self._reset(np.array(sorted(spoken), dtype=np.int64))
        if self._news:
            self._news = False
            found = self.view.learned
            group.notices.append(WeightsMoved(found.version if found else 0, self.view.policy))

    def counts(self) -> tuple[Ints, NDArray[np.float64]]:
        """Positions that do not count 1, and what they count."""
        where = np.flatnonzero(self._counts != 1)
        return where, self._counts[where]

    # ---- inside --------------------------------------------------------------------------------

    def _begin(self, policy: str) -> None:
        """Another policy: until its weights are there all count 1."""
        where, _ = self.counts()
        with self.view.lock:
            self.view.policy, self.view.learned = policy, None
        self._counts = np.ones(0)
        self._tell((where, np.ones(len(where))))
        self._run(False)
        self._show()
        self._news = True
        self.ask()

    def _reset(self, where: Ints) -> None:
        where = where[where < len(self._counts)]
        where = where[self._counts[where] != 1]
        self._counts[where] = 1
        if len(where):
            self._tell((where, np.ones(len(where))))

    def _tell(self, counts: tuple[Ints, NDArray[np.float64]]) -> None:
        where, weights = counts
        if len(where):
            self._scoring.tell({"op": "weights", "positions": pack_ints(where),
                                "weights": pack_floats(weights)})

    def _run(self, running: bool) -> None:
        self._news = self._news or self.view.running != running
        self.view.running = running

    def _job(self) -> Frame | None:
        if self.view.policy == UNIFORM or self._live.known < LEAST:
            self._run(False)
            return None
        self._number += 1
        return {"op": "weigh", "number": self._number, "policy": self.view.policy,
                **self._advising.about()}

    def _weighed(self, group: Group, frame: Frame) -> None:
        found = load_weights(self._live.folder / MODELS / frame["file"])
        self._run(False)
        if found is None or found.policy != self.view.policy:
            return
        before, _ = self.counts()
        self._take(found)
        now = np.union1d(before, self.counts()[0])
        self._tell((now, self._counts[now]))
        self._news = True

    def _take(self, found: Learned) -> None:
        """Weights of labels that are as they were, and that no person has settled."""
        loop = self._live.loop
        there = found.positions < len(loop.ids)
        where, weights = found.positions[there], found.weights[there]
        same = loop.data.column("effective")[where] == found.given[there]
        same &= ~np.isin(where, np.array(loop.all_settled(), dtype=np.int64))
        self._counts = np.ones(len(loop.ids))
        self._counts[where[same]] = np.maximum(weights[same], LOWEST)
        with self.view.lock:
            self.view.learned = found
        self._show()

    def _failed(self) -> None:
        """The trainer could not; the next occasion asks again."""
        self._run(False)

    def _show(self) -> None:
        """The board's column: what was learned."""
        found = self.view.learned
        column = np.full(len(self._board.ids), np.nan, dtype=np.float32)
        if found is not None:
            inside = found.positions < len(column)
            column[found.positions[inside]] = found.weights[inside]
        with self._board.lock:
            self._board.values["trust"] = column
