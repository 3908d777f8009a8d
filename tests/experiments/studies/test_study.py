"""Configurations, what the command line changes in them, and the legend's order."""

from __future__ import annotations

import numpy as np
import pytest

from cincer.config import ModelSettings
from cincer.counterexample import COUNTER_EXAMPLES
from cincer.errors import InvalidInput, UnknownName
from cincer_experiments.studies import lines
from cincer_experiments.studies.study import STUDIES, resolved, study
from cincer_streams.datasets import DATASETS


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_as_it_stands_can_be_run(name: str) -> None:
    found = study(name)
    assert found.title
    assert found.question.endswith("?")
    for pair in found.pairs:
        plan = found.plan(pair)
        assert plan.data in DATASETS
        assert (plan.streams, plan.settings.model.training) == ("published", "from_scratch")
        assert plan.settings.loop.bootstrap == (500 if plan.data == "newsgroups20" else 100)
        assert len(set(plan.selectors)) == len(plan.selectors)


def test_every_strategy_takes_part() -> None:
    assert set(study("selectors", data=["breast"]).pairs[0].selectors) == {
        *COUNTER_EXAMPLES, "drop_ce"}
    assert study("selectors", data=["breast"]).pairs[0].repeats == 30
    assert "full_fisher" not in study("selectors", data=["mnist"]).pairs[0].selectors


def test_the_default_goes_by_its_name_and_comes_once() -> None:
    default = ModelSettings().counter_example
    assert resolved(["default", "nearest", default]) == (default, "nearest")
    assert resolved(["kfac", "*"], ["kfac"])[0] == "kfac"
    assert "kfac" not in resolved(["*"], ["kfac"])


def test_what_the_command_line_changes() -> None:
    found = study("q1", data=["mnist", "digits"], models=["mlp"], selectors=["no_ce"], repeats=2,
                  seed=7, arrivals=9, epochs=3)
    assert [(pair.data, pair.model, pair.selectors, pair.repeats) for pair in found.pairs] == [
        ("mnist", "mlp", ("no_ce",), 2), ("digits", "mlp", ("no_ce",), 2)]
    plan = found.plan(found.pairs[0])
    assert (plan.seed, plan.arrivals, plan.settings.model.epochs) == (7, 9, 3)
    assert [pair.name for pair in study("q1", models=["cnn"]).pairs] == ["mnist-cnn"]
    assert [pair.name for pair in study("q1", data=["a/b.npz"]).pairs] == ["b-mlp"]


def test_what_there_is_not() -> None:
    for wrong in ({"data": ["fashion"]}, {"models": ["forest"]}, {"selectors": ["nothing"]}):
        with pytest.raises(UnknownName):
            study("q1", **wrong)
    with pytest.raises(InvalidInput, match="name the data"):
        study("q3", models=["cnn"])


@pytest.mark.parametrize("count", range(1, 13))
def test_a_legend_is_read_by_rows(count: int) -> None:
    order = lines.by_rows(count, 4)
    rows, columns = -(-count // 4), min(4, count)
    long = count - (rows - 1) * columns if count > 4 else columns
    grid, at = {}, iter(order)
    for column in range(columns):
        for row in range(rows if column < long else rows - 1):
            grid[row, column] = next(at)
    assert [grid[key] for key in sorted(grid)] == list(range(count))


def test_blocks_are_means_of_neighbouring_arrivals() -> None:
    values = np.arange(2 * 101, dtype=np.float64).reshape(2, 101)
    middle, means = lines.blocks(values)
    assert middle.tolist() == [0, *range(3, 101, 5)]
    assert means[0].tolist() == middle.tolist()
    assert (means[1] - means[0]).tolist() == [101] * 21
    assert lines.blocks(values[:, :4])[1].tolist() == [[0, 1, 2, 3], [101, 102, 103, 104]]


def test_a_selector_looks_the_same_in_every_figure() -> None:
    assert lines.places(["unlearned", "no_ce", "top_fisher"]) == {
        "unlearned": 1, "no_ce": 2, "top_fisher": 0}
    every = lines.places([*"abcdefghi"])
    assert sorted(every.values()) == list(range(7))
