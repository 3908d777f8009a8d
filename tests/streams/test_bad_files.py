"""Files that are refused as a whole: D1 to D11, D14, D16, D22 to D27 of the catalogue of bad
inputs."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from making_files import (
    CSV,
    JSONL,
    X,
    Y,
    archive,
    header,
    made,
    member,
    put,
    read,
    save,
)

from cincer.errors import InvalidInput
from cincer_streams import npz
from cincer_streams.npz import read_arrays
from cincer_streams.source import open_source


def bomb(path: Path) -> Path:
    return archive(path, {"X.npy": header("(10000000,)", body=bytes(80_000_000)),
                          "y.npy": member(Y)}, zipfile.ZIP_DEFLATED)


def pickled() -> bytes:
    out = io.BytesIO()
    np.save(out, np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
    return out.getvalue()


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "D1 zip bomb": (lambda d: bomb(d / "a.npz"), "would inflate"),
    "D2 nested zip": (lambda d: archive(d / "a.npz", {"X.npz": b"PK"}), "plain .npy members"),
    "D3 slip": (lambda d: archive(d / "a.npz", {"../X.npy": member(X)}), "plain .npy members"),
    "D3 absolute": (lambda d: archive(d / "a.npz", {"/X.npy": member(X)}), "plain .npy members"),
    "D4 object": (lambda d: archive(d / "a.npz", {"X.npy": pickled(), "y.npy": member(Y)}),
                  "holds object"),
    "D5 800 GB": (lambda d: archive(d / "a.npz", {"X.npy": header("(100000000000,)")}),
                  "has 0 bytes"),
    "D6 negative": (lambda d: archive(d / "a.npz", {"X.npy": header("(-1, 3)", body=bytes(24))}),
                    "says|readable"),
    "D6 two negatives": (
        lambda d: archive(d / "a.npz", {"X.npy": header("(-1, -3)", body=bytes(24))}),
        "says|readable"),
    "D7 short": (lambda d: archive(d / "a.npz", {"X.npy": header("(9,)", body=bytes(64))}),
                 "has 64 bytes"),
    "D7 long": (lambda d: archive(d / "a.npz", {"X.npy": header("(7,)", body=bytes(64))}),
                "has 64 bytes"),
    "D9 structured": (lambda d: save(d / "a.npz", X=np.zeros(3, "i4,f4"), y=Y), "array 'X' holds"),
    "D10 complex": (lambda d: save(d / "a.npz", X=X * 1j, y=Y), "array 'X' holds complex"),
    "D11 lengths": (lambda d: save(d / "a.npz", X=X, y=Y[:3]), "labels"),
    "D11 shape": (lambda d: save(d / "a.npz", X=X, y=Y[:, None]), "labels"),
    "npz without y": (lambda d: save(d / "a.npz", X=X), "X and y"),
    "npz of one dimension": (lambda d: save(d / "a.npz", X=Y, y=Y), "examples must be"),
    "npz of text": (lambda d: save(d / "a.npz", X=X.astype(str), y=Y), "examples must be"),
    "npz column names": (lambda d: save(d / "a.npz", X=X, y=Y, columns=["a"]), "1 column names"),
    "npz that is none": (lambda d: put(d / "a.npz", b"PK\x03\x04" + bytes(100)), "npz file"),
    "npz of many": (lambda d: save(d / "a.npz", **{f"a{n}": Y for n in range(65)}), "64 arrays"),
    "D14 UTF-16": (lambda d: put(d / "a.csv", CSV.encode("utf-16")), "UTF-16"),
    "D16 header twice": (lambda d: put(d / "a.csv", b"x,x,label\n1,2,a\n"), "two columns"),
    "header blank": (lambda d: put(d / "a.csv", b"\n1,a\n"), "header"),
    "header not UTF-8": (lambda d: put(d / "a.csv", b"x\xff,label\n1,a\n"), "header"),
    "header too long": (lambda d: put(d / "a.csv", b"x" * 2_000_000), "header"),
    "header only": (lambda d: put(d / "a.csv", b"x,label\n"), "no usable row"),
    "all rows bad": (lambda d: put(d / "a.csv", b"x,label\n1,a,b\n"), "3 cells under 2"),
    "one class": (lambda d: put(d / "a.csv", b"x,label\n1,a\n2,a\n"), "2 to 10000 classes"),
    "free text": (lambda d: put(d / "a.csv", ("t,label\n" + "".join(
        f"text {n},{'ab'[n % 2]}\n" for n in range(1100))).encode()), "1100 different texts"),
    "D25 pickle": (lambda d: put(d / "a.pkl", b"\x80\x04."), "unknown file ending"),
    "D25 checkpoint": (lambda d: put(d / "a.pt", b"PK"), "unknown file ending"),
    "D25 pickle as npz": (lambda d: put(d / "a.npz", b"\x80\x04."), "npz file"),
    "D26 safetensors": (lambda d: put(d / "a.safetensors", bytes(9)), "unknown file ending"),
    "D27 empty csv": (lambda d: put(d / "a.csv", b""), "is empty"),
    "D27 empty jsonl": (lambda d: put(d / "a.jsonl", b""), "is empty"),
    "D27 empty npz": (lambda d: put(d / "a.npz", b""), "is empty"),
    "D22 link": (lambda d: link(d), "symbolic link"),
    "D22 fifo": (lambda d: fifo(d), "neither a file nor a folder"),
    "D22 device": (lambda d: Path(os.devnull), "neither a file nor a folder"),
    "absent": (lambda d: d / "none.csv", "cannot open"),
    "NUL in the name": (lambda d: d / "a\0b.csv", "cannot open"),
    "folder without images": (lambda d: made(d / "empty"), "no subfolder with images"),
}


def link(root: Path) -> Path:
    (root / "link.csv").symlink_to(put(root / "real.csv", CSV.encode()))
    return root / "link.csv"


def fifo(root: Path) -> Path:
    os.mkfifo(root / "pipe.csv")
    return root / "pipe.csv"


@pytest.mark.parametrize("case", REFUSED)
def test_refused_files(case: str, tmp_path: Path) -> None:
    build, words = REFUSED[case]
    with pytest.raises(InvalidInput, match=words):
        open_source(build(tmp_path))


def test_a_bomb_is_refused_before_it_inflates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("inflated")
    path = bomb(tmp_path / "a.npz")
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(npz, "_read", never)
    with pytest.raises(InvalidInput, match="would inflate"):
        read_arrays(path)


def test_d8_fortran_order_and_big_endian_are_read(tmp_path: Path) -> None:
    found = read_arrays(save(tmp_path / "a.npz", X=np.asfortranarray(X), y=Y.astype(">i4")))
    assert np.array_equal(found["X"], X)
    assert np.array_equal(found["y"], Y)
    assert found["y"].dtype.isnative
    assert found["X"].flags.c_contiguous


def test_d10_half_precision_is_read(tmp_path: Path) -> None:
    found = read(open_source(save(tmp_path / "a.npz", X=X.astype(np.float16), y=Y)))
    assert [c for _, c, _ in found] == X.tolist()


def test_d23_outside_the_root(tmp_path: Path) -> None:
    inside = made(tmp_path / "root")
    outside = put(tmp_path / "a.csv", CSV.encode())
    with pytest.raises(InvalidInput, match="outside"):
        open_source(inside / ".." / "a.csv", root=inside)
    assert len(read(open_source(outside, root=tmp_path))) == 3


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_d24_a_file_that_changes_is_told(name: str, tmp_path: Path) -> None:
    path = put(tmp_path / name, (CSV if name.endswith("csv") else JSONL).encode())
    source = open_source(path)
    reading = iter(source)
    next(reading)
    with path.open("ab") as more:
        more.write(b"\n")
    with pytest.raises(InvalidInput, match="changed while it was read"):
        list(reading)
    with pytest.raises(InvalidInput, match="changed while it was read"):
        list(source)
