"""Problems to train on: few labels and pseudo-labels for the rest, symmetric noise, long tails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cincer.errors import InvalidInput
from cincer.models.networks import network
from cincer.protocols import Network
from cincer.reweight.fsr import FsrOptions, train_network
from cincer.rng import generator
from cincer_streams.datasets import load
from cincer_streams.noise import NoiseSpec, corrupt

PLAIN = FsrOptions(weighing=False, mixup=False, pseudo_weight=0.0)
"""Training as usual: nothing is weighed or mixed, there are no pseudo-labels."""

LABELLER = replace(PLAIN, epochs=100, batch=25)
"""How the network that gives pseudo-labels is trained on the few labels."""

KNOWN = 10
"""Rows of each class whose labels are known to be right, under symmetric noise."""


@dataclass(frozen=True, slots=True)
class Problem:
    """x (N, F...) float32 and its given labels (N,); `known` (V,): rows whose labels are known to
    be right; `right` (N,) bool, for judging alone; the gold part, in which classes are as the data
    set has them."""

    x: Tensor
    given: Tensor
    known: Tensor
    right: Tensor
    test_x: Tensor
    test_y: Tensor
    classes: int

    @property
    def noise(self) -> float:
        """Share of given labels that are wrong."""
        return 1 - float(self.right.double().mean())


@dataclass(frozen=True, slots=True)
class Source:
    """A data set with its true labels, which `Problem` does not have."""

    x: Tensor
    y: NDArray[np.int64]
    test_x: Tensor
    test_y: Tensor
    classes: int


@lru_cache(maxsize=4)
def source(name: str) -> Source:
    found = load(name)
    return Source(
        torch.from_numpy(found.train.encoded(found.schema)), found.train.labels,
        torch.from_numpy(found.test.encoded(found.schema)), torch.from_numpy(found.test.labels),
        len(found.schema.classes))


def few_labels(name: str, rows: int, per_class: int, model: str, seed: int) -> Problem:
    """`rows` drawn from the data set `name`; `per_class` of each class keep their labels, the rest
    gets those of a network trained on them."""
    whole, at = _drawn(name, rows, seed)
    y, x = torch.from_numpy(whole.y[at]), whole.x[at]
    known = _each(whole.y[at], whole.classes, per_class, seed)
    labeller = network(model, tuple(x.shape[1:]), whole.classes, seed)
    train_network(labeller, x[known], y[known], replace(LABELLER, seed=seed))
    given = predicted(labeller, x)
    given[known] = y[known]
    return _problem(whole, x, y, given, known)


def noisy(name: str, rows: int, rate: float, seed: int) -> Problem:
    """`rows` drawn from the data set `name`, a share `rate` of the labels another class each; then
    `KNOWN` of each class are set right."""
    whole, at = _drawn(name, rows, seed)
    y, x = torch.from_numpy(whole.y[at]), whole.x[at]
    found = corrupt(whole.y[at], NoiseSpec(whole.classes, rate), generator(seed, "noise"))
    given, known = torch.from_numpy(found.given), _each(whole.y[at], whole.classes, KNOWN, seed)
    given[known] = y[known]
    return _problem(whole, x, y, given, known)


def long_tail(name: str, largest: int, factor: float, seed: int) -> Problem:
    """Right labels, but class sizes that fall from `largest` to `largest` / `factor` in equal
    ratios, in an order of the classes that is drawn."""
    whole = source(name)
    order = generator(seed, "classes").permutation(whole.classes)
    sizes = tail_sizes(whole.classes, largest, factor)
    parts = []
    for label, size in zip(order.tolist(), sizes, strict=True):
        own = np.flatnonzero(whole.y == label)
        if len(own) < size:
            raise InvalidInput(f"{name} has {len(own)} examples of a class, not {size}",
                               field="rows")
        parts.append(generator(seed, "tail", label).permutation(own)[:size])
    at = np.concatenate(parts)
    y = torch.from_numpy(whole.y[at])
    return _problem(whole, whole.x[at], y, y, torch.empty(0, dtype=torch.int64))


def tail_sizes(classes: int, largest: int, factor: float) -> list[int]:
    """Examples of each class, the largest first, at least 1."""
    return [max(1, round(largest * factor ** (-at / (classes - 1)))) for at in range(classes)]


def predicted(net: Network, x: Tensor, chunk: int = 2000) -> Tensor:
    """(N,) int64: the most probable classes."""
    with torch.no_grad():
        return torch.cat([net.head(net.features(part)).argmax(dim=1)
                          for part in torch.split(x, chunk)])


def _problem(whole: Source, x: Tensor, y: Tensor, given: Tensor, known: Tensor) -> Problem:
    return Problem(x, given, known, given == y, whole.test_x, whole.test_y, whole.classes)


def _drawn(name: str, rows: int, seed: int) -> tuple[Source, NDArray[np.int64]]:
    whole = source(name)
    return whole, generator(seed, "rows").permutation(len(whole.y))[:rows]


def _each(labels: NDArray[np.int64], classes: int, count: int, seed: int) -> Tensor:
    """Numbers of `count` drawn rows of each class."""
    parts = []
    for label in range(classes):
        own = np.flatnonzero(labels == label)
        if len(own) < count:
            raise InvalidInput(f"{count} labels of each class are asked for, there are {len(own)} "
                               "of one: draw more rows", field="labels")
        parts.append(generator(seed, "known", label).permutation(own)[:count])
    return torch.from_numpy(np.concatenate(parts))
