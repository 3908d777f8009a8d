"""Nearest items by cosine, in blocks: the candidates that `similar` looks at closely.

Exact within groups. Across all of many items each is compared with those that share one of its
`PROBES` nearest centres (random items), which finds nearly all near duplicates and all equal ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ..errors import InvalidInput
from ..kernels.head import chunks

BLOCK = 1024
EXACT = 12_000
"""Items up to which all are compared with all."""

PROBES = 3


def nearest(
    features: Tensor, count: int, *, groups: Tensor | None = None, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """For each row of `features` (N, D) the rows nearest to it by cosine, itself excepted: numbers
    (N, count) int64 and cosines (N, count), nearest first; -1 and -inf where there are fewer.

    `groups` (N,): only rows of the same group are compared. `seed` draws the centres where many
    rows are compared across groups. A row of zeros has cosine 0 with every other."""
    if features.ndim != 2 or count < 1:
        raise InvalidInput(f"neighbours are found among rows (N, D), one at least, not among "
                           f"{tuple(features.shape)} and {count}")
    x = torch.nn.functional.normalize(features, dim=1)
    found = (torch.full((len(x), count), -1), x.new_full((len(x), count), -torch.inf))
    for members in _buckets(x, groups, seed):
        _compare(x, members, found)
    return found


def nearest_to(features: Tensor, row: int, count: int) -> tuple[Tensor, Tensor]:
    """The `count` rows of `features` (N, D) nearest to one of them by cosine, itself excepted:
    numbers and cosines, (count,) or as many as there are, nearest first."""
    if not 0 <= row < len(features):
        raise InvalidInput(f"rows are 0 to {len(features) - 1}, not {row}")
    near = torch.cosine_similarity(features, features[row:row + 1], dim=1)
    near[row] = -torch.inf
    best, at = near.topk(min(count, len(features) - 1))
    return at, best


def _buckets(x: Tensor, groups: Tensor | None, seed: int) -> Iterator[Tensor]:
    """Sets of rows to compare with one another; together they hold every row."""
    if groups is not None:
        for group in sorted(set(groups.tolist())):
            yield torch.nonzero(groups == group)[:, 0]
    elif len(x) <= EXACT:
        yield torch.arange(len(x))
    else:
        yield from _around_centres(x, seed)


def _around_centres(x: Tensor, seed: int) -> Iterator[Tensor]:
    count = round(len(x) ** 0.5 / 2)
    draw = torch.Generator().manual_seed(seed)
    centres = x[torch.randperm(len(x), generator=draw)[:count]]
    near = torch.cat([(x[part] @ centres.T).topk(PROBES, dim=1).indices
                      for part in chunks(len(x), BLOCK)])
    for centre in range(count):
        yield torch.nonzero((near == centre).any(dim=1))[:, 0]


def _compare(x: Tensor, members: Tensor, found: tuple[Tensor, Tensor]) -> None:
    """Betters what was `found` for `members` by comparing them with one another."""
    numbers, cosines = found
    every, count = x[members], numbers.shape[1]
    if len(members) < 2:
        return
    for start in range(0, len(members), BLOCK):
        rows = members[start:start + BLOCK]
        near = every[start:start + BLOCK] @ every.T
        near[torch.arange(len(rows)), torch.arange(start, start + len(rows))] = -torch.inf
        best, at = near.topk(min(count, len(members) - 1), dim=1)
        _merge(numbers, cosines, rows, members[at], best)


def _merge(
    numbers: Tensor, cosines: Tensor, rows: Tensor, other: Tensor, near: Tensor
) -> None:
    """Keeps the best of what the rows had and of `other`; a row met in two buckets counts once."""
    again = (other[:, :, None] == numbers[rows][:, None, :]).any(dim=2)
    every = torch.cat([cosines[rows], near.masked_fill(again, -torch.inf)], dim=1)
    best, at = every.topk(numbers.shape[1], dim=1)
    names = torch.cat([numbers[rows], other], dim=1).gather(1, at)
    numbers[rows], cosines[rows] = names.masked_fill(best == -torch.inf, -1), best
