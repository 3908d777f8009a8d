"""Label noise as RDIA's code makes it for two classes: exactly int(rate N) labels flipped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cincer.errors import InvalidInput
from cincer_streams.truth import Labels

Flips = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Noisy:
    """Given labels (N,); which were flipped (N,) bool, for counting hits only."""

    given: Labels
    flipped: Flips


def flip(labels: Labels, rate: float, seed: int) -> Noisy:
    """The first int(rate N) rows of a permutation of `RandomState(seed)`."""
    if not 0 <= rate <= 1:
        raise InvalidInput(f"noise rate must be 0 to 1, not {rate}", field="noise")
    flipped = np.zeros(len(labels), dtype=np.bool_)
    flipped[np.random.RandomState(seed).permutation(len(labels))[:int(rate * len(labels))]] = True
    return Noisy(np.where(flipped, 1 - labels, labels), flipped)
