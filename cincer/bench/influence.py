"""`cincer bench influence`: one influence ranking of all training examples, beside other libraries.

Everybody gets the same arrays: synthetic data (see `pick`), features that end in 1, a fitted
softmax head, one damping; and ranks all training examples for a test example, another one each
time. Three quantities, K(a, b) = grad(a)' M grad(b) with M

identity   1: the product of two gradients
inverse    the damped inverse Hessian
kfac       its Kronecker-factored approximation (kronfluence corrects the eigenvalues as well and
           draws labels from the model: close to ours, not the same)

A contender is a process of its own, with one thread. Each is measured in turn beside ours for the
same quantity, query by query, so that both meet the same machine. Scores are compared by Spearman's
rank correlation; nobody's time includes sorting.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from scipy.stats import spearmanr

from ..errors import CincerError, InvalidInput
from ..kernels.head import with_bias
from ..kernels.newton import Rows, fit
from .ours import OURS
from .pick import Synthetic

FEATURES, CLASSES, DAMPING = 64, 10, 1e-3
QUERY_TARGET, FIRST_TARGET, RANKING_TARGET = 50.0, 10.0, 0.999
SAME = ("identity", "inverse")
"""Quantities that everybody computes exactly."""

SETUP = (
    "to measure the others too: python -m venv A && A/bin/pip install torch captum kronfluence; "
    "python -m venv B && B/bin/pip install torch 'numpy<2' 'pydvl[influence]' distributed; "
    "then --python A/bin/python,B/bin/python")

SCRIPT = Path(__file__).with_name("rivals.py")
OWN = [sys.executable, "-m", "cincer.bench.ours"]


@dataclass(frozen=True, slots=True)
class Row:
    """One contender. Processor seconds (`_wall`: on the clock): the fit, the first query, the
    median of the later ones; peak memory beyond that of starting and reading the data, in MiB;
    `ranking`: Spearman with ours, mean over the queries. Ratios: its processor time over ours as
    measured beside it, a later query, and the fit with the first query."""

    name: str
    quantity: str
    way: str
    fit_s: float
    fit_wall: float
    first_s: float
    query_s: float
    query_wall: float
    memory_mib: float
    ranking: float
    query_ratio: float
    first_ratio: float


@dataclass(slots=True)
class Times:
    """What a worker said of its fit and of each query, in seconds."""

    fit: list[dict[str, float]] = field(default_factory=list)
    queries: list[dict[str, float]] = field(default_factory=list)

    def fitted(self, unit: str = "cpu") -> float:
        return median(one[unit] for one in self.fit)

    def first(self, unit: str = "cpu") -> float:
        return self.queries[0][unit]

    def later(self, unit: str = "cpu") -> float:
        return median(one[unit] for one in self.queries[1:])

    def memory(self) -> float:
        return max(one["memory_mib"] for one in self.queries)


class Worker:
    """A contender's process: `fit`, then queries by number, whose scores come back."""

    def __init__(self, command: Sequence[str], name: str, data: Path) -> None:
        self.name, self._scores = name, data.with_name("scores.npz")
        self._errors = data.with_name(f"{command[-1]}.txt".replace("/", "-"))
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                [*command, name, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, text=True, env=_environment(command))
        self._hear()

    def fit(self) -> dict[str, float]:
        return self._ask("fit")

    def query(self, number: int) -> tuple[dict[str, float], np.ndarray[Any, Any]]:
        said = self._ask(f"query {number} {self._scores}")
        with np.load(self._scores, allow_pickle=False) as found:
            return said, found["scores"]

    def close(self) -> None:
        if self._process.returncode is None:
            self._process.communicate()

    def _ask(self, line: str) -> dict[str, float]:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)  # type: ignore[no-any-return]
        self._process.communicate()
        last = self._errors.read_text().strip().rpartition("\n")[2]
        raise CincerError(f"{self.name} ended: {last}")


def run(
    python: Sequence[str] = (), known: int = 100_000, queries: int = 10, seed: int = 1,
    progress: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """`python`: interpreters that have other libraries. {"known", "features", "classes",
    "damping", "versions", "rows": [Row...], "verdicts": [...], "failed": [...], "setup"}."""
    found = [(path, one) for path in python for one in available(path)]
    rows: list[Row] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="cincer-bench-") as folder:
        data = Path(folder) / "data.npz"
        progress(f"{known:,} examples: fitting the head that everybody gets")
        write(data, known, queries + 1, seed)
        for quantity in OURS:
            others = [(path, one) for path, one in found if one["quantity"] == quantity]
            rows += _measure(quantity, others, data, queries, failed, progress)
    return {"known": known, "features": FEATURES, "classes": CLASSES, "damping": DAMPING,
            "versions": sorted({one["version"] for _, one in found}),
            "rows": [asdict(row) for row in rows], "verdicts": list(verdicts(rows)),
            "failed": failed, "setup": None if found else SETUP}


