"""The paper's corruption of MNIST (oracle B6), in proportion on the 1,797 digits, from the data to
the overview: the five planted cells lead it, and the five planted duplicates lead the pairs."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from cincer.curate.board import Board
from cincer.curate.matrix import matrix
from cincer.curate.out_of_fold import of_network
from cincer.curate.similar import similar

RECIPE = {(9, 6): 36, (1, 4): 18, (3, 1): 18, (8, 2): 9, (7, 3): 5}
"""True digit and the label it is given instead."""

SINGLE, DUPLICATES = 5, 5


def corrupted(seed):
    """Images (N, 8, 8), given and true labels (N,); the last five repeat the first five."""
    source = np.random.default_rng(seed)
    images, true = load_digits(return_X_y=True)
    order = np.concatenate([source.permutation(len(true)), np.arange(DUPLICATES)])
    order[-DUPLICATES:] = order[:DUPLICATES]
    images, true = images[order].reshape(-1, 8, 8).astype(np.float32) / 16, true[order]
    given = true.astype(np.int64)
    for (was, becomes), count in RECIPE.items():
        given[source.choice(np.flatnonzero(true == was), count, replace=False)] = becomes
    for item in source.choice(np.flatnonzero(given == true), SINGLE, replace=False):
        given[item] = (given[item] + source.integers(1, 10)) % 10
    return images, given, true


def kernel_ridge(inputs, labels, fold):
    """A clean model that takes no time to fit: 98.7 % right here."""
    x = inputs.flatten(1).double()

    def kernel(asked):
        return torch.exp(-torch.cdist(asked.flatten(1).double(), x) ** 2 / 8)

    wanted = torch.nn.functional.one_hot(labels, 10).double()
    weights = torch.linalg.solve(kernel(inputs) + 0.3 * torch.eye(len(x)), wanted)
    return lambda asked: torch.softmax(10 * kernel(asked) @ weights, dim=1)


@pytest.mark.parametrize("seed", range(3))
def test_the_planted_confusions_are_the_top_five_cells(seed):
    images, given, true = corrupted(seed)
    probs = of_network(torch.from_numpy(images), torch.from_numpy(given), kernel_ridge, folds=5,
                       seed=seed)
    board = Board(10)
    board.place(np.arange(len(given)), given, probs.float().numpy())
    shown = matrix(board)
    cells = sorted((c for row in shown.rows for c in row.cells), key=lambda c: -c.count)
    assert {(c.predicted, c.given) for c in cells[:5]} == set(RECIPE)
    assert shown.rows[0].given == 6
    wrong = given != true
    assert (board.iies[wrong] > 0.5).mean() > 0.9
    assert shown.review_bound < 0.08


def test_the_planted_duplicates_are_the_top_five_pairs():
    images, given, _ = corrupted(0)
    found = similar(images, images.reshape(-1, 64), np.arange(len(given)), predicted=given,
                    given=given, source=np.zeros(len(given), np.uint8), image=(8, 8))
    assert found.first[:5].tolist() == [0, 1, 2, 3, 4]
    assert found.second[:5].tolist() == [1797, 1798, 1799, 1800, 1801]
    assert found.exact.sum() == 5
