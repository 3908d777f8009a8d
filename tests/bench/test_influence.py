"""Beside other libraries: what ours answers, how a worker is heard, what the verdict says."""

from __future__ import annotations

import ast
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cincer.bench import influence
from cincer.bench.influence import Row, Worker, run, verdicts, write
from cincer.bench.ours import OURS
from cincer.bench.rivals import Arrays
from cincer.errors import CincerError, InvalidInput
from cincer.kernels.head import gradients, probabilities
from cincer.kernels.newton import Rows, curvature

ROW = Row("other", "inverse", "documented", 20.0, 20.0, 0.4, 0.3, 0.3, 1.0, 0.9999, 60.0, 40.0)


@pytest.fixture
def data(tmp_path: Path) -> Arrays:
    write(tmp_path / "data.npz", 200, 3, seed=1)
    return Arrays(str(tmp_path / "data.npz"))


def scores(data: Arrays, quantity: str) -> np.ndarray:
    contender = OURS[quantity].make(data)
    contender.fit()
    return contender.query(data.test_x[1:2], data.test_y[1:2]).numpy()


def both(data: Arrays) -> tuple[torch.Tensor, torch.Tensor]:
    """Gradients of the training examples and of test example 1, float64, flat."""
    known, asked = (
        gradients(x, probabilities(data.weights, x), y).flatten(1)
        for x, y in ((data.x.double(), data.y), (data.test_x[1:2].double(), data.test_y[1:2])))
    return known, asked[0]


def test_identity_is_the_product_of_two_gradients(data: Arrays) -> None:
    known, asked = both(data)
    np.testing.assert_allclose(scores(data, "identity"), known @ asked, rtol=1e-3, atol=1e-4)


def test_inverse_is_the_product_through_the_damped_inverse(data: Arrays) -> None:
    known, asked = both(data)
    probs = probabilities(data.weights, data.x.double())
    inverse = curvature(Rows(data.x.double(), data.y, None, 10), probs, data.damping)
    wanted = known @ inverse.solve(asked.view(10, -1)).flatten()
    np.testing.assert_allclose(scores(data, "inverse"), wanted, rtol=1e-3,
                               atol=1e-4 * float(wanted.abs().max()))


def test_kfac_ranks_much_like_the_exact_inverse(data: Arrays) -> None:
    assert np.corrcoef(scores(data, "kfac"), scores(data, "inverse"))[0, 1] > 0.5


def test_alone_it_says_how_to_measure_the_others() -> None:
    report = run(known=150, queries=1)
    assert [row["quantity"] for row in report["rows"]] == list(OURS)
    assert all(row["way"] == "ours" and row["query_s"] > 0 for row in report["rows"])
    assert report["verdicts"] == []
    assert "--python" in report["setup"]


def test_an_interpreter_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="/no/such/python"):
        run(["/no/such/python"], known=150, queries=1)


def test_a_worker_that_ends_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such library')"]
    with pytest.raises(CincerError, match="broken ended: no such library"):
        Worker(command, "broken", tmp_path / "data.npz")


def test_the_verdict_takes_the_fastest_of_the_others() -> None:
    stored = replace(ROW, name="stored", way="stored", query_ratio=4.0, first_ratio=45.0)
    said = {one["fed"]: one for one in verdicts([replace(ROW, way="ours"), ROW, stored])}
    assert (said["documented"]["query_ratio"], said["documented"]["query_met"]) == (60.0, True)
    assert (said["any way"]["fastest_query"], said["any way"]["query_met"]) == ("stored", False)
    assert (said["any way"]["fastest_first"], said["any way"]["first_met"]) == ("other", True)
    assert said["any way"]["ranking_met"] is True
    approximate = next(verdicts([replace(ROW, quantity="kfac", ranking=0.9)]))
    assert approximate["ranking_met"] is None


def test_the_other_libraries_script_stands_alone() -> None:
    tree = ast.parse(influence.SCRIPT.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert (node.module or "").split(".")[0] != "cincer"
        if isinstance(node, ast.Import):
            assert all(name.name.split(".")[0] != "cincer" for name in node.names)
