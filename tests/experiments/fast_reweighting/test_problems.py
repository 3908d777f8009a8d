"""The problems FSR is studied on, from the digits that scikit-learn ships."""

import pytest
import torch

from cincer.errors import InvalidInput
from cincer_experiments.fast_reweighting.problems import (
    few_labels,
    long_tail,
    noisy,
    tail_sizes,
)


def test_few_labels_are_right_and_the_rest_is_guessed():
    found = few_labels("digits", 300, 3, "logreg", 1)
    assert found.x.shape == (300, 64)
    assert torch.bincount(found.given[found.known]).tolist() == [3] * 10
    assert found.right[found.known].all()
    assert 0.05 < found.noise < 0.6
    assert len(found.test_y) == 360


def test_symmetric_noise_spares_what_is_known():
    found = noisy("digits", 1000, 0.4, 1)
    assert found.noise == pytest.approx(0.4 * 0.9, abs=0.03)
    assert found.right[found.known].all()
    assert torch.bincount(found.given[found.known]).tolist() == [10] * 10


def test_long_tails_fall_in_equal_ratios():
    assert tail_sizes(3, 100, 25) == [100, 20, 4]
    found = long_tail("digits", 100, 50, 1)
    sizes = sorted(torch.bincount(found.given).tolist())
    assert (sizes[0], sizes[-1]) == (2, 100)
    assert found.noise == 0
    assert len(found.known) == 0


@pytest.mark.parametrize("make", [few_labels, noisy, long_tail])
def test_the_same_seed_draws_the_same(make):
    told = {few_labels: (200, 2, "logreg"), noisy: (300, 0.4), long_tail: (50, 5)}[make]
    first, again, other = (make("digits", *told, seed) for seed in (1, 1, 2))
    assert torch.equal(first.x, again.x)
    assert torch.equal(first.given, again.given)
    assert not torch.equal(first.x, other.x)


def test_too_few_examples_are_one_line():
    with pytest.raises(InvalidInput, match="draw more rows"):
        few_labels("digits", 50, 20, "logreg", 1)
    with pytest.raises(InvalidInput, match="not 5000"):
        long_tail("digits", 5000, 5, 1)
