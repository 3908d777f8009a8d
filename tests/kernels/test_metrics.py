"""Metrics against scikit-learn's."""

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from cincer.kernels.metrics import accuracy, auc, detection, weighted_f1


@pytest.mark.parametrize("seed", range(5))
def test_equal_to_scikit_learn(seed):
    source = np.random.default_rng(seed)
    true, found = source.integers(6, size=50), source.integers(7, size=50)
    wanted = f1_score(true, found, average="weighted", zero_division=0)
    assert weighted_f1(true, found) == pytest.approx(wanted, abs=1e-14)
    assert accuracy(true, found) == pytest.approx(accuracy_score(true, found))


def test_ends():
    assert weighted_f1([0, 1, 1], [0, 1, 1]) == 1
    assert weighted_f1([0, 0], [1, 1]) == 0
    assert math.isnan(weighted_f1([], []))
    assert math.isnan(accuracy([], []))


def test_detection_by_hand():
    wrong = [True, True, True, False, False, False]
    called = [True, True, False, True, False, False]
    found = detection(wrong, called, [0.9, 0.8, 0.3, 0.5, 0.2, 0.1])
    assert (found.fdr, found.recall, found.f1) == pytest.approx((1 / 3, 2 / 3, 2 / 3))
    assert found.auc == pytest.approx(8 / 9)


def test_ties_count_half_and_one_kind_alone_has_no_area():
    assert auc([True, False, True, False], [1, 1, 1, 1]) == 0.5
    assert auc([True, False], [0.2, 0.7]) == 0
    assert np.isnan(auc([True, True], [1, 2]))
    nothing = detection([False, False], [False, False], [0, 1])
    assert all(np.isnan([nothing.fdr, nothing.recall, nothing.f1, nothing.auc]))
