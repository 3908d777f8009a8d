"""The published protocol's times: what is counted, and what is left out where data are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from cincer.bench.protocol import CASES, Share, arrivals, run
from cincer.errors import UnknownName


def test_rows_of_the_report() -> None:
    report = run(["breast-mlp"], cores=(1, 2), selectors=("no_ce", "as_published"), repeats=2,
                 epochs=20)
    one, two = report["rows"]
    assert (one["cores"], two["cores"]) == (1, 2)
    for row in (one, two):
        assert (row["runs"], row["arrivals"]) == (4, 3)
        assert row["asked"] == one["asked"] > 0
        assert row["train_cpu"] > row["pick_cpu"] > 0
        assert row["faster_wall"] == row["published_s"] / row["wall"]
    assert one["study_h"] == pytest.approx(
        (one["train_cpu"] + one["pick_cpu"]) * 5 * 3 * 101 / 3600)


def test_all_arrivals_are_timed_where_none_is_chosen() -> None:
    found = arrivals(Share("breast-mlp", ("no_ce",), 2, 1, 2, None, epochs=1))
    assert len(found) == 100
    assert all(one.cpu > 0 and one.asked in (0, 1) for one in found)


def test_missing_data_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CINCER_DATA", str(tmp_path))
    report = run(["mnist-cnn"])
    assert report["rows"] == []
    assert "mnist" in report["missing"][0]


def test_an_unknown_case_lists_the_known() -> None:
    with pytest.raises(UnknownName, match=", ".join(sorted(CASES))):
        run(["iris-mlp"])
