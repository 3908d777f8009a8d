"""A stream played into a running service at a pace: what `demo` and `serve FILE` receive from.

It sends by the same commands as a source over the network, waits for each acknowledgement, and goes
on after what was stored by an earlier run.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator
from threading import Event

from ..errors import Busy, CincerError, Closed
from ..protocols import Arrival
from ..schema import Schema
from ..types import AnnotatorId
from . import threads
from .commands import Actor, Item, Receive
from .intake import item
from .service import Service

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
        skip = self._service.stats().received
        items = (self._item(arrival) for arrival in itertools.islice(self._arrivals, skip, None))
        self._send(itertools.islice(items, max(0, self._burst - skip)))
        self._send_at_pace(items)
        if not self._stop.is_set():
            self._service.source_ended()

    def _item(self, arrival: Arrival) -> Item:
        raw = {"id": arrival.id, "content": arrival.content, "label": arrival.label,
               "at": arrival.at, "meta": arrival.meta}
        return item(self._schema, raw)

    def _send_at_pace(self, items: Iterator[Item]) -> None:
        began, sent = time.monotonic(), 0
        while not self._stop.is_set():
            due = BATCH if self._rate is None else int((time.monotonic() - began) * self._rate)
            part = list(itertools.islice(items, min(BATCH, due if self._rate is None
                                                    else due - sent)))
            if not part and (self._rate is None or due > sent):
                return
            self._send(part)
            sent += len(part)
            if self._rate is not None:
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
                self.rejected += [a.error or "" for a in answers if a.answer == "rejected"]
                return
            except Closed:
                return
            except CincerError as error:
                after = error.data.get("retry_after") if isinstance(error, Busy) else None
                self._stop.wait(float(after) if isinstance(after, float | int) else 0.5)
