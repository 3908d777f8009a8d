"""The session thread: takes what waits, steps, commits, and only then answers and tells.

One turn is one group commit. Whatever a turn has changed in memory is thrown away if its commit
fails: every answer of the group becomes an error, nothing is told, and the state is what the ledger
says. This thread alone touches the state, the columns and the write connection.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence

from ...errors import CincerError, Closed, Unavailable
from ...types import Seconds
from .. import commands as c
from ..compute_client import Answered, Down, Process, Up
from ..notices import Notice, StatsChanged
from ..referee import Referee
from .acting import Acting
from .advising import Advising
from .answering import Answering, as_error
from .arrivals import Arrivals
from .asking import Asking
from .curating import Curating
from .explaining import Explaining
from .group import Group
from .inbox import Inbox, Item, Looked, SourceEnded, Submitted
from .judging import Judging
from .leasing import Leasing
from .live import Live
from .mapping import Mapping
from .published import Published
from .scoring import Scoring
from .suggesting import Suggesting
from .surveying import Surveying
from .telling import Telling
from .training import Training
from .weighing import Weighing

log = logging.getLogger("cincer.session")

GROUP = 500
"""Items in one turn at most."""

SLICE = 200
"""Arrivals stored in one turn at most: what a reply may have to wait for."""

RETRY = 1.0
"""Seconds before work of the server's own is tried again after a failed commit."""


