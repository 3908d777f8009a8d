"""What training said of the labels it learned, kept beside the network it made.

The mean over the epochs of each label's loss, just before the step that learned from it: a network
at the end believes what it was trained on, these losses remember whether it had to be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import Corrupt
from . import checkpoints
from .known import KnownRows

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """positions (N,) int64, the labels (N,) int64 they were learned under, losses (N,) float32 in
    nats; higher = harder to learn."""

    positions: Tensor
    labels: Tensor
    losses: Tensor

    def of(self, known: KnownRows) -> Tensor:
        """(N,) losses of the known rows; NaN where a row was not learned, or under another label.
        """
        size = int(self.positions.max()) + 1 if len(self.positions) else 1
        labels, losses = torch.full((size,), -1), torch.full((size,), torch.nan)
        labels[self.positions], losses[self.positions] = self.labels, self.losses
        at = known.positions.clamp(max=size - 1)
        same = (known.positions < size) & (labels[at] == known.labels)
        return losses[at].masked_fill(~same, torch.nan)


def learned_path(network: Path) -> Path:
    """Where the losses of the network at this path are."""
    return network.with_name(network.name + ".learned")


def save(path: Path, learned: Learned) -> None:
    """Writes it as checkpoints are written: no pickled code, and its hash beside it."""
    checkpoints.write(path, {"positions": learned.positions, "labels": learned.labels,
                             "losses": learned.losses})


def load(path: Path) -> Learned:
    """What was saved; `NotFound` or `Corrupt`."""
    state, _ = checkpoints.read(path)
    names = ("positions", "labels", "losses")
    lengths = {len(state[name]) for name in names if name in state}
    if set(state) != set(names) or len(lengths) != 1:
        raise Corrupt(f"{path} is not what a training left", path=str(path))
    return Learned(*(state[name] for name in names))
