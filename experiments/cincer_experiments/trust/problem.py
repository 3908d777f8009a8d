"""A data set with noise and a trusted part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cincer.errors import InvalidInput, UnknownName
from cincer.rng import generator
from cincer_streams.dataset import take
from cincer_streams.datasets import DATASETS, load
from cincer_streams.noise import NoiseSpec, corrupt

from ..arrays import read_arrays

KINDS = {"symmetric": "symmetric", "pair": "pair", "instance": "instance_dependent"}
"""The study's names of the noise models."""


@dataclass(frozen=True, slots=True)
class Noise:
    """`kind`: one of `KINDS`; `rate` in [0, 1)."""

    kind: str
    rate: float

    def __str__(self) -> str:
        return f"{self.kind} {self.rate:.0%}"


@dataclass(frozen=True, slots=True)
class Problem:
    """x (N, F), given (N,); the trusted part (M, F) and (M,); the gold part; wrong (N,) bool, for
    figures and the oracle alone."""

    x: Tensor
    given: Tensor
    trusted_x: Tensor
    trusted_y: Tensor
    test_x: Tensor
    test_y: Tensor
    wrong: Tensor
    classes: int


def check(data: str) -> None:
    """Raises `UnknownName` for what is neither a data set nor a file."""
    if data not in DATASETS and not data.endswith(".npz"):
        raise UnknownName("data set", data, DATASETS)


def problem(data: str, noise: Noise, seed: int, rows: int, trusted: int) -> Problem:
    """`trusted` examples a class with their true labels, and up to `rows` others with `noise`."""
    dataset = read_arrays(Path(data)) if data.endswith(".npz") else load(data)
    train, classes = dataset.train, len(dataset.schema.classes)
    known, others = _parted(train.labels, classes, trusted, generator(seed, "trusted"))
    kept = take(train, others[:rows].tolist())
    x = kept.encoded(dataset.schema).reshape(len(kept), -1)
    features = x if noise.kind == "instance" else None
    found = corrupt(kept.labels, NoiseSpec(classes, noise.rate, features=features),
                    generator(seed, "noise"), noise=KINDS[noise.kind], ids=kept.ids)
    true = found.truth.open("metrics")
    clean = take(train, known.tolist())
    return Problem(
        torch.from_numpy(x), torch.from_numpy(found.given),
        torch.from_numpy(clean.encoded(dataset.schema).reshape(len(clean), -1)),
        torch.from_numpy(clean.labels),
        torch.from_numpy(dataset.test.encoded(dataset.schema).reshape(len(dataset.test), -1)),
        torch.from_numpy(dataset.test.labels),
        torch.from_numpy(np.array([true[id] for id in kept.ids]) != found.given), classes)


def _parted(
    labels: NDArray[np.int64], classes: int, trusted: int, draw: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row numbers of the trusted part, and of the rest in a drawn order."""
    order = draw.permutation(len(labels))
    known = np.concatenate([order[labels[order] == c][:trusted] for c in range(classes)])
    rest = order[~np.isin(order, known)]
    if not len(rest):
        raise InvalidInput(f"{trusted} trusted labels a class leave nothing to judge")
    return known, rest
