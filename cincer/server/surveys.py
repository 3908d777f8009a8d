"""Files of surveys and of similar pairs as the trainer leaves them, read without torch."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..curate.measures import Ints
from ..curate.pairs import Pairs


@dataclass(frozen=True, slots=True)
class Surveyed:
    """See `compute.survey.Survey`."""

    number: int
    version: int
    held_out: bool
    at: float
    positions: Ints
    probs: NDArray[np.float32]


def newest(folder: Path, pattern: str) -> Path | None:
    """The file with the highest number; None where there is none."""
    found = sorted(folder.glob(pattern))
    return found[-1] if found else None


def load_survey(path: Path) -> Surveyed | None:
    """A survey; None for a file that is not one (it will be made again)."""
    try:
        with np.load(path, allow_pickle=False) as held:
            return Surveyed(
                int(held["number"]), int(held["version"]), bool(held["held_out"]),
                float(held["at"]), held["positions"].astype(np.int64),
                held["probs"].astype(np.float32))
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def load_pairs(path: Path) -> Pairs | None:
    """Similar pairs; None for a file that holds none."""
    try:
        with np.load(path, allow_pickle=False) as held:
            return Pairs(held["first"].astype(np.int64), held["second"].astype(np.int64),
                         held["similarity"].astype(np.float32), held["exact"],
                         held["crosses_splits"], held["two_labels"])
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
        return None
