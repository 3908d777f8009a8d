"""The live head without some rows: real refits that leave the head as it is."""

import numpy as np
import pytest
import torch
from tests_numeric import blobs, engine

from cincer.kernels.head import with_bias
from cincer.kernels.newton import Rows, fit
from cincer.models import left_out
from cincer.models.left_out import LeavingOut

GIVEN = 1


def taught(count=180, **settings):
    x, given, _ = blobs(200)
    found = engine(x, 3, **settings)
    found.enter(np.arange(count), given[:count])
    found.refit()
    found.settle()
    return found, with_bias(torch.from_numpy(x)).double(), torch.from_numpy(given)


def brute(features, given, l2, kept, count=180):
    """p(GIVEN | row 190) of a head fitted from nothing to the rows `kept`."""
    rows = Rows(features[kept], given[kept], None, 3)
    head = fit(rows, l2 * count / len(kept), tolerance=1e-24)
    return float(torch.softmax(head.weights @ features[190], dim=0)[GIVEN])


@pytest.mark.parametrize("exact_rows", [10_000, 50])
@pytest.mark.parametrize("left", [[17], [3, 17, 40, 41]])
def test_probabilities_are_those_of_fits_from_nothing(exact_rows, left):
    found, features, given = taught(exact_rows=exact_rows)
    leaving = LeavingOut(found.head, features[190], GIVEN)
    l2, every = found.head.l2, np.arange(180)
    assert leaving.prob == pytest.approx(brute(features, given, l2, every), abs=1e-8)
    prob, refit = leaving.without(torch.tensor(left))
    assert refit.exact
    assert prob == pytest.approx(
        brute(features, given, l2, np.setdiff1d(every, left)), abs=1e-8)


def test_a_large_head_takes_a_bounded_number_of_steps(monkeypatch):
    monkeypatch.setattr(left_out, "INTERACTIVE", 0)
    found, features, given = taught()
    leaving = LeavingOut(found.head, features[190], GIVEN)
    prob, refit = leaving.without(torch.tensor([17]))
    kept = np.setdiff1d(np.arange(180), [17])
    assert refit.steps <= left_out.PASSES
    assert 0 < refit.decrement < 1e-6
    assert prob == pytest.approx(brute(features, given, found.head.l2, kept), abs=1e-3)


def test_asking_changes_nothing():
    found, features, _ = taught()
    weights, version = found.head.weights.clone(), found.version
    counted = found.known.weights.clone()
    LeavingOut(found.head, features[190], GIVEN).without(torch.tensor([1, 2]))
    assert torch.equal(found.head.weights, weights)
    assert torch.equal(found.known.weights, counted)
    assert found.version == version
    assert not found.idle()
