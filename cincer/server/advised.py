"""Files of advice as the trainer leaves them, read without torch."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..curate.measures import Ints

_COLUMNS = ("positions", "given", "proposed", "gain", "low", "high", "harm", "evidence",
            "evidence_harm")


@dataclass(frozen=True, slots=True)
class Verdict:
    """See `relabel.chooser.Verdict`."""

    action: str
    loss: float
    difference: float
    error: float
    count: int
    threshold: float | None


@dataclass(frozen=True, slots=True)
class Advised:
    """See `relabel.advice.Advice` and `compute.advice.Made`."""

    number: int
    version: int
    model: int
    at: float
    positions: Ints
    given: Ints
    actions: tuple[str, ...]
    proposed: Ints
    gain: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    harm: NDArray[np.float64]
    evidence: Ints
    evidence_harm: NDArray[np.float64]
    total: int
    chosen: str
    threshold: float | None
    verdicts: tuple[Verdict, ...]
    trusted: int
    kept: int
    effective_size: float
    least: int
    loss: float | None
    note: str


def load_advice(path: Path) -> Advised | None:
    """Advice; None for a file that holds none (it will be made again)."""
    try:
        with np.load(path, allow_pickle=False) as held:
            columns: dict[str, Any] = {name: held[name] for name in _COLUMNS}
            rest = json.loads(str(held["meta"]))
            rest["verdicts"] = tuple(Verdict(**each) for each in rest["verdicts"])
            return Advised(**columns, actions=tuple(held["actions"].tolist()), **rest)
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
        return None