def available(path: str) -> list[dict[str, str]]:
    """What the interpreter at `path` can run."""
    try:
        done = subprocess.run([path, str(SCRIPT), "list"], capture_output=True, text=True,
                              env=_environment([path]))
    except OSError as error:
        raise InvalidInput(f"--python {path}: {error.strerror}", path=path) from error
    if done.returncode:
        raise InvalidInput(f"--python {path}: {done.stderr.strip().rpartition(chr(10))[2]}",
                           path=path)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def write(path: Path, known: int, tests: int, seed: int) -> None:
    """The arrays everybody reads; the head is at the optimum for the damping as its penalty."""
    made = Synthetic(known + tests, FEATURES, CLASSES, seed)
    every = with_bias(torch.from_numpy(made.rows(np.arange(known + tests))))
    labels = torch.from_numpy(made.labels())
    head = fit(Rows(every[:known], labels[:known], None, CLASSES), DAMPING)
    np.savez(path, x=every[:known].numpy(), y=labels[:known].numpy(),
             test_x=every[known:].numpy(), test_y=labels[known:].numpy(),
             weights=head.weights.numpy(), damping=np.array(DAMPING))


def verdicts(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """For each quantity the fastest of the others, as documented and however it is fed: how many
    times faster ours is, and which targets are met."""
    for quantity in OURS:
        others = [row for row in rows if row.quantity == quantity and row.way != "ours"]
        for label, ways in (("documented", {"documented"}), ("any way", None)):
            chosen = [row for row in others if ways is None or row.way in ways]
            if chosen:
                yield _verdict(quantity, label, chosen)


def _verdict(quantity: str, label: str, rows: Sequence[Row]) -> dict[str, Any]:
    query = min(rows, key=lambda row: row.query_ratio)
    first = min(rows, key=lambda row: row.first_ratio)
    ranking = min(row.ranking for row in rows)
    return {
        "quantity": quantity, "fed": label,
        "fastest_query": query.name, "query_ratio": query.query_ratio,
        "query_met": query.query_ratio >= QUERY_TARGET,
        "fastest_first": first.name, "first_ratio": first.first_ratio,
        "first_met": first.first_ratio >= FIRST_TARGET, "ranking": ranking,
        "ranking_met": ranking > RANKING_TARGET if quantity in SAME else None}


def _measure(
    quantity: str, others: Sequence[tuple[str, dict[str, str]]], data: Path, queries: int,
    failed: list[str], progress: Callable[[str], None],
) -> list[Row]:
    """Ours for one quantity, alone first, then beside each of the others."""
    ours = Worker(OWN, quantity, data)
    try:
        progress(f"{quantity}: cincer")
        alone = _alternate([ours], queries)[0]
        rows = [_row(f"cincer {quantity}", quantity, "ours", alone[0], alone[0], 1.0)]
        for path, one in others:
            progress(f"{quantity}: {one['name']}")
            try:
                rows.append(_beside(ours, path, one, data, queries))
            except CincerError as error:
                failed.append(str(error))
        return rows
    finally:
        ours.close()


def _beside(ours: Worker, path: str, one: dict[str, str], data: Path, queries: int) -> Row:
    other = Worker([path, str(SCRIPT)], one["name"], data)
    try:
        (mine, wanted), (times, found) = _alternate([ours, other], queries)
        ranking = np.mean([spearmanr(a, b)[0] for a, b in zip(wanted, found, strict=True)])
        return _row(one["name"], one["quantity"], one["way"], times, mine, float(ranking))
    finally:
        other.close()


def _alternate(
    workers: Sequence[Worker], queries: int
) -> list[tuple[Times, list[np.ndarray[Any, Any]]]]:
    """Each worker's fit, then query after query by turns: times and scores."""
    every = [(Times(), list[np.ndarray[Any, Any]]()) for _ in workers]
    for worker, (times, _) in zip(workers, every, strict=True):
        times.fit.append(worker.fit())
    for number in range(queries + 1):
        for worker, (times, scores) in zip(workers, every, strict=True):
            said, found = worker.query(number)
            times.queries.append(said)
            scores.append(found)
    return every


def _row(
    name: str, quantity: str, way: str, times: Times, ours: Times, ranking: float
) -> Row:
    return Row(
        name, quantity, way, times.fitted(), times.fitted("wall"), times.first(), times.later(),
        times.later("wall"), times.memory(), ranking, times.later() / ours.later(),
        (times.fitted() + times.first()) / (ours.fitted() + ours.first()))


def _environment(command: Sequence[str]) -> dict[str, str]:
    """One thread. Another interpreter's packages are its own, and this folder's modules do not
    stand in for them."""
    threads = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    if command == OWN:
        return {**os.environ, **threads}
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return {**kept, **threads, "PYTHONSAFEPATH": "1"}
