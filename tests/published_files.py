"""The files as the data sets' homes publish them, made again from what `CINCER_DATA` holds.

That they come out to the byte is what the checksums of `homes` say.
"""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np

MISSING = (23, 40, 139, 145, 158, 164, 235, 249, 275, 292, 294, 297, 315, 321, 411, 617)
"""Rows of the Wisconsin set whose bare nuclei are not known."""


def adult(folder: Path) -> dict[str, bytes]:
    packed = (folder / "adult" / "adult.csv.gz").read_bytes()
    rows = list(csv.reader(io.StringIO(gzip.decompress(packed).decode())))[1:]
    train = [", ".join(row[:-1]) + "\n" for row in rows if row[-1] == "train"]
    test = [", ".join(row[:-1]) + ".\n" for row in rows if row[-1] == "test"]
    return {"adult.data": ("".join(train) + "\n").encode(),
            "adult.test": ("|1x3 Cross validator\n" + "".join(test) + "\n").encode()}


def pima(folder: Path) -> dict[str, bytes]:
    found = np.load(folder / "tabular_small" / "pima_diabetes.npz")
    lines = [",".join([*(f"{v:g}" for v in x[:5]), f"{x[5]:.1f}", f"{x[6]:.3f}", f"{x[7]:g}",
                       str(y)]) for x, y in zip(found["X"], found["y"], strict=True)]
    return {"pima-indians-diabetes.csv": "\n".join(lines).encode()}


def wisconsin(folder: Path) -> dict[str, bytes]:
    found = np.load(folder / "tabular_small" / "breast_cancer_wisconsin_original.npz")
    lines = []
    for row, (x, y) in enumerate(zip(found["X"], found["y"], strict=True)):
        cells = [f"{v:g}" for v in x]
        if row in MISSING:
            cells[5] = "?"
        lines.append(",".join([*cells, "24"[y]]))
    return {"breast-cancer-wisconsin.csv": "\n".join(lines).encode()}


def breast_cancer_scale(folder: Path, labels: str = "-1 1") -> dict[str, bytes]:
    found = np.load(folder / "tabular_small" / "breast_cancer_scale.npz")
    names = dict(zip((2, 4), labels.split(), strict=True))
    lines = [f"{names[int(y)]} " + " ".join(f"{i}:{v:.6g}" for i, v in enumerate(x) if i) + " \n"
             for x, y in zip(found["X"], found["y"], strict=True)]
    return {"breast-cancer_scale": "".join(lines).encode()}
