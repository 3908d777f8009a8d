"""Comparisons at equal cost against the slow way: walk both runs, a query at a time."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from study_runs import write

from cincer_experiments.studies import equal
from cincer_experiments.studies.runs import Run, Runs, read

SELECTORS = ("unlearned", "as_published", "no_ce")


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    [found] = read([write(tmp_path / "runs-breast-mlp.jsonl", SELECTORS)])
    return found


def slow(runs: Runs, a: str, b: str, column: str, measure: str) -> list[float]:
    """Differences by repeat: step through each run as long as it has not cost more than the
    cheaper of the two."""
    found = []
    for one in runs.of(a):
        other = runs.found[b, one.repeat]
        budget = min(one.columns[column][-1], other.columns[column][-1])

        def reached(run: Run, budget: float = budget) -> float:
            value = math.nan
            for spent, now in zip(run.columns[column], run.columns[measure], strict=True):
                if spent <= budget:
                    value = now
            return value

        found.append(reached(one) - reached(other))
    return found


@pytest.mark.parametrize("cost", equal.COSTS)
@pytest.mark.parametrize("measure", ["cleaned", "f1"])
def test_it_is_what_walking_through_finds(runs: Runs, cost: str, measure: str) -> None:
    every = equal.every(runs, cost)
    assert len(every) == 6
    for (a, b), one in every.items():
        right = slow(runs, a, b, equal.COSTS[cost], measure)
        found = getattr(one, measure)
        assert found.mean == pytest.approx(np.mean(right), abs=1e-12)
        assert found.error == pytest.approx(np.std(right, ddof=1) / 2, abs=1e-12)
        assert found.n == 4


def test_the_two_ways_are_one_comparison(runs: Runs) -> None:
    every = equal.every(runs, "labels")
    there, back = every["unlearned", "no_ce"], every["no_ce", "unlearned"]
    assert there.cleaned.mean == -back.cleaned.mean
    assert there.at == back.at


def test_the_cost_is_that_of_the_one_who_spent_less(runs: Runs) -> None:
    found = equal.compared(runs, "unlearned", "no_ce", "labels")
    assert found is not None
    spent = [min(runs.found[name, repeat].last("labels_inspected")
                 for name in ("unlearned", "no_ce")) for repeat in range(1, 5)]
    assert found.at.mean == np.mean(spent)


def test_a_run_is_read_just_before_it_exceeds_the_budget() -> None:
    run = Run("a", 1, {"labels_inspected": np.array([0.0, 2, 2, 4, 6, 6])})
    assert [equal.standing(run, "labels_inspected", budget) for budget in (0, 1, 2, 3, 4, 6, 9)
            ] == [0, 0, 2, 2, 3, 5, 5]


def test_only_streams_that_both_ran_on_count(runs: Runs) -> None:
    del runs.found["no_ce", 2]
    found = equal.compared(runs, "unlearned", "no_ce", "queries")
    assert found is not None
    assert found.cleaned.n == 3
    for repeat in (1, 3, 4):
        del runs.found["no_ce", repeat]
    assert equal.compared(runs, "unlearned", "no_ce", "queries") is None
