"""The simulated annotator, right and erring."""

from __future__ import annotations

import numpy as np
import pytest

from cincer.errors import InvalidInput, NotFound
from cincer.types import Action, ExampleId
from cincer_streams.oracle import Oracle
from cincer_streams.truth import SealedTruth

IDS = [ExampleId(f"e{n}") for n in range(2000)]
TRUE = np.arange(2000) % 4


@pytest.fixture
def truth() -> SealedTruth:
    return SealedTruth(IDS, TRUE)


def test_perfect_keeps_right_and_relabels_wrong(truth: SealedTruth) -> None:
    oracle = Oracle(truth)
    assert oracle.answer(IDS[5], 1) == (Action.KEEP, None)
    assert oracle.answer(IDS[5], 3) == (Action.RELABEL, 1)
    assert truth.openings == (("oracle", "cincer_streams.oracle"),)


def test_errs_as_often_as_told_and_evenly(truth: SealedTruth) -> None:
    oracle = Oracle(truth, error=0.3, seed=2)
    beliefs = np.array([oracle.belief(i) for i in IDS])
    assert abs(np.mean(beliefs != TRUE) - 0.3) < 0.04
    steps = np.bincount((beliefs - TRUE) % 4, minlength=4)[1:]
    assert steps.min() > 0.7 * steps.max()


def test_always_wrong(truth: SealedTruth) -> None:
    oracle = Oracle(truth, error=1.0)
    assert all(oracle.belief(i) != t for i, t in zip(IDS, TRUE, strict=True))


def test_says_the_same_whenever_asked(truth: SealedTruth) -> None:
    one, two = Oracle(truth, 0.5, 7), Oracle(truth, 0.5, 7)
    assert [one.belief(i) for i in IDS[:200]] == [two.belief(i) for i in IDS[:200][::-1]][::-1]
    other = Oracle(truth, 0.5, 8)
    assert [one.belief(i) for i in IDS[:200]] != [other.belief(i) for i in IDS[:200]]


def test_an_erring_oracle_may_keep_a_wrong_label(truth: SealedTruth) -> None:
    oracle = Oracle(truth, error=1.0)
    assert oracle.answer(IDS[0], oracle.belief(IDS[0])) == (Action.KEEP, None)


def test_refusals(truth: SealedTruth) -> None:
    with pytest.raises(NotFound, match="nobody"):
        Oracle(truth).answer(ExampleId("nobody"), 0)
    for error in (-0.1, 1.1, float("nan")):
        with pytest.raises(InvalidInput):
            Oracle(truth, error)
    with pytest.raises(InvalidInput):
        Oracle(SealedTruth(IDS[:2], np.zeros(2, int)), 0.1)
