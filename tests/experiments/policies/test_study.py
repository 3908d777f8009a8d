"""`cincer experiment policies` on the digits, small."""

from __future__ import annotations

import json

import numpy as np
from click.testing import CliRunner

from cincer.cli import main
from cincer_experiments.policies.shrink import shrink


def run(*words):
    return CliRunner().invoke(main, ["experiment", "policies", *words])


def test_a_small_study(tmp_path):
    words = ("--data", "digits", "--arrivals", "150", "--repeats", "2", "--query-budget", "200",
             "--policies", "cincer alone,drop,chooser", "--json", "--out", str(tmp_path))
    found = run(*words)
    assert found.exit_code == 0, found.stderr
    document = json.loads(found.stdout)
    rows = {row[0]: row for row in document["tables"][0]["rows"]}
    assert list(rows) == ["cincer alone", "drop", "chooser"]
    assert rows["cincer alone"][5] == rows["cincer alone"][9] == 0
    assert 0 < rows["drop"][1] <= 1
    assert {v["claim"] for v in document["verdicts"]} >= {"better than CINCER alone"}
    assert json.loads((tmp_path / "study.json").read_text()) == document
    again = run(*words)
    assert json.loads(again.stdout)["tables"] == document["tables"]


def test_bad_names_are_one_line(tmp_path):
    found = run("--policies", "magic", "--out", str(tmp_path))
    assert found.exit_code == 2
    assert "unknown policy" in found.stderr


def test_shrinking_keeps_distances_of_the_main_components():
    draw = np.random.default_rng(0)
    rows = (draw.normal(size=(200, 3)) @ draw.normal(size=(3, 12))).astype(np.float32)
    small = shrink(rows, 8)(rows)
    assert small.shape == (200, 3)
    np.testing.assert_allclose(np.cov(small.T), np.eye(3), atol=1e-3)
