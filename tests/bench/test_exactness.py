"""Top Fisher is the change by really leaving out, at the penalty the live loop chooses."""

import os

import numpy as np
import pytest
import torch
from tests_numeric import blobs

from cincer.bench import exactness
from cincer.bench.exactness import Problem, Scene, against_cholesky, against_exact, against_refits
from cincer.errors import InvalidInput

FOLDER = pytest.mark.skipif(not os.environ.get("CINCER_DATA"), reason="CINCER_DATA is not set")


def clouds(rows=160):
    x, given, _ = blobs(rows)
    return Problem("clouds", x, given.astype(np.int64), 3)


@pytest.mark.parametrize("name", [
    "breast", "digits", pytest.param("adult", marks=FOLDER)])
def test_top_fisher_is_the_change_without_the_row(name):
    scene = Scene(exactness.load_problem(name, 1010), suspects=10)
    found = against_refits(scene, left_out=60)
    assert found.lowest > 0.99
    assert 0.9 < found.slope < 1.1
    assert against_cholesky(scene).difference < 1e-8


def test_the_real_change_is_that_of_a_fit_from_nothing():
    """`slope` and `correlation` again, from fits of our own without each row."""
    scene = Scene(clouds(), suspects=1)
    asked, rows = scene.suspects[0], scene.rows
    left = torch.linspace(0, 158, 12).long()
    real = []
    for row in left.tolist():
        kept = torch.arange(159) != row
        rest = exactness.Rows(rows.features[kept], rows.labels[kept], None, 3)
        head = exactness.bounded_fit(rest, scene.l2 * 159 / 158, torch.zeros(3, 5), None, None)
        real.append(float(torch.softmax(head.weights @ asked.features, dim=0)[asked.given]))
    base = exactness.bounded_fit(rows, scene.l2, torch.zeros(3, 5), None, None)
    before = float(torch.softmax(base.weights @ asked.features, dim=0)[asked.given])
    predicted = exactness.first_order(
        scene.top.solve(exactness.gradient(asked)), before, scene.top.features, scene.top.probs,
        scene.top.labels, scene.top.weights, left).numpy()
    changes = np.array(real) - before
    found = against_refits(scene, left_out=12)
    assert found.slope == pytest.approx(np.polyfit(predicted, changes, 1)[0], rel=1e-4)
    assert found.correlation == pytest.approx(np.corrcoef(predicted, changes)[0, 1], rel=1e-5)


def test_what_is_exact_agrees_and_what_is_random_does_not():
    scene = Scene(clouds(), suspects=6)
    for name in ("influence_exact", "influence_cg", "full_fisher"):
        found = against_exact(scene, name)
        assert found.lowest > 1 - 1e-6
        assert found.same_pick == 1
    assert abs(against_exact(scene, "random").correlation) < 0.5


def test_every_strategy_that_scores_has_a_row_a_data_set(monkeypatch):
    lines = []
    report = exactness.run([clouds(40)], suspects=2, left_out=5, progress=lines.append)
    rows = report["rows"]
    names = set(exactness.COUNTER_EXAMPLES) - set(exactness.NOT_SCORES)
    assert [row["compared"] for row in rows] == [
        "real refits", "conjugate gradients", *sorted(names)]
    assert {(row["data"], row["known"]) for row in rows} == {("clouds", 38)}
    assert len(lines) == 1 + len(names)
    monkeypatch.setattr("cincer.kernels.whole.LIMIT", 10)
    fewer = exactness.run([clouds(40)], suspects=2, left_out=5)["rows"]
    assert {row["compared"] for row in rows} - {row["compared"] for row in fewer} == {
        "full_fisher"}


def test_too_few_rows_are_told():
    with pytest.raises(InvalidInput, match="too few for 10 suspects"):
        Scene(clouds(11), suspects=10)
