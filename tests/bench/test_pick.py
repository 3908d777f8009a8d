"""The benchmark measures what it says, and its data come out the same in any order."""

import numpy as np

from cincer.bench.pick import Synthetic, run


def test_rows_of_the_report():
    lines = []
    report = run(sizes=(300, 600), features=5, classes=3, repeats=4, progress=lines.append,
                 selectors=("unlearned_influence", "top_fisher"))
    assert report["threads"] == 1
    rows = report["rows"]
    assert [(row["known"], row["selector"]) for row in rows] == [
        (known, name) for known in (300, 600) for name in ("unlearned_influence", "top_fisher")]
    for row in rows:
        assert row["first_ms"] > 0
        assert 0 < row["pick_ms_p50"] <= row["pick_ms_p99"]
        assert row["ratio"] == row["pick_ms_p50"] / row["pass_ms"]
        assert row["known"] / 6 < row["candidates"] < row["known"] / 1.5
        assert row["factor_s"] > 0
    assert lines[0].startswith("300")


def test_synthetic_rows_depend_on_their_position_and_the_seed_alone():
    data, more = Synthetic(12_000, 4, 3, seed=1), Synthetic(25_000, 4, 3, seed=1)
    positions = np.array([11_999, 3, 10_000, 3])
    assert np.array_equal(data.rows(positions), more.rows(positions))
    assert not np.array_equal(data.rows(positions), Synthetic(12_000, 4, 3, seed=2).rows(positions))
    assert len({row.tobytes() for row in more.rows(np.arange(25_000))}) == 25_000
    wrong = (more.labels() != np.arange(25_000) % 3).mean()
    assert 0.18 < wrong < 0.22
