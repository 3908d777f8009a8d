"""RDIA's binary problems, split as its code does: training rows, then validation rows, then test.

No bias column, as in the paper. Labels here are the true ones; `noise` makes the given ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cincer.errors import UnknownName
from cincer_streams.datasets import load
from cincer_streams.folder_sets import ADULT_NUMBERS, find
from cincer_streams.npz import read_arrays
from cincer_streams.truth import Labels

Array = NDArray[np.float64]
Rows = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """x (N, P), y (N,) int64 in 0..1, for each part; `notes`: where it differs from the paper's."""

    name: str
    train_x: Tensor
    train_y: Labels
    validation_x: Tensor
    validation_y: Tensor
    test_x: Tensor
    test_y: Tensor
    notes: tuple[str, ...] = ()


def breast_cancer(seed: int) -> Problem:
    """683 x 10 (LIBSVM's scaled file, its empty column dropped): 350 / 150 / 183."""
    found = read_arrays(find("tabular_small", "breast_cancer_scale.npz", None))
    return _split("breast-cancer", found["X"].astype(np.float64)[:, 1:],
                  (found["y"] == 4).astype(np.int64), 500, 0.7)


def pima(seed: int) -> Problem:
    """768 x 8, each column scaled to [-1, 1]: 350 / 150 / 268."""
    found = read_arrays(find("tabular_small", "pima_diabetes.npz", None))
    x = found["X"].astype(np.float64)
    x = 2 * (x - x.min(axis=0)) / np.ptp(x, axis=0) - 1
    return _split("pima", x, found["y"].astype(np.int64), 500, 0.7, (
        "Rows are in the order of the original file; the paper's is that of LIBSVM's diabetes.",))


def mnist_1v7(seed: int) -> Problem:
    """The 1s and 7s: 11,684 / 1,299 / 2,163, pixels in [0, 1]."""
    return _mnist("mnist-1v7", 0.9, "A tenth is validation, which gives the 11,684 training rows "
                  "that the paper states; the number of rows it relabels speaks for 9,088 "
                  "(mnist-1v7-released).")


def mnist_1v7_released(seed: int) -> Problem:
    """The same as the released script splits it: 9,088 / 3,895 / 2,163."""
    return _mnist("mnist-1v7-released", 0.7, "Three tenths are validation, as in the released "
                  "script.")


def _mnist(name: str, share: float, note: str) -> Problem:
    """The first 100 images are left out, as in the paper's code."""
    found = read_arrays(find("mnist", "mnist.npz", None))
    x, y = _ones_and_sevens(found["X_train"][100:], found["y_train"][100:])
    test_x, test_y = _ones_and_sevens(found["X_test"], found["y_test"])
    return _join(name, x.astype(np.float32), y, int(share * len(y)),
                 test_x.astype(np.float32), test_y, (
                     note, "The paper does not state its scaling of the pixels; with pixels / 255 "
                     "its ERM loss does not come out exactly."))


def adult(seed: int) -> Problem:
    """Census rows coded like LIBSVM's a1a: numbers by fifths and categories one-hot; 21,669 /
    9,287 / 1,605, the test rows drawn from the training part."""
    dataset = load("adult")
    rows = list(dataset.train.contents)
    numbers = np.array([[row[name] for name in ADULT_NUMBERS] for row in rows], dtype=np.float64)
    columns = [_fifths(numbers[:, at]) for at in range(numbers.shape[1])]
    for name in rows[0]:
        if name not in ADULT_NUMBERS:
            values = np.array([str(row[name]) for row in rows])
            kinds = np.array(sorted(set(values) - {"None"}))
            columns.append((values[:, None] == kinds).astype(np.float64))
    x, y = np.concatenate(columns, axis=1), dataset.train.labels
    order = np.random.RandomState(seed).permutation(len(y))
    test, rest = order[:1605], np.sort(order[1605:])
    x = x.astype(np.float32)
    return _join("adult", x[rest], y[rest], int(0.7 * len(rest)), x[test], y[test], (
        f"Coded here into {x.shape[1]} columns (LIBSVM's a1a has 123), and the paper's 1,605 test "
        "rows are not known by number: ours are drawn.",))


PROBLEMS: dict[str, Callable[[int], Problem]] = {
    "breast-cancer": breast_cancer,
    "pima": pima,
    "mnist-1v7": mnist_1v7,
    "mnist-1v7-released": mnist_1v7_released,
    "adult": adult,
}


def problem(name: str, seed: int = 0) -> Problem:
    """The problem called `name`; `seed` matters where its split is drawn."""
    if name not in PROBLEMS:
        raise UnknownName("data set", name, PROBLEMS)
    return PROBLEMS[name](seed)


def _split(
    name: str, x: Array, y: Labels, known: int, share: float, notes: tuple[str, ...] = ()
) -> Problem:
    """The first `known` rows, `share` of them for training; the rest for testing."""
    return _join(name, x[:known], y[:known], int(share * known), x[known:], y[known:], notes)


def _join(
    name: str, x: Rows, y: Labels, train: int, test_x: Rows, test_y: Labels,
    notes: tuple[str, ...],
) -> Problem:
    rows = torch.from_numpy(np.ascontiguousarray(x))
    return Problem(name, rows[:train], y[:train], rows[train:], torch.from_numpy(y[train:]),
                   torch.from_numpy(np.ascontiguousarray(test_x)), torch.from_numpy(test_y), notes)


def _ones_and_sevens(images: NDArray[np.uint8], labels: Labels) -> tuple[Array, Labels]:
    chosen = (labels == 1) | (labels == 7)
    return images[chosen].reshape(-1, 784) / 255.0, (labels[chosen] == 7).astype(np.int64)


def _fifths(values: Array) -> Array:
    """(N, up to 5): which fifth of the values each lies in."""
    edges = np.unique(np.quantile(values, (0.2, 0.4, 0.6, 0.8)))
    at = np.searchsorted(edges, values, side="left")
    table: Array = (at[:, None] == np.unique(at)).astype(np.float64)
    return table
