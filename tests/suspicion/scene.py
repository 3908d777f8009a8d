"""A fitted head, what it knows, and suspects outside and inside of it. float64."""

from dataclasses import replace

import torch
from tests_numeric import classification

from cincer.kernels.head import probabilities
from cincer.kernels.newton import Rows, fit
from cincer.kernels.top import top_layer
from cincer.protocols import Suspects


def scene(known=60, outside=40, classes=4, *, damping=0.05, weights=None):
    """The known rows' `TopLayer`, and suspects that are not among them."""
    rows, _ = classification(known + outside, 3, classes)
    inside = Rows(rows.features[:known], rows.labels[:known], weights, classes)
    head = fit(inside, damping, tolerance=1e-16)
    top = top_layer(inside.features, head.probs, inside.labels, torch.arange(known) * 7 + 3,
                    damping=damping, weights=weights)
    x = rows.features[known:]
    return top, Suspects(
        torch.arange(outside) + 1000, torch.full((outside,), -1), x,
        probabilities(head.weights, x), rows.labels[known:])


def known_suspects(top):
    """The known examples themselves."""
    return Suspects(top.positions, torch.arange(len(top.labels)), top.features, top.probs,
                    top.labels)


def part(suspects, rows):
    """Some of the suspects."""
    return Suspects(*(getattr(suspects, name)[rows] for name in Suspects.__slots__))


def knows_nothing(top):
    """The same head with no example in the training set."""
    return replace(top, weights=torch.zeros_like(top.weights))
