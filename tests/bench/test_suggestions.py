"""`cincer bench suggestions` measures what it says, through the real processes."""

from __future__ import annotations

from cincer.bench.suggestions import run


def test_one_small_size() -> None:
    lines: list[str] = []
    found = run((300,), vouched=120, refreshes=2, progress=lines.append)
    row, = found["rows"]  # type: ignore[misc]
    assert (found["features"], found["classes"]) == (64, 10)
    assert (row["known"], row["vouched"]) == (300, 120)
    assert row["first"] > 0
    assert 0 < row["refresh"] <= row["slowest"]
    assert row["weights"] > 0
    assert row["chosen"] in ("drop", "unlearn", "relabel", "ask")
    assert row["suggestions"] > 0
    assert row["trainer_mib"] is None or row["trainer_mib"] > 10
    assert lines[0] == "300 known: storing"
