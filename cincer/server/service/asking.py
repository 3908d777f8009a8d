"""Questions to the scorer that record nothing: what a batch would lead to, whose label supports a
doubt, what a cell's items look like to the model. Whoever asks waits for the answer.
"""

from __future__ import annotations

from ...compute.frames import Frame
from ...errors import CincerError, Unavailable
from .. import commands as c
from .desk import Job, Urgency
from .group import Group
from .inbox import Submitted
from .scoring import Scoring

OPS = ("preview", "look", "basis")
"""What can be asked; see `compute.scorer`."""


class Asking:
    """Those who wait, by the name of their job."""

    def __init__(self, scoring: Scoring) -> None:
        self._scoring = scoring
        self._waiting: dict[str, Submitted] = {}
        self._count = 0
        scoring.handlers |= dict.fromkeys(OPS, self._said)
        scoring.refusals.append(self._refused)

    def take(self, item: Submitted) -> None:
        """Ask; `item` is answered when the scorer has, or refused."""
        assert isinstance(item.command, c.AskModel)
        if not self._scoring.running:
            item.refuse(Unavailable("the model is starting; ask again", retry_after=1.0))
            return
        self._count += 1
        name = f"ask:{self._count}"
        self._waiting[name] = item
        self._scoring.desk.ask(Job(name, Urgency.MODEL, lambda: self._job(name)))

    def fail(self, error: CincerError) -> None:
        """Nobody will be answered: the process has died, or the server stops."""
        for name in list(self._waiting):
            self._waiting.pop(name).refuse(error)

    def _job(self, name: str) -> Frame | None:
        """Nothing where whoever asked has given up."""
        item = self._waiting.get(name)
        if item is None or item.future.done() or not isinstance(item.command, c.AskModel):
            self._waiting.pop(name, None)
            return None
        return {**item.command.question, "name": name}

    def _said(self, group: Group, frame: Frame) -> None:
        item = self._waiting.pop(frame["name"], None)
        if item is not None:
            item.answer(c.ModelSaid(group.seq, frame))

    def _refused(self, job: str, error: str) -> None:
        item = self._waiting.pop(job, None)
        if item is not None:
            item.refuse(CincerError(error))
