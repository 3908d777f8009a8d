"""Out-of-fold probabilities: exact against refits, and blind to an item's own label."""

import numpy as np
import pytest
import torch
from tests_numeric import blobs, classification

from cincer.curate.out_of_fold import fold_of, of_head, of_network
from cincer.errors import InvalidInput
from cincer.kernels.head import with_bias
from cincer.kernels.newton import Rows, fit


def test_every_fold_has_its_share_of_every_class():
    labels = np.array([0] * 50 + [1] * 23 + [2] * 7)
    found = fold_of(labels, 5, seed=3)
    for label in range(3):
        sizes = np.bincount(found[labels == label], minlength=5)
        assert np.ptp(sizes) <= 1
    assert (found == fold_of(labels, 5, seed=3)).all()
    assert (found != fold_of(labels, 5, seed=4)).any()
    with pytest.raises(InvalidInput, match="2 folds"):
        fold_of(labels, 1)


@pytest.mark.parametrize("weighted", [False, True])
def test_each_row_is_told_by_a_head_fitted_to_the_others(weighted):
    rows, _ = classification(90, 4, 3, weighted=weighted)
    l2, fold = 0.02, torch.from_numpy(fold_of(rows.labels.numpy(), 3, 1))
    found = of_head(rows.features, rows.labels, 3, l2=l2, weights=rows.weights, folds=3, seed=1)
    every = torch.ones(90, dtype=torch.float64) if rows.weights is None else rows.weights
    for number in range(3):
        others = fold != number
        share = float(every.sum() / every[others].sum())
        wanted = fit(Rows(rows.features[others], rows.labels[others], every[others], 3),
                     l2 * share, tolerance=1e-16).weights
        inside = torch.softmax(rows.features[~others] @ wanted.T, dim=1)
        torch.testing.assert_close(found[~others], inside, atol=2e-3, rtol=0)


def test_who_memorised_agrees_with_wrong_labels_and_who_did_not_points_at_them():
    """More columns than rows: the head fits any labels."""
    x, given, true = blobs(150, features=200, classes=3, noise=0.2)
    features, labels = with_bias(torch.from_numpy(x)), torch.from_numpy(given)
    wrong = torch.from_numpy(given != true)
    learned = of_head(features, labels, 3, l2=1e-4, in_sample=True).argmax(dim=1)
    told = of_head(features, labels, 3, l2=1e-4).argmax(dim=1)
    assert float((learned == labels)[wrong].double().mean()) > 0.9
    assert float((told != labels)[wrong].double().mean()) > 0.9


def test_its_own_label_does_not_move_what_is_said_of_an_item():
    """As many folds as items: each is told of by all the others."""
    rows, _ = classification(60, 4, 2)
    labels, first, second = rows.labels.clone(), 0, 1
    learn = _remember([])
    one = of_network(rows.features, labels, learn, folds=60, seed=2)
    labels[first] = 1 - labels[first]
    other = of_network(rows.features, labels, learn, folds=60, seed=2)
    assert torch.equal(one[first], other[first])
    assert not torch.equal(one[second], other[second])


def _remember(seen):
    """A `learn` that answers with the share of each class among what it was given."""
    def learn(inputs, labels, fold):
        seen.append((fold, inputs, labels))
        shares = torch.bincount(labels, minlength=2).double() / len(labels)
        return lambda asked: shares.expand(len(asked), 2)
    return learn


def test_networks_are_asked_about_what_they_did_not_see_in_the_order_of_the_rows():
    inputs, seen = torch.arange(10, dtype=torch.float64)[:, None], []
    labels = torch.tensor([0, 1] * 5)

    def learn(given, told, fold):
        seen.append(given)
        return lambda asked: torch.cat([asked, torch.full_like(asked, fold)], dim=1)

    found = of_network(inputs, labels, learn, folds=2)
    assert torch.equal(found[:, :1], inputs)
    for fold in (0, 1):
        asked = set(found[found[:, 1] == fold, 0].tolist())
        assert asked.isdisjoint(seen[fold].flatten().tolist())
        assert len(asked) == 5


def test_in_sample_one_network_learns_everything():
    seen = []
    of_network(torch.ones(6, 1), torch.tensor([0, 1] * 3), _remember(seen), in_sample=True)
    ((fold, inputs, _),) = seen
    assert (fold, len(inputs)) == (0, 6)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_rows_have_probabilities(rows):
    given = classification(4, 3, 2)[0]
    found = of_head(given.features[:rows], given.labels[:rows], 2, l2=0.1)
    assert found.shape == (rows, 2)
    assert torch.isfinite(found).all()
