"""What the trainer leaves beside the models for the server to read: numbered files of columns."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..durable import place

KEPT = 2
"""Files of one name that are kept."""


def save(folder: Path, name: str, number: int, /, **columns: NDArray[Any]) -> Path:
    """Write a file whole or not at all, and let the oldest of its name go."""
    path = folder / f"{name}-{number:06d}.npz"
    partial = path.with_name(f"{name}.partial")
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **columns)
    place(partial, path)
    for old in sorted(folder.glob(f"{name}-*.npz"))[:-KEPT]:
        os.unlink(old)
    return path
