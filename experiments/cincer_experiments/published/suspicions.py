"""How suspicious one arrival is in every run of the grid, by any score of `cincer.suspicion`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from cincer.protocols import Suspects, Suspicion, TopLayer
from cincer.suspicion import suspicion


def suspicions(name: str, seeds: Sequence[int]) -> tuple[Suspicion, ...]:
    """The score called `name` for each of A repeats, by its seed."""
    return tuple(suspicion(name, seed=seed) for seed in seeds)


def suspected(
    scores: Sequence[Suspicion], row: int, features: Tensor, probs: Tensor, given: Tensor,
    every: Callable[[], TopLayer], one: Callable[[int, int], TopLayer],
) -> Tensor:
    """(A, B) scores of the arrival in row `row`: features (A, B, D+1), probs (A, B, K), given
    (A, B). `every` gives the known rows of all runs side by side, `one` those of one run. Scores
    that take one run at a time are asked only where the model doubts the label; elsewhere they are
    0."""
    here = Suspects(torch.full_like(given, row), torch.full_like(given, -1), features, probs, given)
    if scores[0].batched:
        return scores[0](every)(here[:, :, None])[..., 0]
    found = probs.new_zeros(given.shape)
    for a, b in torch.nonzero(here.doubted).tolist():
        found[a, b] = scores[a](lambda a=a, b=b: one(a, b))(here[a, b, None])[0]
    return found