class Core:
    """One session at work. `tell` gets the notices of each commit, in order."""

    def __init__(
        self, live: Live, inbox: Inbox, scorer: Process, trainer: Process | None,
        tell: Callable[[Sequence[Notice]], None], referee: Referee | None,
    ) -> None:
        self.live, self.inbox = live, inbox
        self._processes = {"scorer": scorer} | ({"trainer": trainer} if trainer else {})
        self._tell = tell
        self.published = Published()
        self.arrivals = Arrivals(live, inbox)
        self.scoring = Scoring(live, self.arrivals)
        self.explaining = Explaining(live, self.scoring)
        self.asking = Asking(self.scoring)
        self.training = Training(live)
        self.judging: Judging | None = None
        if referee is not None:
            self.judging = Judging(live, self.scoring, self.training, referee)
        self.leasing = Leasing()
        self.curating = Curating(live)
        self.surveying = Surveying(live, self.training, self.curating, self._holdout)
        self.mapping = Mapping(live, self.training, self.curating.view)
        self.advising = Advising(live, self.training, self.curating.view)
        self.suggesting = Suggesting(live, self.training, self.advising, self.curating.view)
        self.weighing = Weighing(live, self.scoring, self.training, self.advising,
                                 self.curating.view, referee)
        acting = Acting(live, self.curating, self.surveying.iterate, self.mapping)
        self._answering = Answering(live, self.leasing, acting, self.suggesting,
                                    self.training.train)
        self._telling = Telling(live)
        self._pause_until = 0.0
        self.source_ended = False
        self._astray = False
        self.publish(None)

    def run(self) -> None:
        """Work until the inbox is closed and empty."""
        while True:
            items = self.inbox.drain(GROUP, self._patience())
            if not items and self.inbox.closed and not self.arrivals.waiting:
                break
            self.turn(items)
        self.arrivals.answer_late(math.inf)
        self.explaining.fail(Closed("the server is shutting down"))
        self.asking.fail(Closed("the server is shutting down"))
        self.suggesting.fail(Closed("the server is shutting down"))

    def turn(self, items: list[Item]) -> None:
        """One group commit."""
        for item in items:
            self._prepare(item)
        try:
            group = self._attempt(items)
        except Exception as error:
            self._undo(items, error)
        else:
            self._committed(group)
        self._hand_out()

    def _attempt(self, items: list[Item]) -> Group:
        if self._astray:
            self._come_back()
        with self.live.ledger.batch() as batch:
            group = Group(self.live.loop, batch, time.time(), self.live.said)
            for item in items:
                self._take(group, item)
            self.arrivals.store(group, SLICE)
            self.leasing.tend(group)
            group.close()
        return group

    def _prepare(self, item: Item) -> None:
        """What needs no event: batches join their queue, processes come and go."""
        match item:
            case Submitted(command=c.Receive()):
                self.arrivals.queue(item)
            case Up():
                self._of(item.name).up(item.link)
                if item.name == "trainer":
                    self.surveying.up()
                    self.advising.up()
                self.weighing.up(item.name)
                if self.judging is not None:
                    self.judging.up(item.name)
            case SourceEnded():
                self.source_ended = True
            case Looked():
                self.surveying.look()
                self.advising.look()
            case Down():
                self._of(item.name).down()
                if item.name == "trainer":
                    self.mapping.down()
                    self.suggesting.fail(Unavailable("the trainer stopped; ask again"))
                if item.name == "scorer":
                    self.explaining.fail(Unavailable("the model stopped; ask again"))
                    self.asking.fail(Unavailable("the model stopped; ask again"))
            case _:
                pass

    def _take(self, group: Group, item: Item) -> None:
        match item:
            case Submitted(command=c.Explain()):
                self.leasing.seen(item.command.actor.name)
                self.explaining.take(item)
            case Submitted(command=c.AskModel()):
                self.asking.take(item)
            case Submitted(command=c.PreviewSuggestions()):
                self.suggesting.take(item)
            case Submitted() if not isinstance(item.command, c.Receive):
                self._command(group, item)
            case SourceEnded():
                group.notices.append(StatsChanged())
            case Answered():
                self._of(item.name).answered(group, item.frame)
            case _:
                pass

    def _of(self, name: str) -> Scoring | Training:
        return self.scoring if name == "scorer" else self.training

    def _command(self, group: Group, item: Submitted) -> None:
        """An error on purpose that changed nothing fails its own command only."""
        before = group.seq
        try:
            group.answers.append((item, self._answering.handle(group, item.command)))
        except CincerError as error:
            if group.seq != before:
                raise
            group.failures.append((item, error))

    # ---- after the commit ----------------------------------------------------------------------

    def _committed(self, group: Group) -> None:
        try:
            self.live.committed(group)
        except OSError as error:
            log.error("the features cannot be written: %s", error)
            self._astray = True
        self._show(group)
        self.publish(group)
        for item, answer in group.answers:
            item.answer(answer)
        for item, failure in group.failures:
            item.refuse(failure)
        self.scoring.commit(group)
        self.training.commit(group)
        if self.judging is not None:
            self.judging.commit(group)
        self.arrivals.commit(group)
        self._tell(self._telling.notices(group))

    def _show(self, group: Group) -> None:
        """Bring the curators' board up to date, before anybody is answered: who has acted sees it.
        What is wrong there harms nobody else; it is made anew with the next turn."""
        try:
            self.curating.commit(group)
            self.surveying.commit(group)
            self.mapping.commit(group)
            self.advising.commit(group)
            self.weighing.commit(group)
        except Exception:
            log.exception("the curators' board is made anew")
            self._astray = True

    def _undo(self, items: list[Item], error: Exception) -> None:
        """Nothing of the group has happened."""
        log.error("a group of %d was not committed: %s", len(items), error,
                  exc_info=not isinstance(error, CincerError))
        shown = as_error(error)
        self.arrivals.fail(shown)
        for item in items:
            if isinstance(item, Submitted) and not isinstance(item.command, c.Receive):
                item.refuse(shown)
            if isinstance(item, Answered) and item.name == "trainer":
                self.training.train_if_networks()
        self._pause_until = time.time() + RETRY
        self._astray = True
        try:
            self._come_back()
        except (CincerError, OSError) as again:
            log.error("the ledger cannot be read: %s", again)
        self.publish(None)

    def _come_back(self) -> None:
        """Memory is what the ledger says again."""
        self.live.reload()
        self.leasing.reset()
        self.curating.reload()
        self.advising.reload()
        self.scoring.resume()
        self._astray = False

    def _hand_out(self) -> None:
        """Give the free processes their next jobs, and end one that is stuck."""
        now = time.time()
        self.arrivals.answer_late(now)
        if now >= self._pause_until:
            self.scoring.ask_again(now)
            if self.judging is not None:
                self.judging.ask(now)
            self.scoring.send()
            self.training.send()
        if self.scoring.desk.overdue():
            self._processes["scorer"].kill()

    def _patience(self) -> float | None:
        """Seconds until something is due that nobody will knock for."""
        if self.arrivals.waiting:
            return 0.0
        now = time.time()
        due: list[Seconds | None] = [
            self.leasing.next_deadline(self.live.state), self.arrivals.next_deadline(),
            self.scoring.next_deadline(), self.curating.next_deadline(), now + 5.0,
            self.judging.next_deadline() if self.judging else None]
        if self._pause_until > now:
            due = [self._pause_until]
        return max(0.0, min(at for at in due if at is not None) - now)

    def _holdout(self) -> float | None:
        """The newest measure on the hold-out, where the truth is known."""
        curve = self.judging.curve if self.judging is not None else ()
        return curve[-1].f1 if curve else None

    def publish(self, group: Group | None) -> None:
        """Let readers see the state of the last commit."""
        self.published = Published.of(self, self.published, group)
