"""`Service`: a session at work, from outside. Every method may be called from any thread.

Commands go in by `submit` and are answered after their commit; what happens is told to subscribers;
everything else reads the last committed moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...config import LoopSettings, Settings
from ...errors import Closed
from ...ledger import Example, Ledger
from ...schema import Schema
from ...session.state import Query
from ...types import AnnotatorId, ExampleId, QueryId
from .. import threads
from ..commands import Answer, Command
from ..compute_client import Compute, Post, Process
from ..curation import Curation
from ..notices import Notice
from ..referee import Referee
from ..suggested import Suggested
from ..weighed import Weighed
from ..wire.annotate import Stats
from .core import Core
from .inbox import Inbox, Looked, SourceEnded
from .leasing import held_by
from .live import FEATURES, LEDGER, Live
from .published import Published
from .row_reader import RowReader
from .training import wanted


class Service:
    """One session: `start`, then use it, then `close`. `folder` holds its ledger, features and
    models; what was there goes on where it was. `referee`: where the truth is known (a demo), it
    measures; nothing it knows gets into the session. `process` makes a compute process."""

    def __init__(
        self, settings: Settings, folder: Path, schema: Schema, referee: Referee | None = None,
        process: Callable[[str, Post], Process] = Compute,
    ) -> None:
        self.settings, self.folder, self.schema = settings, folder, schema
        self._referee = referee
        self._subscribers: list[Callable[[Notice], None]] = []
        self._inbox = Inbox(settings.server.ingest_queue)
        self._scorer = process("scorer", self._inbox.post)
        self._trainer: Process | None = None
        self._networks, self._looked = wanted(settings.model), threading.Event()
        loop = settings.loop
        self._early = (self._networks or loop.auto_accept > 0 or loop.weight_policy != "uniform")
        if self._networks or settings.model.survey != "off" or settings.loop.advice_every:
            self._trainer = process("trainer", self._inbox.post)
        self._core: Core | None = None
        self._reader: Ledger | None = None
        self._rows = RowReader(folder / FEATURES, schema.width)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the processes, open the ledger, begin. `Conflict` where the ledger does not fit
        the schema or belongs to another process."""
        self._scorer.start()
        if self._trainer is not None and self._early:
            self._trainer.start()
        try:
            live = Live(self.settings, self.folder, self.schema)
        except BaseException:
            self._stop_processes()
            raise
        self._reader = Ledger.open(self.folder / LEDGER, readonly=True)
        self._core = Core(live, self._inbox, self._scorer, self._trainer, self._tell,
                          self._referee)
        self._thread = threads.start("session", self._core.run)

    def close(self) -> None:
        """Finish what was submitted, then stop. Commands after this fail with `Closed`."""
        self._inbox.close()
        if self._thread is not None:
            self._thread.join(30)
        self._stop_processes()
        if self._reader is not None:
            self._reader.close()
        self._rows.close()
        if self._core is not None:
            self._core.live.close()

    def submit(self, command: Command) -> Future[Answer]:
        """The answer, after its commit. The future fails with `Busy` (`retry_after` in its data)
        where too much waits, with `Closed` after `close`."""
        undecided = 0 if self._core is None else self._core.published.undecided
        return self._inbox.submit(command, undecided)

    def source_ended(self) -> None:
        """Nothing more will arrive; `stats().finished` once all is decided and answered."""
        self._inbox.post(SourceEnded())

    def subscribe(self, callback: Callable[[Notice], None]) -> None:
        """`callback` gets every notice, in the session thread, after the commit; it must return
        at once."""
        self._subscribers.append(callback)

    # ---- reading -------------------------------------------------------------------------------

    @property
    def archive(self) -> Ledger:
        """The ledger, read-only, for any thread."""
        if self._reader is None:
            raise Closed("the service was not started")
        return self._reader

    def query(self, query: QueryId) -> Query | None:
        """An open query as of the last commit."""
        return self._published.state.queries.get(query)

    def held(self, annotator: AnnotatorId) -> tuple[Query, ...]:
        """The queries `annotator` holds, the one to be shown first in front."""
        state = self._published.state
        return tuple(state.queries[name] for name in held_by(state, annotator))

    def example(self, example: ExampleId) -> Example | None:
        """All that the ledger knows of one example."""
        return self.archive.example(example)

    def look(self) -> None:
        """A curator is there: from now on the trainer surveys everything. A model that needs no
        trainer otherwise gets one now."""
        if self._looked.is_set():
            return
        self._looked.set()
        if self._trainer is not None and not self._early:
            self._trainer.start()
        self._inbox.post(Looked())

    @property
    def curation(self) -> Curation:
        """What curators see; for any thread."""
        if self._core is None:
            raise Closed("the service was not started")
        return self._core.curating.view

    @property
    def suggested(self) -> Suggested:
        """What is suggested; for any thread."""
        if self._core is None:
            raise Closed("the service was not started")
        return self._core.advising.view

    @property
    def weighed(self) -> Weighed:
        """What examples count; for any thread."""
        if self._core is None:
            raise Closed("the service was not started")
        return self._core.weighing.view

    def rows(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """(N,) positions to (N, width): the numbers the model is given."""
        return self._rows.rows(positions)

    def stats(self) -> Stats:
        """Counts, model and people as of the last commit."""
        return self._published.stats(*self._statuses())

    def health(self) -> dict[str, Any]:
        """`ready`: arrivals and replies are taken. `ledger`: up, read-only (the disk refuses) or
        down; the processes: up, starting, down, the trainer also off; `seq` of the last commit."""
        scorer, trainer = self._statuses()
        alive = self._thread is not None and self._thread.is_alive() and not self._inbox.closed
        ledger = "down" if not alive else "up" if self._published.healthy else "read-only"
        return {"ready": ledger == "up", "ledger": ledger, "scorer": scorer,
                "trainer": trainer, "seq": self._published.seq}

    def loop(self) -> LoopSettings:
        """The loop's settings as they are now: an admin may have tuned them."""
        return self._published.state.settings

    def pids(self) -> dict[str, int]:
        """Process ids of the compute processes that live now."""
        return {p.name: p.pid for p in self._processes() if p.pid is not None}

    # ---- inside --------------------------------------------------------------------------------

    @property
    def _published(self) -> Published:
        return Published() if self._core is None else self._core.published

    def _statuses(self) -> tuple[str, str]:
        runs = self._early or self._looked.is_set()
        return self._scorer.status, self._trainer.status if self._trainer and runs else "off"

    def _processes(self) -> list[Process]:
        return [self._scorer] + ([self._trainer] if self._trainer else [])

    def _stop_processes(self) -> None:
        for process in self._processes():
            process.close()

    def _tell(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            for callback in self._subscribers:
                callback(notice)
