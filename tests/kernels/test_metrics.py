"""Metrics against scikit-learn's."""

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from cincer.kernels.metrics import accuracy, weighted_f1


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
