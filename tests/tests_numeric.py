"""Small problems that the numerical tests share. float64 unless a test says otherwise."""

import numpy as np
import torch

from cincer.config import ModelSettings
from cincer.counterexample import counter_example
from cincer.engine import Engine
from cincer.kernels.head import with_bias
from cincer.kernels.newton import Rows
from cincer.models.networks import network
from cincer.suspicion import suspicion


def classification(rows, features, classes, *, weighted=False, seed=0):
    """Random rows and random weights (K, P) of a head that does not fit them."""
    source = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, features, generator=source, dtype=torch.float64)
    y = torch.randint(classes, (rows,), generator=source)
    w = 0.5 + torch.rand(rows, generator=source, dtype=torch.float64) if weighted else None
    weights = torch.randn(classes, features + 1, generator=source, dtype=torch.float64)
    return Rows(with_bias(x), y, w, classes), weights


def blobs(rows, features=4, classes=3, *, noise=0.2, seed=0):
    """Gaussian classes, a share of the labels wrong: inputs (N, F) float32, given, true (N,)."""
    source = np.random.default_rng(seed)
    true = source.integers(classes, size=rows)
    centres = source.normal(size=(classes, features)) * 2
    x = (centres[true] + source.normal(size=(rows, features))).astype(np.float32)
    shift = source.integers(1, classes, size=rows)
    given = np.where(source.random(rows) < noise, (true + shift) % classes, true)
    return x, given, true


class Inputs:
    """Rows of an array, as the engine wants them."""

    def __init__(self, rows):
        self.array = rows

    def rows(self, positions):
        return self.array[positions]

    def __len__(self):
        return len(self.array)


def engine(inputs, classes, *, exact_rows=10_000, **settings):
    """An engine over (N, F...) inputs with these `ModelSettings`."""
    chosen = ModelSettings(**settings)
    return Engine(
        Inputs(inputs), network(chosen.model, inputs.shape[1:], classes, chosen.seed), classes,
        suspicion(chosen.suspicion, seed=chosen.seed),
        counter_example(chosen.counter_example, seed=chosen.seed, neighbours=chosen.neighbours),
        chosen, exact_rows=exact_rows)
