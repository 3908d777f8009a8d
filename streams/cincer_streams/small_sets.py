"""Small tables of the relabelling papers, and a stream in time order.

None has a split of its own: a fifth, drawn once, is the test; of `elec2` the last fifth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cincer.rng import generator
from cincer.schema import Schema

from . import raw
from .dataset import DataSet, array_part, part, unit_columns
from .shelf import Shelf

PIMA = ("pregnancies", "glucose", "blood pressure", "skin thickness", "insulin", "bmi",
        "pedigree", "age")
WISCONSIN = ("clump thickness", "cell size", "cell shape", "adhesion", "epithelial size",
             "bare nuclei", "chromatin", "nucleoli", "mitoses")
ELEC2 = ("period", "nswprice", "nswdemand", "vicprice", "vicdemand", "transfer")


def pima(shelf: Shelf) -> DataSet:
    """768 women, 8 measures scaled to [0, 1] by the training part; who got diabetes."""
    found = shelf.arrays("pima", "tabular_small/pima_diabetes.npz", ("X", "y"), raw.pima)
    return _table("pima", PIMA, ["negative", "positive"], found["X"], found["y"])


def wisconsin(shelf: Shelf) -> DataSet:
    """699 tumours, 9 grades from 1 to 10 scaled to [0, 1]; the original Wisconsin set."""
    found = shelf.arrays("wisconsin", "tabular_small/breast_cancer_wisconsin_original.npz",
                         ("X", "y"), raw.wisconsin)
    return _table("wisconsin", WISCONSIN, ["benign", "malignant"], found["X"], found["y"])


def breast_cancer_scale(shelf: Shelf) -> DataSet:
    """683 tumours as libsvm scales them to [-1, 1], 11 features of which the first is zero, in the
    row order of RDIA's released file."""
    name = "breast_cancer_scale"
    found = shelf.arrays(name, "tabular_small/breast_cancer_scale.npz", ("X", "y"),
                         raw.breast_cancer_scale)
    features, labels = found["X"].astype(np.float32), (found["y"] == 4).astype(np.int64)
    schema = Schema.declare("vector", ["benign", "malignant"], columns=features.shape[1])
    return DataSet(name, schema, *(array_part(name, features, labels, rows)
                                   for rows in _split(name, len(labels))))


def elec2(shelf: Shelf) -> DataSet:
    """45,312 half hours of an electricity market in time order: does the price go up?"""
    found = shelf.arrays("elec2", "streams/elec2.npz", ("X", "y"), raw.elec2)
    first = len(found["y"]) * 4 // 5
    rows = list(range(first)), list(range(first, len(found["y"])))
    return _table("elec2", ELEC2, ["down", "up"], found["X"], found["y"], rows)


def _table(
    name: str, columns: tuple[str, ...], classes: list[str], values: NDArray[np.float32],
    labels: NDArray[np.int64], split: tuple[list[int], list[int]] | None = None,
) -> DataSet:
    train, test = split or _split(name, len(labels))
    numbers = values.astype(np.float64)
    schema = Schema.declare("table", classes, columns=unit_columns(columns, numbers[train]))

    def row(at: int) -> dict[str, float]:
        return dict(zip(columns, numbers[at].tolist(), strict=True))

    return DataSet(name, schema, part(name, row, labels, train), part(name, row, labels, test))


def _split(name: str, count: int) -> tuple[list[int], list[int]]:
    order = generator(1, name, "split").permutation(count)
    test = count // 5
    return sorted(order[test:].tolist()), sorted(order[:test].tolist())
