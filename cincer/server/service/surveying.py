"""When the trainer looks at everything, and what becomes of it on the curators' board.

Nobody looks, nothing is surveyed: the first curator sets it off. Then there is a survey after each
promoted network, after every iteration, and when a fifth of the examples is new. Similar pairs are
looked for after a survey, where a tenth is new. An iteration begins with the survey that was asked
for it, and is an event.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...compute.frames import Frame, pack_ints
from ...curate import reopen
from ...curate.measures import Ints
from ...errors import InvalidInput
from ...session.events import Iterated
from ...types import NO_LABEL, AnnotatorId, Role, Status
from ..curate_views import survey_view, totals
from ..curation import Iteration
from ..notices import SurveyMoved
from ..surveys import load_pairs, load_survey
from .curating import Curating
from .desk import Job, Urgency
from .group import Group
from .live import Live
from .training import Training

LEAST = 20
"""Examples with a label below which nothing is surveyed."""

GROWN, GROWN_PAIRS = 0.2, 0.1
"""Share of new examples at which a survey, and the pairs, are made again."""

SERVER = AnnotatorId("server")
_LABELLED = tuple(tuple(Status).index(status) for status in (Status.KNOWN, Status.WAITING))
_VERIFIED = tuple(tuple(Role).index(role) for role in (Role.VERIFIED_REF, Role.VERIFIED_SEL))


class Surveying:
    """Asks the trainer. `holdout` gives the newest measure on the hold-out, if there is one."""

    def __init__(
        self, live: Live, training: Training, curating: Curating,
        holdout: Callable[[], float | None],
    ) -> None:
        self._live, self._training, self._curating = live, training, curating
        self._view, self._holdout = curating.view, holdout
        self._looked = self._news = False
        self._for: tuple[AnnotatorId, int] | None = None
        self._streaks = reopen.NONE_YET
        self._paired = 0
        self._recall()
        training.handlers |= {"survey": self._surveyed, "similar": self._similar}
        training.going |= {"survey": self._progress}
        training.refused |= {"survey": self._failed, "similar": lambda: None}

    def _recall(self) -> None:
        """After a restart the surveys kept, the oldest first, say how often in a row each resolved
        example was contradicted: they are as many as it takes."""
        for path in sorted((self._live.folder / "models").glob("survey-*.npz")):
            found = load_survey(path)
            if found is not None:
                with self._view.lock:
                    self._curating.apply(found)
                    self._contradict(found.number, found.version)

    # ---- when ----------------------------------------------------------------------------------

    def look(self) -> None:
        """A curator is there."""
        self._looked = True
        self._consider()

    def iterate(self, who: AnnotatorId) -> None:
        """The next iteration: train anew where there is a network, then survey. `InvalidInput`
        where surveys are off."""
        if self._live.settings.model.survey == "off":
            raise InvalidInput("surveys are off: start the server with --survey out_of_fold")
        self._looked, self._for = True, (who, self._live.seq)
        self._training.train_if_networks()
        self._ask()

    def up(self) -> None:
        """A new life of the trainer: what it was asked for is asked again."""
        if self._view.survey.running:
            self._ask()
        else:
            self._consider()

    def commit(self, group: Group) -> None:
        """After the board's own commit."""
        if group.spoken:
            self._view.set_survey(behind=self._view.survey.behind + len(group.spoken))
            self._settle(np.array(sorted(group.spoken), dtype=np.int64))
        if group.promoted is not None and self._looked:
            self._ask()
        elif group.touched:
            self._consider()
        if self._news:
            self._news = False
            group.notices.append(SurveyMoved(survey_view(self._view.survey)))

    def _consider(self) -> None:
        off = self._live.settings.model.survey == "off"
        if self._looked and not off and not self._view.survey.running and self._due():
            self._ask()

    def _due(self) -> bool:
        items = len(self._view.board)
        return items >= LEAST and items >= (1 + GROWN) * self._curating.surveyed

    def _ask(self) -> None:
        self._training.desk.ask(Job("survey", Urgency.LATER, self._job))
        self._running(running=True)

    def _running(self, *, running: bool) -> None:
        if self._view.survey.running != running:
            self._view.set_survey(running=running, progress=None)
            self._news = True

    def _progress(self, share: float) -> None:
        self._view.set_survey(progress=share)
        self._news = True

    # ---- what is asked -------------------------------------------------------------------------

    def _job(self) -> Frame | None:
        where = self._labelled()
        if len(where) < LEAST:
            self._running(running=False)
            return None
        data = self._live.loop.data
        taught = np.isin(where, self._live.loop.all_trained()).astype(np.int64)
        self._view.set_survey(behind=0)
        return {"op": "survey", "number": self._view.survey.version + 1,
                "version": self._live.seq, "positions": pack_ints(where),
                "known": pack_ints(taught),
                "labels": pack_ints(data.column("effective")[where])}

    def _labelled(self) -> Ints:
        data = self._live.loop.data
        here = np.isin(data.column("status"), _LABELLED)
        return np.flatnonzero(here & (data.column("effective") != NO_LABEL))

    def _similar_job(self) -> Frame:
        where, board = self._labelled(), self._view.board
        where = where[where < len(board)]
        return {"op": "similar", "number": self._view.survey.version,
                "positions": pack_ints(where), "predicted": pack_ints(board.predicted[where]),
                "labels": pack_ints(board.given[where]), "splits": pack_ints(board.source[where]),
                "image": list(self._live.schema.size)}

    # ---- what comes ----------------------------------------------------------------------------

    def _surveyed(self, group: Group, frame: Frame) -> None:
        found = load_survey(self._live.folder / "models" / frame["file"])
        if found is None:
            self._failed()
            return
        with self._view.lock:
            self._curating.apply(found)
            self._contradict(found.number, found.version)
        self._news = True
        self._begin_iteration(group, found.version)
        if len(self._view.board) >= (1 + GROWN_PAIRS) * self._paired:
            self._paired = len(self._view.board)
            self._training.desk.ask(Job("similar", Urgency.LATER, self._similar_job))

    def _failed(self) -> None:
        """The trainer could not; the next occasion asks again."""
        self._running(running=False)

    def _similar(self, group: Group, frame: Frame) -> None:
        found = load_pairs(self._live.folder / "models" / frame["file"])
        if found is not None:
            with self._view.lock:
                self._curating.pair(found)

    def _contradict(self, number: int, version: int) -> None:
        """Resolved examples that two later models contradict are asked about again."""
        board = self._view.board
        resolved_at = np.zeros(len(board), dtype=np.int64)
        for position, (seq, _) in self._live.said.items():
            if position < len(board):
                resolved_at[position] = seq
        self._streaks = reopen.advance(
            self._streaks, reopen.contradicted(board), model=number, trained_on=version,
            resolved_at=resolved_at)
        self._view.reopen = frozenset(reopen.candidates(self._streaks, board).tolist())

    def _settle(self, spoken: Ints) -> None:
        """Somebody has spoken: what contradicted the word before begins anew."""
        self._streaks = reopen.settled_again(self._streaks, spoken)
        answered = self._view.reopen & set(spoken.tolist())
        if answered:
            with self._view.lock:
                self._view.reopen -= answered
            self._curating.retell()

    # ---- iterations ----------------------------------------------------------------------------

    def _begin_iteration(self, group: Group, version: int) -> None:
        first = not self._view.iterations
        wanted = self._for is not None and version >= self._for[1]
        if not first and not wanted:
            return
        who = self._for[0] if wanted and self._for is not None else SERVER
        self._for = None if wanted else self._for
        event = self._iteration(group, who)
        group.record(event, actor=str(who))
        self._view.iterations = [*self._view.iterations, Iteration.of(event)]

    def _iteration(self, group: Group, who: AnnotatorId) -> Iterated:
        data, counts = self._live.loop.data, totals(self._view)
        human, given = data.column("human"), data.column("given")
        return Iterated(
            number=group.state.iterations + 1, annotator=who, items=counts.items,
            disagreements=counts.open, resolved=counts.resolved, removed=counts.removed,
            relabelled=int(np.count_nonzero((human != NO_LABEL) & (human != given))),
            accuracy=self._accuracy(), holdout=self._holdout(), at=group.now)

    def _accuracy(self) -> float | None:
        """Share of the labels people can trust that the model predicts."""
        board, roles = self._view.board, self._live.loop.data.column("role")[:len(self._view.board)]
        trusted = np.isin(roles, _VERIFIED) & (board.standing != 0)
        if not trusted.any():
            return None
        return float((board.predicted[trusted] == board.given[trusted]).mean())
