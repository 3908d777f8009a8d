"""The live driver with its real processes: they work, they are killed, nothing is lost."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from server.live_world import until

from cincer.bench import loop as bench
from cincer.compute import frames
from cincer.config import Settings, merge
from cincer.server.commands import Receive
from cincer.server.compute_client import spawn
from cincer.server.referee import Referee
from cincer.server.service import Service
from cincer.server.simulated import SimulatedAnnotator, by_oracle
from cincer.types import ExampleId
from cincer_streams.oracle import Oracle
from cincer_streams.truth import SealedTruth

STARTING = 60.0


@contextmanager
def running(folder: Path, referee: Referee | None = None, **settings: Any) -> Iterator[Service]:
    wanted = {"bootstrap": 60, "epochs": 2, "queue_size": 40} | settings
    service = Service(merge(Settings(), wanted), folder, bench.schema(), referee)
    service.start()
    try:
        yield service
    finally:
        service.close()


def _send(service: Service, data: bench.Clusters, count: int) -> None:
    answers = service.submit(Receive(bench.SOURCE, data.items(count))).result(STARTING)
    assert all(answer.answer == "stored" for answer in answers)  # type: ignore[union-attr]


def test_the_loop_cleans_labels_with_real_processes(tmp_path: Path) -> None:
    data, count = bench.Clusters(), 300
    items = data.items(count)
    truth = SealedTruth([ExampleId(f"e{n}") for n in range(count)], np.array(data.true))
    gold = bench.Clusters()
    rows = np.stack([np.frombuffer(item.row, "<f4") for item in gold.items(200)])
    referee = Referee(truth, rows, np.array(gold.true))
    with running(tmp_path, referee) as service:
        annotator = SimulatedAnnotator(service, "oracle", by_oracle(Oracle(truth)), pace=None)
        annotator.start()
        service.submit(Receive(bench.SOURCE, items)).result(STARTING)
        service.source_ended()
        until(lambda: service.stats().finished, STARTING)
        until(lambda: service.stats().curve[-1].replies == annotator.replies, STARTING)
        annotator.close()
        stats = service.stats()
    last = stats.curve[-1]
    assert annotator.replies == stats.replies > 5
    assert last.mislabelled is not None
    assert last.never_mislabelled is not None
    assert last.mislabelled < last.never_mislabelled
    assert last.f1 is not None
    assert last.f1 > 0.5
    assert stats.people[0].name == "oracle"


def test_killed_processes_come_back_and_nothing_is_lost(tmp_path: Path) -> None:
    with running(tmp_path, model="mlp") as service:
        data = bench.Clusters()
        person = bench._Person(service, data)
        _send(service, data, 200)
        until(lambda: service.stats().undecided == 0, STARTING)
        until(lambda: service.archive.ask("SELECT 1 FROM models"), STARTING)
        assert person.turn() is not None
        pids = service.pids()
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        _send(service, data, 20)
        until(lambda: not set(service.pids().values()) & set(pids.values()), STARTING)
        assert service.health()["ready"]
        until(lambda: service.stats().undecided == 0, STARTING)
        assert person.turn() is not None
        stats = service.stats()
    assert (stats.received, stats.replies) == (220, 2)
    with running(tmp_path, model="mlp") as service:
        again = service.stats()
        assert (again.received, again.replies, again.asked) == (220, 2, stats.asked)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot stop a process")
def test_a_stopped_scorer_stops_nobody_else(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        data = bench.Clusters()
        _send(service, data, 100)
        until(lambda: service.stats().undecided == 0, STARTING)
        pid = service.pids()["scorer"]
        os.kill(pid, signal.SIGSTOP)
        slowest = 0.0
        for _ in range(20):
            began = time.monotonic()
            _send(service, data, 50)
            slowest = max(slowest, time.monotonic() - began)
        assert service.stats().undecided >= 1000
        os.kill(pid, signal.SIGCONT)
        until(lambda: service.stats().undecided == 0, STARTING)
        assert slowest < 5


@pytest.mark.parametrize("early", [True, False])
def test_a_process_ends_with_its_pipe(early: bool) -> None:
    """The system closes the pipe when the server dies, however it dies."""
    process = spawn("trainer" if early else "scorer")
    assert process.stdout is not None
    assert process.stdin is not None
    if not early:
        assert frames.read(process.stdout) == {"op": "ready"}
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()


def test_the_bench_measures_a_small_loop() -> None:
    row = bench.measure(150, 5, 150, 1, lambda line: None)
    assert (row.known, row.replies) == (150, 5)
    assert row.known_at_replies > 150
    assert row.stored_per_second > 0
    assert row.decided_per_second > 0
    assert 0 < row.ack_p50 <= row.ack_p99
    assert row.moved_p50 >= row.ack_p50
    assert 0 < row.start_healthy <= row.start_scorer
