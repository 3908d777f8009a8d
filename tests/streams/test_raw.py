"""Every published format on tiny files made by hand, and what is refused."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest

from cincer.errors import InvalidInput
from cincer_streams import raw


def packed(values: np.ndarray, kind: int = 8) -> bytes:
    """`values` in the gzipped IDX format."""
    head = struct.pack(f">HBB{values.ndim}I", 0, kind, values.ndim, *values.shape)
    return gzip.compress(head + values.astype(np.uint8).tobytes())


def test_idx() -> None:
    images = np.arange(24).reshape(2, 3, 4)
    labels = np.array([7, 2])
    assert np.array_equal(raw.idx(packed(images)), images)
    files = {"train-images-idx3-ubyte.gz": packed(images),
             "train-labels-idx1-ubyte.gz": packed(labels),
             "t10k-images-idx3-ubyte.gz": packed(images[:1]),
             "t10k-labels-idx1-ubyte.gz": packed(labels[:1])}
    found = raw.mnist(files)
    assert {name: array.shape for name, array in found.items()} == {
        "X_train": (2, 3, 4), "y_train": (2,), "X_test": (1, 3, 4), "y_test": (1,)}
    assert found["y_train"].tolist() == [7, 2]


@pytest.mark.parametrize(("content", "reason"), [
    (b"no gzip", "not a gzip"), (packed(np.zeros(9))[:-9], "not a gzip"),
    (packed(np.zeros(3), kind=9), "not an IDX"), (gzip.compress(b"\0\0"), "not an IDX"),
    (gzip.compress(gzip.decompress(packed(np.zeros(3)))[:-1]), "has 2 values")])
def test_bad_idx(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        raw.idx(content)


ROW = ("39, State-gov, 77516, Bachelors, 13, Never-married, ?, Not-in-family, White, Male, "
       "2174, 0, 40, United-States, ")


def test_adult() -> None:
    found = raw.adult({
        "adult.data": f"{ROW}<=50K\n\n".encode(),
        "adult.test": f"|1x3 Cross validator\n{ROW}>50K.\n\n".encode()})
    assert [(row["income"], row["split"]) for row in found] == [
        ("<=50K", "train"), (">50K", "test")]
    assert (found[0]["age"], found[0]["occupation"], found[0]["native_country"]) == (
        "39", "?", "United-States")
    with pytest.raises(InvalidInput, match="has 2 cells"):
        raw.adult({"adult.data": b"1, 2\n", "adult.test": b""})


def test_tables() -> None:
    found = raw.pima({"pima-indians-diabetes.csv": b"6,148,72,35,0,33.6,0.627,50,1"})
    assert found["X"].dtype == np.float32
    assert found["X"].tolist() == [[np.float32(v) for v in (6, 148, 72, 35, 0, 33.6, .627, 50)]]
    assert found["y"].tolist() == [1]
    lines = ["5,1,?,2", "5,1,3,4", "1,1,1,2", "1,1,3,4\n"]
    found = raw.wisconsin({"breast-cancer-wisconsin.csv": "\n".join(lines).encode()})
    assert found["X"][:, 2].tolist() == [3, 3, 1, 3]
    assert found["y"].tolist() == [0, 1, 0, 1]
    found = raw.elec2({"elec.csv": b"period,price,class\n0.0,0.05644299999999999,1\n0.02,0.1,0\n"})
    assert found["X"].tolist() == [[0, np.float32(.056443)], [np.float32(.02), np.float32(.1)]]
    assert found["y"].tolist() == [1, 0]


@pytest.mark.parametrize("content", [b"1,2\n1\n", b"1,x\n", b"", b"\xff,1\n"])
def test_bad_tables(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        raw.pima({"pima-indians-diabetes.csv": content})


def test_libsvm() -> None:
    found = raw.libsvm(b"-1 1:-0.5 3:0.777778 \n4 2:1\n\n+1 1:2\n2.000000 1:1\n", 4)
    assert found["X"].tolist() == [[0, -0.5, 0, float(np.float32(.777778))], [0, 0, 1, 0],
                                   [0, 2, 0, 0], [0, 1, 0, 0]]
    assert found["y"].tolist() == [2, 4, 4, 2]


@pytest.mark.parametrize("content", [b"1 4:1\n", b"1 x\n", b"one 1:1\n", b"1 1:y\n", b"\xff"])
def test_bad_libsvm(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        raw.libsvm(content, 4)
