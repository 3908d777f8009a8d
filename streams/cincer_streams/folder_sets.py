"""Data sets from the folder named by `CINCER_DATA`, else from their homes (see `shelf`).

mnist         mnist/mnist.npz: X_train, y_train, X_test, y_test, uint8 28 x 28, original order
adult         adult/adult.csv.gz: raw values, header, "?" = missing, columns `income` and `split`
newsgroups20  newsgroups20/newsgroups20_lsa100.npz: X (N, 100), y, split, classes
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from cincer.errors import InvalidInput
from cincer.schema import Column, Schema, typed

from .dataset import DataSet, array_part, part, unit_columns
from .files import opened
from .raw import adult as published_adult
from .raw import mnist as published_mnist
from .shelf import Shelf

MAX_CSV = 64 << 20
ADULT_FILE = "adult/adult.csv.gz"
ADULT_NUMBERS = ("age", "fnlwgt", "education_num", "capital_gain", "capital_loss",
                 "hours_per_week")


def mnist(shelf: Shelf) -> DataSet:
    """60,000 + 10,000 handwritten digits, 28 x 28, values 0 to 255, original order and split."""
    found = shelf.arrays("mnist", "mnist/mnist.npz", ("X_train", "y_train", "X_test", "y_test"),
                         published_mnist)
    images = np.concatenate([found["X_train"], found["X_test"]])
    labels = np.concatenate([found["y_train"], found["y_test"]]).astype(np.int64)
    schema = Schema.declare("image", [str(d) for d in range(10)], size=(28, 28))
    split = len(found["y_train"])
    return DataSet("mnist", schema, array_part("mnist", images, labels, range(split)),
                   array_part("mnist", images, labels, range(split, len(labels))))


def adult(shelf: Shelf) -> DataSet:
    """32,561 + 16,281 census rows, original split. As published for CINCER: numbers scaled to
    [0, 1] by both parts, categories one-hot (two categories: one number), missing ones filled
    with the most frequent."""
    path = shelf.prepared(ADULT_FILE)
    rows, labels, train = _adult_rows(
        published_adult(shelf.published("adult", ADULT_FILE)) if path is None else _unpacked(path))
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


def newsgroups20(shelf: Shelf) -> DataSet:
    """11,314 + 7,532 posts in 20 groups as 100 latent semantic features of length 1, split by
    date."""
    found = shelf.arrays("newsgroups20", "newsgroups20/newsgroups20_lsa100.npz",
                         ("X", "y", "split", "classes"), None)
    features, labels = found["X"].astype(np.float32), found["y"].astype(np.int64)
    train = found["split"] == "train"
    schema = Schema.declare("vector", found["classes"].tolist(), columns=features.shape[1])
    parts = [array_part("newsgroups20", features, labels, np.flatnonzero(which).tolist())
             for which in (train, ~train)]
    return DataSet("newsgroups20", schema, *parts)


def find(name: str, file: str, folder: Path | None) -> Path:
    """The prepared file `name`/`file` in `folder` (None = `CINCER_DATA`), or `InvalidInput` that
    says what is missing. Nothing is downloaded."""
    shelf = Shelf() if folder is None else Shelf(folder)
    path = shelf.prepared(f"{name}/{file}")
    if path is None:
        raise InvalidInput(f"{name}/{file} is not there: set CINCER_DATA to a folder that holds it",
                           field="CINCER_DATA")
    return path


def _unpacked(path: Path) -> list[dict[str, str]]:
    with opened(path) as file, gzip.open(file) as packed:
        data = packed.read(MAX_CSV + 1)
    if len(data) > MAX_CSV:
        raise InvalidInput(f"{path} inflates to more than {MAX_CSV} bytes", field="path")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def _adult_rows(found: list[dict[str, str]]) -> tuple[list[dict[str, Any]], Any, Any]:
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
