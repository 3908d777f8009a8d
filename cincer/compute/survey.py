"""What the model says of every example, held out from its own label: the trainer's survey.

A survey looks at all examples with a label. Those that are trained on teach; an example's own
probabilities come from models that were not taught by it (`out_of_fold`), or from one that was
taught by all (`in_sample`, as in Bäuerle et al. 2020). A narrow linear model is fitted to the
optimum; others are trained for a few epochs: what most labels agree on is learned first.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..config import ModelSettings
from ..curate.out_of_fold import fold_of, of_head
from ..curate.pairs import Pairs
from ..kernels.head import with_bias
from ..models.training import BATCH, as_module, is_linear, train
from ..protocols import Network
from ..rng import derive
from .files import save as save_file
from .frames import Ints

NARROW = 2_048
"""Parameters of a linear model up to which it is fitted to the optimum, five folds."""

L2 = 0.01
"""Penalty of such a fit where the settings name none."""

STEPS = 100_000
"""Examples learned from in one fold's training, about; between `EPOCHS` passes over them."""

EPOCHS = (2, 20)
PAUSE = 0.5
"""Seconds between two words on how far a survey is."""

FOLDS, SMALL = 2, 2_000
"""Folds of a network's survey; below `SMALL` examples five."""


@dataclass(frozen=True, slots=True)
class Survey:
    """`number` counts surveys from 1, `version` is the newest event its labels contain;
    `probs` (N, K) float32 of the examples at `positions` (N,)."""

    number: int
    version: int
    held_out: bool
    at: float
    positions: Ints
    probs: NDArray[np.float32]


class Steps:
    """How many of a survey's batches are learned: `told` hears the share now and then, `stop` is
    asked before each."""

    def __init__(self, told: Callable[[float], None], stop: Callable[[], bool]) -> None:
        self._told, self._done, self._total, self._last = told, 0, 1, time.monotonic()
        self._stop = stop

    def expect(self, total: int) -> None:
        self._total = max(total, 1)

    def __call__(self) -> bool:
        """Before each batch; False: it goes on."""
        if time.monotonic() - self._last >= PAUSE:
            self._last = time.monotonic()
            self._told(min(self._done / self._total, 1.0))
        self._done += 1
        return self._stop()


def probabilities(
    settings: ModelSettings, empty: Callable[[], Network], inputs: Tensor, labels: Tensor,
    known: Tensor, classes: int, told: Callable[[float], None] = lambda share: None,
    stop: Callable[[], bool] = lambda: False,
) -> Tensor:
    """(N, K) for `inputs` (N, F...) with `labels` (N,); `known` (N,) bool says which teach.
    `told` hears the share done of what takes long: networks' training; `stop` is asked before each
    of its batches."""
    in_sample = settings.survey == "in_sample"
    width = inputs[0].numel() if len(inputs) else 0
    seed = derive(settings.seed, "survey") % 2**31
    if is_linear(empty()) and classes * (width + 1) <= NARROW:
        return of_head(
            with_bias(inputs.flatten(1)), labels, classes, weights=known.float(),
            l2=L2 if settings.head_l2 is None else settings.head_l2, seed=seed,
            in_sample=in_sample)
    return _of_networks(empty, inputs, labels, known, seed, Steps(told, stop), in_sample=in_sample)


def _of_networks(
    empty: Callable[[], Network], inputs: Tensor, labels: Tensor, known: Tensor, seed: int,
    steps: Steps, *, in_sample: bool,
) -> Tensor:
    folds = 1 if in_sample else FOLDS if len(labels) >= SMALL else 5
    fold = torch.from_numpy(fold_of(labels.numpy(), max(folds, 2), seed))
    found: Tensor | None = None
    lessons = [known if folds == 1 else known & (fold != number) for number in range(folds)]
    steps.expect(sum(_epochs(taught) * math.ceil(int(taught.sum()) / BATCH) for taught in lessons))
    for number, taught in enumerate(lessons):
        asked = torch.ones_like(known) if folds == 1 else fold == number
        said = _learned(empty(), inputs, labels, taught, asked, seed, steps)
        found = said.new_zeros(len(labels), said.shape[1]) if found is None else found
        found[asked] = said
    assert found is not None
    return found


def _epochs(taught: Tensor) -> int:
    return min(max(STEPS // max(int(taught.sum()), 1), EPOCHS[0]), EPOCHS[1])


def _learned(
    network: Network, inputs: Tensor, labels: Tensor, taught: Tensor, asked: Tensor, seed: int,
    steps: Steps,
) -> Tensor:
    train(network, inputs[taught], labels[taught], epochs=_epochs(taught), seed=seed,
          should_stop=steps)
    as_module(network).eval()
    with torch.no_grad():
        parts = [torch.softmax(network.head(network.features(part)), dim=1)
                 for part in torch.split(inputs[asked], 4096)]
    return torch.cat(parts)


# ---- files -------------------------------------------------------------------------------------

def save(folder: Path, found: Survey) -> Path:
    """Write a survey whole or not at all, and let the oldest go."""
    return save_file(folder, "survey", found.number, number=np.array(found.number),
                 version=np.array(found.version), held_out=np.array(found.held_out),
                 at=np.array(found.at), positions=found.positions.astype(np.int32),
                 probs=found.probs)


def save_pairs(folder: Path, number: int, found: Pairs) -> Path:
    """The same for similar pairs."""
    return save_file(folder, "pairs", number, first=found.first.astype(np.int32),
                 second=found.second.astype(np.int32), similarity=found.similarity,
                 exact=found.exact, crosses_splits=found.crosses_splits,
                 two_labels=found.two_labels)
