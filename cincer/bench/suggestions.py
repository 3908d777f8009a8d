"""`cincer bench suggestions`: advice as the live server makes it, with its processes and ledger.

For each size the service takes in the known examples, a fifth of their labels drawn anew; a curator
vouches for some of them by acts. "First" is the time to the first suggestions, which contains the
start of the trainer, taking everything in and choosing an action; "refresh" is from asking to the
new list, after ten labels have changed; "weights" is from setting the policy to weights that train.
Synthetic data as in `cincer bench loop`: 64 features, 10 classes.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..config import LoopSettings, ModelSettings, Settings
from ..rng import generator
from ..server.commands import Act, Actor, Advise, Receive, Tune
from ..server.service import Service
from ..types import AnnotatorId, Deed, ExampleId, Label
from .loop import BATCH, CLASSES, FEATURES, PATIENCE, SOURCE, Clusters, resident, schema, until

CURATOR = Actor(AnnotatorId("bench-curator"), frozenset({"curator"}))

CHANGED = 10
"""Labels that change before each refresh."""


@dataclass(frozen=True, slots=True)
class SuggestionsRow:
    """Measures at one size: seconds; memory in MiB (resident, of the web process and of the
    trainer); what was `chosen` and how many suggestions there are at the end."""

    known: int
    vouched: int
    chosen: str
    suggestions: int
    first: float
    refresh: float
    slowest: float
    weights: float
    server_mib: float | None
    trainer_mib: float | None


def run(
    known: Sequence[int] = (1_000, 10_000, 100_000), *, vouched: int = 300, refreshes: int = 5,
    seed: int = 1, progress: Callable[[str], None] = lambda line: None,
) -> dict[str, object]:
    """Measures each size; {"features", "classes", "rows": [SuggestionsRow as a mapping...]}.
    `vouched` labels a person has given when the first suggestions are made."""
    rows = [measure(size, vouched, refreshes, seed, progress) for size in known]
    return {"features": FEATURES, "classes": CLASSES, "rows": [asdict(row) for row in rows]}


def measure(
    size: int, vouched: int, refreshes: int, seed: int, progress: Callable[[str], None]
) -> SuggestionsRow:
    """One size, from an empty folder."""
    settings = Settings(loop=LoopSettings(bootstrap=size, audit_share=0.0),
                        model=ModelSettings(survey="off"))
    with tempfile.TemporaryDirectory(prefix="cincer-bench-") as folder:
        service = Service(settings, Path(folder), schema())
        service.start()
        try:
            curator = _Curator(service, size, seed, progress)
            curator.vouch(vouched)
            first = curator.first()
            times = [curator.refresh() for _ in range(refreshes)]
            weights = curator.weigh()
            found = service.suggested
            chosen = "nothing" if found.advised is None else found.advised.chosen
            return SuggestionsRow(
                size, vouched, chosen, found.total(), first, round(float(np.median(times)), 3),
                max(times), weights, resident(None), resident(service.pids().get("trainer")))
        finally:
            service.close()


class _Curator:
    """Somebody who knows the truth, and a watch."""

    def __init__(
        self, service: Service, size: int, seed: int, progress: Callable[[str], None]
    ) -> None:
        self._service, self._progress = service, progress
        self._name = f"{size:,} known"
        self._data = Clusters(seed)
        progress(f"{self._name}: storing")
        for start in range(0, size, BATCH):
            batch = self._data.items(min(BATCH, size - start))
            service.submit(Receive(SOURCE, batch)).result(PATIENCE)
        until(lambda: service.stats().known == size)
        self._order = generator(seed, "bench", "suggestions").permutation(size).tolist()

    def vouch(self, count: int) -> None:
        """Say the right label of so many examples, an act a class."""
        chosen, self._order = self._order[:count], self._order[count:]
        for label in sorted({self._data.true[at] for at in chosen}):
            ids = tuple(ExampleId(f"e{at}") for at in chosen if self._data.true[at] == label)
            self._service.submit(Act(
                CURATOR, uuid.uuid4().hex, Deed.RELABEL, ids, 10**9, Label(label))).result(PATIENCE)

    def first(self) -> float:
        """Seconds from looking to the first suggestions."""
        self._progress(f"{self._name}: the first suggestions")
        began = time.perf_counter()
        self._service.look()
        until(lambda: self._service.suggested.advised is not None)
        seconds = time.perf_counter() - began
        until(lambda: not self._service.suggested.running)
        return round(seconds, 2)

    def refresh(self) -> float:
        """Seconds from asking for suggestions to having them, after some labels have changed."""
        self._progress(f"{self._name}: new suggestions")
        self.vouch(CHANGED)
        until(lambda: not self._service.suggested.running)
        seen = self._service.suggested.advised
        began = time.perf_counter()
        self._service.submit(Advise(CURATOR, uuid.uuid4().hex)).result(PATIENCE)
        until(lambda: self._service.suggested.advised is not seen)
        return round(time.perf_counter() - began, 3)

    def weigh(self) -> float:
        """Seconds from setting a policy to its weights."""
        self._progress(f"{self._name}: weights")
        began = time.perf_counter()
        self._service.submit(Tune(
            CURATOR, uuid.uuid4().hex, {"weight_policy": "lsw"})).result(PATIENCE)
        until(lambda: self._service.weighed.learned is not None)
        return round(time.perf_counter() - began, 2)
