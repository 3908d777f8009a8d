"""A stream played into a running service at a pace: what `demo` and `serve FILE` receive from.

It sends by the same commands as a source over the network, waits for each acknowledgement, and
leaves out what is stored already, so that a later run goes on where an earlier one ended.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterable, Iterator
from threading import Event

from pydantic import ValidationError

from ..errors import Busy, CincerError, Closed
from ..protocols import Arrival
from ..schema import Schema
from ..types import AnnotatorId
from . import threads
from .commands import Actor, Item, Receive
from .intake import item
from .problems import answer
from .service import Service

log = logging.getLogger("cincer.feeding")

BATCH = 256
"""Arrivals in one command at most."""

BEAT = 0.25
"""Seconds between two commands at a pace."""


class Feeder:
    """Plays `arrivals` into `service`: the first `burst` at once, the rest at `rate` a second
    (None: as fast as they are taken)."""

    def __init__(
        self, service: Service, schema: Schema, arrivals: Iterable[Arrival], *,
        source: str, rate: float | None, burst: int = 0,
    ) -> None:
        self._service, self._schema, self._arrivals = service, schema, arrivals
        self._actor = Actor(AnnotatorId(source), frozenset({"source"}))
        self._rate, self._burst = rate, burst
        self._stop = Event()
        self.rejected: list[str] = []

    def start(self) -> None:
        threads.start("feeder", self._run)

    def stop(self) -> None:
        """Send nothing more."""
        self._stop.set()

    def _run(self) -> None:
        stored = self._service.stats().received
        items = self._items()
        self._send(itertools.islice(items, max(0, self._burst - stored)))
        if self._rate is None:
            self._send(items)
        else:
            self._send_at_pace(items, self._rate)
        if not self._stop.is_set():
            self._service.source_ended()
        if self.rejected:
            log.warning("%d examples were refused; the first: %s", len(self.rejected),
                        self.rejected[0])

    def _items(self) -> Iterator[Item]:
        """What is not stored yet, whoever sent the rest; a bad one never sinks its neighbours."""
        for arrival in self._arrivals:
            if self._service.archive.position_of(arrival.id) is not None:
                continue
            raw = {"id": arrival.id, "content": arrival.content, "label": arrival.label,
                   "at": arrival.at, "meta": arrival.meta}
            try:
                yield item(self._schema, raw)
            except (CincerError, ValidationError) as error:
                self.rejected.append(f"{arrival.id}: {answer(error).error}")

    def _send_at_pace(self, items: Iterator[Item], rate: float) -> None:
        began, sent = time.monotonic(), 0
        while not self._stop.is_set():
            due = min(BATCH, int((time.monotonic() - began) * rate) - sent)
            part = list(itertools.islice(items, due))
            if due and not part:
                return
            self._send(part)
            sent += len(part)
            self._stop.wait(BEAT)

    def _send(self, items: Iterable[Item]) -> None:
        rows = iter(items)
        while (part := tuple(itertools.islice(rows, BATCH))) and not self._stop.is_set():
            self._deliver(part)

    def _deliver(self, part: tuple[Item, ...]) -> None:
        """One batch, tried again until it is stored."""
        while not self._stop.is_set():
            try:
                answers = self._service.submit(Receive(self._actor, part)).result()
                assert isinstance(answers, tuple)
                self.rejected += [f"{a.id}: {a.error}" for a in answers
                                  if a.answer == "rejected"]
                return
            except Closed:
                return
            except CincerError as error:
                after = error.data.get("retry_after") if isinstance(error, Busy) else None
                self._stop.wait(float(after) if isinstance(after, float | int) else 0.5)
