"""What examples count in training, for any thread; files of weights, read without torch.

The session thread writes (`service.weighing`), requests read; both hold `lock` for as short as they
can.
"""

from __future__ import annotations

import json
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..curate.measures import Ints
from ..types import Position
from .referee import Referee

_COLUMNS = ("positions", "given", "weights", "weights_by_epoch", "losses_by_epoch")


@dataclass(frozen=True, slots=True)
class Learned:
    """See `compute.weights`. `given`: the labels that were weighed."""

    number: int
    version: int
    policy: str
    at: float
    scale: str
    clean_from: float
    note: str
    positions: Ints
    given: Ints
    weights: NDArray[np.float32]
    weights_by_epoch: NDArray[np.float16]
    losses_by_epoch: NDArray[np.float16]


@dataclass(slots=True)
class Weighed:
    """`learned`: the newest weights, of `policy`; None where all count alike. `judge` knows the
    truth, where anybody does; `shown` is kept for whoever shows them (`weight_views`)."""

    policy: str = "uniform"
    learned: Learned | None = None
    running: bool = False
    judge: Referee | None = None
    shown: object = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def trajectory(self, position: Position) -> tuple[list[float], list[float], float]:
        """(weights, losses by epoch, share of the weighed that count less); nothing where an
        example was not weighed."""
        found = self.learned
        at = None if found is None else np.flatnonzero(found.positions == position)
        if found is None or at is None or not len(at):
            return [], [], 0.0
        row = int(at[0])
        return (found.weights_by_epoch[:, row].astype(float).tolist(),
                found.losses_by_epoch[:, row].astype(float).tolist(),
                float((found.weights < found.weights[row]).mean()))


def load_weights(path: Path) -> Learned | None:
    """Weights; None for a file that holds none (it will be made again)."""
    try:
        with np.load(path, allow_pickle=False) as held:
            columns: dict[str, Any] = {name: held[name] for name in _COLUMNS}
            return Learned(**columns, **json.loads(str(held["meta"])))
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile):
        return None
