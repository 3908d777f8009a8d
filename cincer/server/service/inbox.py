"""What waits for the session thread: people's commands and what the compute processes report.

Commands are bounded by number, arrivals by rows as well; what compute posts is always taken (it is
bounded by the jobs that were sent). Order within the inbox is order of arrival.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeAlias

from ...errors import Busy, CincerError, Closed
from ..commands import Answer, Command, Receive
from ..compute_client import Happening

COMMANDS = 10_000
"""Commands that may wait; above it they are refused as busy."""


@dataclass(frozen=True, slots=True, eq=False)
class Submitted:
    """A command and the future its answer goes to."""

    command: Command
    future: Future[Answer] = field(default_factory=Future)

    def answer(self, answer: Answer) -> None:
        """Resolve the future, unless whoever waited gave up."""
        if not self.future.done():
            self.future.set_result(answer)

    def refuse(self, error: Exception) -> None:
        """Fail the future, unless whoever waited gave up."""
        if not self.future.done():
            self.future.set_exception(error)


@dataclass(frozen=True, slots=True)
class SourceEnded:
    """The stream has ended: nothing more will arrive."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A curator is there: surveys are made from now on."""


Item: TypeAlias = Submitted | Happening | SourceEnded | Looked


class Inbox:
    """A bounded queue with one reader. `rows` are arrivals in commands not yet taken up."""

    def __init__(self, row_limit: int) -> None:
        self._row_limit = row_limit
        self._items: deque[Item] = deque()
        self._ready = threading.Condition()
        self._closed = False
        self.rows = 0

    def submit(self, command: Command, undecided: int) -> Future[Answer]:
        """Queue a command. A future that has failed: `Closed`, or `Busy` where too many commands
        wait, or with this batch too many arrivals (`undecided` are stored and not decided)."""
        item = Submitted(command)
        with self._ready:
            refusal = self._refusal(command, undecided)
            if refusal is None:
                self._put(item)
        if refusal is not None:
            item.refuse(refusal)
        return item.future

    def post(self, happening: Happening | SourceEnded | Looked) -> None:
        """Queue what a compute process reported, the end of the stream, or a curator's coming."""
        with self._ready:
            self._put(happening)

    def drain(self, limit: int, timeout: float | None) -> list[Item]:
        """At most `limit` items, oldest first; waits up to `timeout` seconds for the first."""
        with self._ready:
            if not self._items and not self._closed:
                self._ready.wait(timeout)
            return [self._items.popleft() for _ in range(min(limit, len(self._items)))]

    def taken_up(self, rows: int) -> None:
        """So many queued arrivals are stored now (or were refused)."""
        with self._ready:
            self.rows -= rows

    def close(self) -> None:
        """Take nothing more; a waiting `drain` returns."""
        with self._ready:
            self._closed = True
            self._ready.notify()

    @property
    def closed(self) -> bool:
        return self._closed

    def _put(self, item: Item) -> None:
        if isinstance(item, Submitted) and isinstance(item.command, Receive):
            self.rows += len(item.command.items)
        self._items.append(item)
        self._ready.notify()

    def _refusal(self, command: Command, undecided: int) -> CincerError | None:
        if self._closed:
            return Closed("the server is shutting down")
        if len(self._items) >= COMMANDS:
            return Busy("too many commands wait", retry_after=1.0)
        if isinstance(command, Receive):
            waiting = undecided + self.rows
            if waiting and waiting + len(command.items) > self._row_limit:
                return Busy(f"{waiting} arrivals wait for a decision; at most {self._row_limit} "
                            "are held", retry_after=1.0)
        return None
