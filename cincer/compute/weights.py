"""Files of weights: what each weighed example counts in training, with its way there by epoch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..protocols import TopLayer
from ..reweight import Weights
from .files import save as save_file


@dataclass(frozen=True, slots=True)
class Made:
    """By which `policy`, when and from what: see `compute.advice.Made`."""

    number: int
    version: int
    policy: str
    at: float


def save(folder: Path, found: Weights, top: TopLayer, made: Made) -> Path:
    """Write weights whole or not at all, and let the oldest go. With E epochs of C weighed rows:
    `weights_by_epoch`, `losses_by_epoch` (E, C) float16."""
    none = np.zeros((0, len(found)), dtype=np.float16)
    history = found.history
    columns: dict[str, NDArray[Any]] = {
        "positions": found.positions.numpy(), "given": top.labels[found.rows].numpy(),
        "weights": found.weighed.numpy().astype(np.float32),
        "weights_by_epoch": none if history is None else history.weights.numpy(),
        "losses_by_epoch": none if history is None else history.losses.numpy()}
    rest = {"number": made.number, "version": made.version, "policy": made.policy, "at": made.at,
            "scale": found.scale.value, "clean_from": found.clean_from, "note": found.note}
    return save_file(folder, "weights", made.number, meta=np.array(json.dumps(rest)), **columns)
