"""Data sets as their homes publish them, to the arrays that the prepared files hold.

mnist      IDX, gzipped               adult   adult.data and adult.test
pima, wisconsin, elec2   CSV          breast_cancer_scale   libsvm
"""

from __future__ import annotations

import csv
import gzip
import io
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cincer.errors import InvalidInput

Files = Mapping[str, bytes]
"""Contents by name."""
Arrays = dict[str, NDArray[Any]]

ADULT = ("age", "workclass", "fnlwgt", "education", "education_num", "marital_status",
         "occupation", "relationship", "race", "sex", "capital_gain", "capital_loss",
         "hours_per_week", "native_country", "income")


def mnist(files: Files) -> Arrays:
    """X (N, 28, 28) and y (N,) uint8, of the training and the test part."""
    return {f"{what}_{part}": idx(files[f"{stem}-{kind}-ubyte.gz"])
            for part, stem in (("train", "train"), ("test", "t10k"))
            for what, kind in (("X", "images-idx3"), ("y", "labels-idx1"))}


def idx(packed: bytes) -> NDArray[np.uint8]:
    """An array of bytes in the gzipped IDX format: two zero bytes, the type 8, the number of
    dimensions, their sizes as big-endian 32-bit numbers, the values."""
    try:
        data = gzip.decompress(packed)
    except (OSError, EOFError) as error:
        raise InvalidInput(f"not a gzip file: {error}") from None
    if len(data) < 4 or data[:3] != b"\0\0\x08" or len(data) < 4 + 4 * data[3]:
        raise InvalidInput("not an IDX file of bytes")
    start = 4 + 4 * data[3]
    shape = tuple(np.frombuffer(data[4:start], ">u4").tolist())
    if len(data) != start + math.prod(shape):
        raise InvalidInput(f"IDX file says {shape} and has {len(data) - start} values")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def adult(files: Files) -> list[dict[str, str]]:
    """Rows as in the prepared file: cells by column, `split` train or test."""
    return [row for name, split in (("adult.data", "train"), ("adult.test", "test"))
            for row in _adult_part(files[name], split)]


def _adult_part(content: bytes, split: str) -> list[dict[str, str]]:
    found = []
    for cells in csv.reader(io.StringIO(_text(content)), skipinitialspace=True):
        if not cells or cells[0].startswith("|"):
            continue
        if len(cells) != len(ADULT):
            raise InvalidInput(f"a row of adult has {len(cells)} cells, not {len(ADULT)}")
        cells[-1] = cells[-1].rstrip(".")
        found.append(dict(zip(ADULT, cells, strict=True)) | {"split": split})
    return found


def pima(files: Files) -> Arrays:
    """X (768, 8) float32, y: 1 = diabetes."""
    table = _numbers(files["pima-indians-diabetes.csv"])
    return {"X": table[:, :-1].astype(np.float32), "y": table[:, -1].astype(np.int64)}


def wisconsin(files: Files) -> Arrays:
    """X (699, 9) float32, y: 1 = malignant; a missing measure is the column's most frequent."""
    table = _numbers(files["breast-cancer-wisconsin.csv"])
    return {"X": table[:, :-1].astype(np.float32), "y": (table[:, -1] == 4).astype(np.int64)}


def elec2(files: Files) -> Arrays:
    """X (45312, 6) float32, y: 1 = the price goes up."""
    table = _numbers(files["elec.csv"].partition(b"\n")[2])
    return {"X": table[:, :-1].astype(np.float32), "y": table[:, -1].astype(np.int64)}


def breast_cancer_scale(files: Files) -> Arrays:
    """X (683, 11) float64 whose column 0 is zero, y 2 or 4, as in RDIA's released file."""
    return libsvm(files["breast-cancer_scale"], 11)


def libsvm(content: bytes, width: int) -> Arrays:
    """X (N, width) float64 rounded to 32 bits, y (N,) 2 or 4 (also published as -1 and 1): lines of
    "label index:value …", what is not named is zero."""
    lines = [line.split() for line in _text(content).splitlines() if line.strip()]
    found = np.zeros((len(lines), width))
    try:
        for row, (_, *pairs) in zip(found, lines, strict=True):
            for at, value in (pair.split(":") for pair in pairs):
                row[int(at)] = np.float32(value)
        labels = np.array([4 if float(line[0]) in (1, 4) else 2 for line in lines], np.int64)
    except (ValueError, IndexError) as error:
        raise InvalidInput(f"not a libsvm file with indices below {width}: {error}") from None
    return {"X": found, "y": labels}


def values_of(content: bytes) -> bytes:
    """What `breast_cancer_scale` says, whatever its labels are called: X as little-endian 32-bit
    numbers, then y as little-endian 64-bit ones."""
    found = breast_cancer_scale({"breast-cancer_scale": content})
    return bytes(found["X"].astype("<f4").tobytes() + found["y"].astype("<i8").tobytes())


def _numbers(content: bytes) -> NDArray[np.float64]:
    """The cells of a CSV without header; "?" is the most frequent of its column."""
    rows = [row for row in csv.reader(io.StringIO(_text(content))) if row]
    if len({len(row) for row in rows}) != 1:
        raise InvalidInput("rows of different lengths")
    columns = [_filled(column) for column in zip(*rows, strict=True)]
    try:
        return np.array(columns, dtype=np.float64).T
    except ValueError as error:
        raise InvalidInput(f"a cell is no number: {error}") from None


def _filled(column: tuple[str, ...]) -> list[str]:
    if "?" not in column:
        return list(column)
    [(most, _)] = Counter(cell for cell in column if cell != "?").most_common(1)
    return [most if cell == "?" else cell for cell in column]


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"not UTF-8 at byte {error.start}") from None
