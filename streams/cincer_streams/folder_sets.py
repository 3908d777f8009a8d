"""Data sets from the folder named by `CINCER_DATA`.

mnist         mnist/mnist.npz: X_train, y_train, X_test, y_test, uint8 28 x 28, original order
adult         adult/adult.csv.gz: raw values, header, "?" = missing, columns `income` and `split`
newsgroups20  newsgroups20/newsgroups20_lsa100.npz: X (N, 100), y, split, classes
"""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from cincer.errors import InvalidInput
from cincer.schema import Column, Schema, typed

from .dataset import DataSet, array_part, part, unit_columns
from .files import opened
from .npz import read_arrays

MAX_CSV = 64 << 20
ADULT_NUMBERS = ("age", "fnlwgt", "education_num", "capital_gain", "capital_loss",
                 "hours_per_week")


def mnist(folder: Path | None = None) -> DataSet:
    """60,000 + 10,000 handwritten digits, 28 x 28, values 0 to 255, original order and split."""
    found = read_arrays(find("mnist", "mnist.npz", folder))
    images = np.concatenate([found["X_train"], found["X_test"]])
    labels = np.concatenate([found["y_train"], found["y_test"]]).astype(np.int64)
    schema = Schema.declare("image", [str(d) for d in range(10)], size=(28, 28))
    split = len(found["y_train"])
    return DataSet("mnist", schema, array_part("mnist", images, labels, range(split)),
                   array_part("mnist", images, labels, range(split, len(labels))))


def adult(folder: Path | None = None) -> DataSet:
    """32,561 + 16,281 census rows, original split. As published for CINCER: numbers scaled to
    [0, 1] by both parts, categories one-hot (two categories: one number), missing ones filled
    with the most frequent."""
    rows, labels, train = _adult_rows(find("adult", "adult.csv.gz", folder))
    names = tuple(rows[0])
    numbers = np.array([[row[name] for name in ADULT_NUMBERS] for row in rows], dtype=np.float64)
    by_name = {c.name: c for c in unit_columns(ADULT_NUMBERS, numbers)}
    by_name |= {name: _category(name, [row[name] for row in rows])
                for name in names if name not in by_name}
    schema = Schema.declare("table", ["<=50K", ">50K"], columns=[by_name[n] for n in names])
    first = np.flatnonzero(train).tolist()
    rest = np.flatnonzero(~train).tolist()
    return DataSet("adult", schema, part("adult", rows.__getitem__, labels, first),
                   part("adult", rows.__getitem__, labels, rest))


def newsgroups20(folder: Path | None = None) -> DataSet:
    """11,314 + 7,532 posts in 20 groups as 100 latent semantic features of length 1, split by
    date."""
    found = read_arrays(find("newsgroups20", "newsgroups20_lsa100.npz", folder))
    features, labels = found["X"].astype(np.float32), found["y"].astype(np.int64)
    train = found["split"] == "train"
    schema = Schema.declare("vector", found["classes"].tolist(), columns=features.shape[1])
    parts = [array_part("newsgroups20", features, labels, np.flatnonzero(which).tolist())
             for which in (train, ~train)]
    return DataSet("newsgroups20", schema, *parts)


def find(name: str, file: str, folder: Path | None) -> Path:
    """The file of data set `name`, or `InvalidInput` that says what is missing."""
    root = folder or (Path(os.environ["CINCER_DATA"]) if os.environ.get("CINCER_DATA") else None)
    if root is None:
        raise InvalidInput(f"data set {name!r} is not shipped: set CINCER_DATA to a folder that "
                           f"holds {name}/{file}", field="CINCER_DATA")
    path = root / name / file
    if not path.is_file():
        raise InvalidInput(f"data set {name!r} is not there: {path} is missing (CINCER_DATA names "
                           "the folder)", field="CINCER_DATA")
    return path


def _adult_rows(path: Path) -> tuple[list[dict[str, Any]], Any, Any]:
    with opened(path) as file, gzip.open(file) as packed:
        data = packed.read(MAX_CSV + 1)
    if len(data) > MAX_CSV:
        raise InvalidInput(f"{path} inflates to more than {MAX_CSV} bytes", field="path")
    found = list(csv.DictReader(io.StringIO(data.decode("utf-8"))))
    labels = np.array([row.pop("income") == ">50K" for row in found], dtype=np.int64)
    train = np.array([row.pop("split") == "train" for row in found])
    kinds = {name: Column(name) if name in ADULT_NUMBERS
             else Column(name, "categorical", ("x",)) for name in found[0]}
    rows = [{name: typed(kinds[name], cell) for name, cell in row.items()} for row in found]
    return rows, labels, train


def _category(name: str, values: list[str | None]) -> Column:
    counts = Counter(value for value in values if value is not None)
    shares = np.array(list(counts.values())) / counts.total()
    most = min(counts, key=lambda value: (-counts[value], value))
    return Column(name, "categorical", tuple(sorted(counts)), missing="fill", fill=most,
                  unknown=False, binary=len(counts) == 2,
                  spread=float(np.sqrt((1 - shares @ shares) / 2)))
