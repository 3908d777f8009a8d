"""A data set of the user's own: an NPZ file with X_train, y_train, X_test and y_test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cincer.errors import InvalidInput
from cincer.schema import Schema, classes_of, label_text
from cincer_streams.dataset import DataSet, array_part, unit_columns
from cincer_streams.files import checked
from cincer_streams.npz import read_arrays as read_npz

NAMES = ("X_train", "y_train", "X_test", "y_test")


def read_arrays(path: Path) -> DataSet:
    """The file as a set of vectors; labels are texts or whole numbers. Columns are scaled to [0, 1]
    by their range in X_train, as the papers do; rows of more dimensions are flattened."""
    arrays = read_npz(checked(path))
    missing = [name for name in NAMES if name not in arrays]
    if missing:
        raise InvalidInput(f"{path} lacks {', '.join(missing)}; it must hold {', '.join(NAMES)}")
    x = {part: _rows(arrays[f"X_{part}"], part) for part in ("train", "test")}
    if x["train"].shape[1] != x["test"].shape[1]:
        raise InvalidInput(f"X_train has {x['train'].shape[1]} columns, X_test "
                           f"{x['test'].shape[1]}")
    classes = classes_of(label_text(label) for label in arrays["y_train"].tolist())
    names = tuple(f"x{at}" for at in range(x["train"].shape[1]))
    found = Schema.declare("vector", classes, columns=unit_columns(names, x["train"]))
    index = {name: at for at, name in enumerate(classes)}
    parts = {
        part: array_part(
            f"{path.stem}-{part}", x[part], _indices(arrays[f"y_{part}"], index, x[part], part),
            range(len(x[part])))
        for part in ("train", "test")
    }
    return DataSet(path.stem, found, parts["train"], parts["test"])


def _rows(values: NDArray[Any], part: str) -> NDArray[np.float64]:
    if values.ndim < 2 or not len(values):
        raise InvalidInput(f"X_{part} must have rows and columns, not shape {values.shape}")
    found = values.reshape(len(values), -1).astype(np.float64)
    if not np.isfinite(found).all():
        raise InvalidInput(f"X_{part} must be finite")
    return found


def _indices(
    labels: NDArray[Any], index: dict[str, int], rows: NDArray[Any], part: str
) -> NDArray[np.int64]:
    if len(labels) != len(rows):
        raise InvalidInput(f"X_{part} has {len(rows)} rows, y_{part} has {len(labels)}")
    names = [label_text(label) for label in labels.tolist()]
    for name in names:
        if name not in index:
            raise InvalidInput(f"y_{part} has the class {name!r}, which y_train lacks")
    return np.array([index[name] for name in names], dtype=np.int64)

