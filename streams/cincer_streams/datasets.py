"""Data sets by name.

digits, breast   read from the files that scikit-learn ships (reading them takes 5 ms; importing
                 `sklearn.datasets` takes a second)
mnist, adult, newsgroups20   see `folder_sets`: from the folder named by `CINCER_DATA`, else from
                 where they are published, with a checksum (not newsgroups20)
pima, wisconsin, breast_cancer_scale, elec2   likewise, see `small_sets`
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from cincer.errors import InvalidInput, UnknownName
from cincer.rng import generator
from cincer.schema import Schema

from .dataset import DataSet, array_part, part, unit_columns
from .folder_sets import adult, mnist, newsgroups20
from .shelf import Shelf
from .small_sets import breast_cancer_scale, elec2, pima, wisconsin


def load(name: str, shelf: Shelf | None = None) -> DataSet:
    """The data set `name`; `shelf` says where files are looked for (default: `CINCER_DATA`, the
    cache, the set's home).

    Raises `UnknownName`, or `InvalidInput` that says what is missing and where to put it.
    """
    if name not in DATASETS:
        raise UnknownName("data set", name, DATASETS)
    return DATASETS[name](shelf or Shelf())


def digits(shelf: Shelf | None = None) -> DataSet:
    """1,797 handwritten digits, 8 x 8, values 0 to 16; 360 of them, drawn once, are the test."""
    table = np.loadtxt(io.BytesIO(gzip.decompress(_shipped("digits.csv.gz"))), delimiter=",",
                       dtype=np.int64)
    images, labels = table[:, :-1].reshape(-1, 8, 8), table[:, -1]
    order = generator(1, "digits", "split").permutation(len(labels))
    schema = Schema.declare("image", [str(d) for d in range(10)], size=(8, 8), high=16.0)
    return DataSet("digits", schema,
                   array_part("digits", images, labels, sorted(order[360:].tolist())),
                   array_part("digits", images, labels, sorted(order[:360].tolist())))


def breast(shelf: Shelf | None = None) -> DataSet:
    """569 tumours, 30 measures, scaled to [0, 1] by the training part. Split as published for
    CINCER: a permutation of `RandomState(1)`, its first 114 the test, the next 455 the training
    part, in that order."""
    rows = list(csv.reader(io.StringIO(_shipped("breast_cancer.csv").decode())))[1:]
    values = np.array(rows, dtype=np.float64)
    measures, labels = values[:, :-1], values[:, -1]
    order = np.random.RandomState(1).permutation(len(labels)).tolist()
    train = order[114:]
    schema = Schema.declare("table", ["malignant", "benign"],
                            columns=unit_columns(BREAST_COLUMNS, measures[train]))

    def row(at: int) -> dict[str, float]:
        return dict(zip(BREAST_COLUMNS, measures[at].tolist(), strict=True))

    return DataSet("breast", schema, part("breast", row, labels, train),
                   part("breast", row, labels, order[:114]))


_MEASURES = ("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity",
             "concave points", "symmetry", "fractal dimension")
BREAST_COLUMNS = tuple(
    template.format(measure) for template in ("mean {}", "{} error", "worst {}")
    for measure in _MEASURES)

DATASETS: dict[str, Callable[[Shelf], DataSet]] = {
    "digits": digits,
    "breast": breast,
    "mnist": mnist,
    "adult": adult,
    "newsgroups20": newsgroups20,
    "pima": pima,
    "wisconsin": wisconsin,
    "breast_cancer_scale": breast_cancer_scale,
    "elec2": elec2,
}


def _shipped(file: str) -> bytes:
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise InvalidInput("this data set ships with scikit-learn: pip install scikit-learn")
    return (Path(spec.origin).parent / "datasets" / "data" / file).read_bytes()
