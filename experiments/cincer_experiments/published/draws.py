"""What training draws at random: batches and dropout masks, for each repeat and arrival.

Fixed by (seed, repeat, arrival), whatever else is in the grid: the same run alone or among others
draws the same, and so do all variants of a repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from cincer.rng import derive

from .nets import KEEP


def epochs(
    seed: int, repeats: Sequence[int], arrival: int, rows: int, hidden: int, count: int
) -> Iterator[tuple[Tensor, Tensor | None]]:
    """For each of `count` epochs: orders (A, rows) int64, and the units dropout keeps as 0 or 1,
    (A, rows, hidden) float32 in that order, None without hidden units."""
    sources = [
        torch.Generator().manual_seed(derive(seed, "batches", repeat, arrival))
        for repeat in repeats]
    for _ in range(count):
        order = torch.stack([torch.randperm(rows, generator=source) for source in sources])
        yield order, _kept(sources, rows, hidden) if hidden else None


def _kept(sources: list[torch.Generator], rows: int, hidden: int) -> Tensor:
    drawn = torch.empty(len(sources), rows, hidden)
    for at, source in enumerate(sources):
        torch.rand(rows, hidden, generator=source, out=drawn[at])
    return (drawn < KEEP).float()
