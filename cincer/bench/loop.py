"""`cincer bench loop`: the live loop as it runs, with its processes and its ledger on disk.

For each size the service itself takes in the known examples (as bootstrap), then more arrivals that
are scored and decided, then one annotator replies. Synthetic data: Gaussian clusters, 64 features,
10 classes, a fifth of the labels wrong. "Moved" is the time from sending a reply to the moment when
this annotator's next pair has been picked by a model that contains the reply, committed and told.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..config import LoopSettings, Settings
from ..rng import generator
from ..schema import Schema
from ..server.commands import Actor, Display, Item, Lease, Receive, Reply
from ..server.notices import HeadMoved, Notice
from ..server.service import Service
from ..session.events import Decision
from ..session.queries import ready
from ..session.state import Query
from ..types import Action, AnnotatorId, ExampleId, QueryId

FEATURES, CLASSES, NOISE = 64, 10, 0.2
BATCH = 1000
PATIENCE = 600.0

SOURCE = Actor(AnnotatorId("bench-source"), frozenset({"source"}))
PERSON = Actor(AnnotatorId("bench-person"), frozenset({"annotator"}))


@dataclass(frozen=True, slots=True)
class LoopRow:
    """Measures at one size (`known_at_replies`: with what was decided since). Rates in 1/s, times
    of replies in ms, `scorer_cpu` in processor ms a reply, memory in MiB, starts in s."""

    known: int
    known_at_replies: int
    stored_per_second: float
    decided_per_second: float
    replies: int
    ack_p50: float
    ack_p99: float
    moved_p50: float
    moved_p99: float
    scorer_cpu: float
    server_mib: float | None
    scorer_mib: float | None
    start_healthy: float
    start_scorer: float


def run(
    known: Sequence[int] = (1_000, 10_000, 100_000), *, replies: int = 600,
    arrivals: int = 5_000, seed: int = 1, progress: Callable[[str], None] = lambda line: None,
) -> dict[str, object]:
    """Measures each size; {"features", "classes", "rows": [LoopRow as a mapping...]}. `replies`
    are measured one after the other; at most `arrivals` are decided."""
    rows = [measure(size, replies, arrivals, seed, progress) for size in known]
    return {"features": FEATURES, "classes": CLASSES, "rows": [asdict(row) for row in rows]}


class Clusters:
    """Examples drawn one after the other: `items(n)` are the next n."""

    def __init__(self, seed: int = 1) -> None:
        self._draws = generator(seed, "bench", "loop")
        self._centres = self._draws.normal(size=(CLASSES, FEATURES)) * 0.6
        self.true: list[int] = []

    def items(self, count: int) -> tuple[Item, ...]:
        """`count` arrivals; a share NOISE of their labels is drawn anew."""
        draws = self._draws
        true = draws.integers(0, CLASSES, count)
        rows = (self._centres[true] + draws.normal(size=(count, FEATURES))).astype("<f4")
        noisy = np.where(draws.random(count) < NOISE, draws.integers(0, CLASSES, count), true)
        start = len(self.true)
        self.true += true.tolist()
        return tuple(_item(start + n, rows[n], int(noisy[n])) for n in range(count))

    def answer(self, query: Query) -> tuple[Decision, Decision | None]:
        """What somebody who knows the truth replies."""
        other = query.counter_example
        shown = query.predicted if query.given is None else query.given
        return (self._decision(query.example, shown),
                self._decision(other.example, other.label) if other else None)

    def _decision(self, example: ExampleId, shown: int) -> Decision:
        true = self.true[int(example[1:])]
        return Decision(Action.KEEP) if true == shown else Decision(Action.RELABEL, true)


def _item(number: int, row: NDArray[np.float32], label: int) -> Item:
    data = row.tobytes()
    return Item(ExampleId(f"e{number}"), row.round(4).tolist(), {}, label, data,
                hashlib.sha256(data).digest())


def schema() -> Schema:
    return Schema.declare("vector", [f"class {n}" for n in range(CLASSES)], columns=FEATURES)


def measure(
    size: int, replies: int, arrivals: int, seed: int, progress: Callable[[str], None]
) -> LoopRow:
    """One size, from an empty folder to a second start."""
    loop = LoopSettings(bootstrap=size, queue_size=2 * replies + 10, audit_share=0.0)
    settings = Settings(loop=loop)
    with tempfile.TemporaryDirectory(prefix="cincer-bench-") as folder:
        service = Service(settings, Path(folder), schema())
        service.start()
        try:
            data = Clusters(seed)
            progress(f"{size:,} known: storing")
            stored = _store(service, data, size)
            progress(f"{size:,} known: deciding arrivals")
            decided = _decide(service, data, min(arrivals, max(size, 1000)))
            progress(f"{size:,} known: {replies} replies")
            then = service.stats().known
            pid, before = service.pids().get("scorer"), _cpu(service.pids().get("scorer"))
            acks, moves = _reply(service, data, replies)
            spent = _cpu(pid) - before
            memory = resident(None), resident(service.pids().get("scorer"))
        finally:
            service.close()
        progress(f"{size:,} known: starting again")
        healthy, scorer = _start(settings, Path(folder))
    return LoopRow(
        size, then, stored, decided, len(acks), *_percentiles(acks), *_percentiles(moves),
        round(1000 * spent / max(1, len(acks)), 2), *memory, healthy, scorer)


def _store(service: Service, data: Clusters, count: int) -> float:
    """Arrivals a second, sent in batches one after the other, each acknowledged."""
    seconds = 0.0
    for size in _batches(count):
        batch = data.items(size)
        began = time.perf_counter()
        service.submit(Receive(SOURCE, batch)).result(PATIENCE)
        seconds += time.perf_counter() - began
    return round(count / seconds)


def _decide(service: Service, data: Clusters, count: int) -> float:
    """Arrivals a second from the first that is sent to the last that is decided."""
    until(lambda: service.health()["scorer"] == "up")
    until(lambda: service.stats().model > 0 or service.stats().known == 0)
    before = service.stats()
    batches = [data.items(n) for n in _batches(count)]
    began = time.perf_counter()
    for batch in batches:
        service.submit(Receive(SOURCE, batch)).result(PATIENCE)
    until(lambda: service.stats().received == before.received + count
           and service.stats().undecided == 0)
    return round(count / (time.perf_counter() - began))


class _Person:
    """Answers one query after the other and keeps the times."""

    def __init__(self, service: Service, data: Clusters) -> None:
        self._service, self._data = service, data
        self._moved: dict[QueryId, float] = {}
        self._news = threading.Condition()
        service.subscribe(self._notice)

    def _notice(self, notice: Notice) -> None:
        if isinstance(notice, HeadMoved) and notice.after is not None:
            with self._news:
                self._moved[notice.after] = time.perf_counter()
                self._news.notify()

    def turn(self) -> tuple[float, float] | None:
        """One reply, with another pair waiting: seconds to its ack, and until the model that
        contains it has picked that other pair. None where no two pairs are ready in time."""
        self._service.submit(Lease(PERSON, 2, uuid.uuid4().hex)).result(PATIENCE)
        if not until(lambda: len(self._ready()) == 2, 5.0):
            return None
        query = self._ready()[0]
        self._service.submit(Display(PERSON, query.id, query.epoch)).result(PATIENCE)
        example, other = self._data.answer(self._service.query(query.id) or query)
        command = Reply(PERSON, uuid.uuid4().hex, query.id, query.epoch, example, other)
        began = time.perf_counter()
        self._service.submit(command).result(PATIENCE)
        acked = time.perf_counter()
        with self._news:
            self._news.wait_for(lambda: query.id in self._moved, PATIENCE)
        return acked - began, self._moved[query.id] - began

    def _ready(self) -> list[Query]:
        return [query for query in self._service.held(PERSON.name) if ready(query)]


def _reply(service: Service, data: Clusters, count: int) -> tuple[list[float], list[float]]:
    person = _Person(service, data)
    until(lambda: service.stats().model_exact, 60.0)
    times: list[tuple[float, float]] = []
    while len(times) < count and (found := person.turn()) is not None:
        times.append(found)
    return [ack for ack, _ in times], [moved for _, moved in times]


def _start(settings: Settings, folder: Path) -> tuple[float, float]:
    """Seconds from nothing to healthy, and to a scorer that has taken everything in."""
    began = time.perf_counter()
    service = Service(settings, folder, schema())
    try:
        service.start()
        until(lambda: bool(service.health()["ready"]))
        healthy = round(time.perf_counter() - began, 2)
        until(lambda: service.stats().model > 0)
        return healthy, round(time.perf_counter() - began, 2)
    finally:
        service.close()


def _cpu(pid: int | None) -> float:
    """Processor seconds a process has used so far; NaN where the system does not tell."""
    try:
        words = Path(f"/proc/{pid or 'self'}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int | None) -> float | None:
    """Resident MiB of a process (None: this one); None where the system does not tell."""
    try:
        text = Path(f"/proc/{pid or 'self'}/status").read_text()
    except OSError:
        return None
    line = next(line for line in text.splitlines() if line.startswith("VmRSS:"))
    return round(int(line.split()[1]) / 1024, 1)


def _batches(count: int) -> Iterator[int]:
    while count > 0:
        yield min(BATCH, count)
        count -= BATCH


def until(done: Callable[[], bool], patience: float = PATIENCE) -> bool:
    end = time.monotonic() + patience
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True


def _percentiles(seconds: Iterable[float]) -> tuple[float, float]:
    """p50 and p99 in ms."""
    found = sorted(seconds)
    if not found:
        return float("nan"), float("nan")
    p50, p99 = np.percentile(np.array(found) * 1000, [50, 99])
    return round(float(p50), 2), round(float(p99), 2)
