"""The referee's figures against obvious ones, and the seal it keeps."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from server.live_world import SOURCE, item, until, world
from sklearn.metrics import f1_score

from cincer.dataset import Dataset
from cincer.errors import InvalidInput
from cincer.server.commands import Receive
from cincer.server.notices import HeadMoved, MatrixMoved, StatsChanged
from cincer.server.referee import Referee, share_wrong, weighted_f1
from cincer.types import ExampleId, Position, Status
from cincer_streams.truth import SealedTruth


@pytest.mark.parametrize("seed", range(5))
def test_weighted_f1_is_what_everybody_means_by_it(seed: int) -> None:
    draws = np.random.default_rng(seed)
    true, predicted = draws.integers(0, 5, 200), draws.integers(0, 6, 200)
    wanted = f1_score(true, predicted, average="weighted", zero_division=0.0)
    assert weighted_f1(true, predicted) == pytest.approx(wanted, abs=1e-12)


def test_only_rows_with_both_labels_count() -> None:
    labels, true = np.array([0, 1, -1, 2, 1]), np.array([0, 0, 0, -1, 0])
    assert share_wrong(labels, true, np.array([True, True, True, True, False])) == 0.5
    assert share_wrong(labels, true, np.zeros(5, dtype=bool)) is None


def test_the_curve_counts_known_and_waiting_rows_by_effective_label() -> None:
    ids = [ExampleId(name) for name in "abcde"]
    referee = Referee(SealedTruth(ids, np.array([0, 0, 0, 0, 0])), np.zeros((2, 3), "f4"),
                      np.array([0, 1]))
    data = Dataset(2)
    data.extend([0, 1, 1, 1, 1])
    for position, status in enumerate(
        (Status.KNOWN, Status.WAITING, Status.REMOVED, Status.KNOWN, Status.UNDECIDED)
    ):
        data.set_status(Position(position), status)
    data.assert_label(Position(3), 0, "q-1", "ann")
    point = referee.point(data, ids, np.array([0, 1]), None, at=1.0, replies=2, received=5)
    assert (point.mislabelled, point.never_mislabelled) == (pytest.approx(1 / 3), 0.75)
    assert (point.f1, point.never_f1) == (1.0, None)
    assert (point.replies, point.received) == (2, 5)


def test_a_hold_out_needs_a_label_a_row() -> None:
    with pytest.raises(InvalidInput, match="2 hold-out rows with 3"):
        Referee(SealedTruth([], np.zeros(0, "i8")), np.zeros((2, 3), "f4"), np.zeros(3))


def test_nothing_of_the_truth_leaves_the_referee(tmp_path: Path) -> None:
    """Two worlds that differ in the truth alone: the scorer hears, subscribers are told and the
    ledger holds the same."""
    heard = [_heard(tmp_path / name, truth) for name, truth in (("one", 0), ("two", 1))]
    assert heard[0] == heard[1]


def _heard(folder: Path, truth: int) -> tuple[list[object], ...]:
    ids = [ExampleId(f"e{n}") for n in range(8)]
    referee = Referee(SealedTruth(ids, np.full(8, truth)), np.ones((2, 4), "f4"),
                      np.array([truth, truth]))
    with world(folder, referee=referee) as w:
        w.do(Receive(SOURCE, tuple(item(n, n % 3) for n in range(8))))
        until(lambda: w.service.stats().undecided == 0
              and any(p.mislabelled is not None for p in w.service.stats().curve))
        until(lambda: {type(notice) for notice in w.notices} >= PACED)
        kinds = [_plain(notice) for notice in w.notices if type(notice) not in PACED]
        frames = [_without_paths(frame) for frame in w.scorer.frames
                  if frame["op"] in ("never", "labels", "score")]
        rows = w.service.archive.ask("SELECT id, given, effective, status FROM examples")
        files = sorted(path.name for path in folder.iterdir() if path.suffix == ".npy")
        assert np.load(folder / files[0]).tolist() == [[1.0] * 4] * 2
    return kinds, frames, rows


PACED = {MatrixMoved, StatsChanged, HeadMoved}
"""Notices that are told by the clock, however often; they name no example."""


def _plain(notice: object) -> object:
    fields = dataclasses.asdict(notice)  # type: ignore[call-overload]
    return type(notice).__name__, fields.get("id"), fields.get("decision")


def _without_paths(frame: dict[str, object]) -> object:
    return {name: value for name, value in frame.items() if name not in ("job", "version")}
