"""The head one step after proposed changes, against really fitting it to them."""

import numpy as np
import pytest
import torch
from tests_numeric import blobs

from cincer.curate.absorb import absorbed, turned
from cincer.errors import InvalidInput
from cincer.kernels.head import with_bias
from cincer.kernels.newton import Rows, fit
from cincer.kernels.top import top_layer
from cincer.types import NO_LABEL

L2 = 0.01


def scene(rows=400, classes=3):
    x, given, true = blobs(rows, classes=classes, seed=2)
    features, labels = with_bias(torch.from_numpy(x).double()), torch.from_numpy(given)
    found = fit(Rows(features, labels, None, classes), L2, tolerance=1e-14)
    return top_layer(features, found.probs, labels, damping=L2), np.flatnonzero(given != true), true


def refitted(top, rows, labels):
    """The head fitted to the changed rows, to its optimum."""
    changed, weights = top.labels.clone(), torch.ones(len(top.labels), dtype=torch.float64)
    changed[rows] = labels.clamp(min=0)
    weights[rows[labels == NO_LABEL]] = 0
    total = float(weights.sum())
    return fit(Rows(top.features, changed, weights, top.probs.shape[1]),
               L2 * len(weights) / total, tolerance=1e-14).probs


@pytest.mark.parametrize("leave", [False, True])
def test_of_a_few_changes_it_says_what_a_refit_says(leave):
    top, wrong, true = scene()
    rows = torch.from_numpy(wrong[:4])
    labels = torch.full((4,), NO_LABEL) if leave else torch.from_numpy(true[wrong[:4]])
    wanted = refitted(top, rows, labels) - top.probs
    error = absorbed(top, rows, labels) - top.probs - wanted
    assert float(error.norm() / wanted.norm()) < 0.1


def test_of_many_changes_it_knows_which_items_turn():
    top, wrong, true = scene(classes=2)
    rows, labels = torch.from_numpy(wrong), torch.from_numpy(true[wrong])
    wanted = refitted(top, rows, labels).argmax(dim=1)
    found = absorbed(top, rows, labels).argmax(dim=1)
    assert float((found == wanted).double().mean()) > 0.97
    items, classes = turned(top, rows, labels)
    assert len(items) > 0
    assert torch.equal(items, torch.nonzero(found != top.probs.argmax(dim=1))[:, 0])
    assert torch.equal(classes, found[items])


def test_labels_as_they_are_change_nothing():
    top, _, _ = scene()
    rows = torch.arange(10)
    torch.testing.assert_close(absorbed(top, rows, top.labels[rows]), top.probs)
    torch.testing.assert_close(absorbed(top, rows[:0], rows[:0]), top.probs)


def test_a_relabelled_item_is_believed_more():
    top, wrong, true = scene()
    rows, labels = torch.from_numpy(wrong[:1]), torch.from_numpy(true[wrong[:1]])
    found = absorbed(top, rows, labels)[rows[0]]
    assert float(found[labels[0]]) > float(top.probs[rows[0], labels[0]])
    assert float(found.sum()) == pytest.approx(1)


def test_what_is_no_class_is_refused():
    top, _, _ = scene()
    with pytest.raises(InvalidInput, match="0 to 2"):
        absorbed(top, torch.tensor([0]), torch.tensor([3]))
