"""A fitted head on noisy blobs and a trusted set, for the tests of relabelling. float64."""

import torch
from tests_numeric import blobs

from cincer.kernels.head import with_bias
from cincer.kernels.newton import Rows, fit
from cincer.kernels.top import top_layer
from cincer.relabel import trusted

L2 = 0.02


def scene(rows=150, classes=3, *, noise=0.3, held=40, among=0, seed=0):
    """`top`, `trusted`, the true labels of its rows, the head. `held` trusted examples from outside
    the rows, and the first `among` rows with their true labels. Positions are 7 n + 3."""
    x, given, true = blobs(rows + held, features=4, classes=classes, noise=noise, seed=seed)
    features = with_bias(torch.from_numpy(x).double())
    labels, truth = torch.from_numpy(given), torch.from_numpy(true)
    labels[:among] = truth[:among]
    head = fit(Rows(features[:rows], labels[:rows], None, classes), L2, tolerance=1e-20)
    positions = torch.arange(rows) * 7 + 3
    top = top_layer(features[:rows], head.probs, labels[:rows], positions, damping=L2)
    at = torch.cat([torch.arange(among), torch.arange(rows, rows + held)])
    known = torch.cat([positions[:among], torch.full((held,), -1)])
    return top, trusted(features[at], truth[at], head.weights, positions=known), truth[:rows], head
