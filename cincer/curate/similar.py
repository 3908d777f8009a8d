"""Similar pairs (SES, Bäuerle et al. 2020): duplicates and near duplicates, in all splits.

The paper compares all pairs of one predicted class. Here equal items are found by their hash,
whatever they are predicted as, and near ones among the nearest neighbours in the model's features,
within a predicted class or across all; those candidates alone are compared closely.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import InvalidInput
from ..kernels.head import chunks
from .measures import Bools, Floats, Ints
from .neighbours import nearest
from .pairs import Pairs, pairs
from .ssim import ssim_of

NEIGHBOURS = 3
"""Nearest neighbours of each item that are compared closely."""

CHUNK = 4096


def similar(
    rows: NDArray[np.float32], features: Floats, positions: Ints, *,
    predicted: Ints, given: Ints, source: NDArray[np.uint8], image: tuple[int, ...] | None = None,
    value_range: float = 1.0, neighbours: int = NEIGHBOURS, all_pairs: bool = False, seed: int = 0,
) -> Pairs:
    """The pairs among N items, most similar first; see `Pairs`.

    rows         (N, F...) what is compared closely: the numbers the model is given
    features     (N, D) what neighbours are found in: the model's last hidden layer, or the rows
    positions    (N,) of the items on the board
    predicted, given, source  by position
    image        (H, W) or (H, W, C) if the rows are images: SSIM; else cosine
    value_range  what pixel values span
    all_pairs    neighbours across predicted classes, too
    """
    if not len(rows) == len(features) == len(positions):
        raise InvalidInput(f"{len(positions)} items need as many rows and features, not "
                           f"{len(rows)} and {len(features)}")
    flat = rows.reshape(len(rows), math.prod(rows.shape[1:])) + np.float32(0)
    groups = None if all_pairs else torch.from_numpy(predicted[positions])
    near = _near(torch.from_numpy(np.asarray(features)), neighbours, groups, seed)
    first, second, exact = _joined(equal_rows(flat), near)
    given_rows = torch.from_numpy(flat)
    close = _closeness(given_rows, torch.from_numpy(first), torch.from_numpy(second), image,
                       value_range).numpy()
    close = np.where(exact, np.float32(1), close).astype(np.float32)
    return pairs(positions[first], positions[second], close, exact, given, source)


def equal_rows(flat: NDArray[np.float32]) -> Ints:
    """(M, 2) int64: each row of `flat` (N, F) that equals an earlier one, with the first of them:
    (first, row). Minus zero must have been made zero."""
    seen: dict[bytes, int] = {}
    found = []
    for row, values in enumerate(flat):
        digest = hashlib.blake2b(values.tobytes(), digest_size=16).digest()
        first = seen.setdefault(digest, row)
        if first != row:
            found.append((first, row))
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _near(features: Tensor, count: int, groups: Tensor | None, seed: int) -> Ints:
    """(M, 2) int64: rows and their neighbours, the lower first, each pair once."""
    numbers, _ = nearest(features, count, groups=groups, seed=seed)
    left = torch.arange(len(numbers))[:, None].expand_as(numbers)
    kept = numbers >= 0
    both = torch.stack([left[kept], numbers[kept]], dim=1).sort(dim=1).values.numpy()
    codes = np.unique(both[:, 0] * len(numbers) + both[:, 1])
    return np.stack([codes // max(len(numbers), 1), codes % max(len(numbers), 1)], axis=1)


def _joined(equal: Ints, near: Ints) -> tuple[Ints, Ints, Bools]:
    """Equal pairs and near ones, each pair once. Of equal items only the pairs with the first of
    them are kept, or a thousand blank images would be half a million pairs."""
    top = int(max(equal.max(initial=-1), near.max(initial=-1))) + 1
    twin_of = np.arange(top)
    twin_of[equal[:, 1]] = equal[:, 0]
    distinct = near[twin_of[near[:, 0]] != twin_of[near[:, 1]]]
    both = np.concatenate([equal, distinct])
    return both[:, 0], both[:, 1], np.arange(len(both)) < len(equal)


def _closeness(
    rows: Tensor, first: Tensor, second: Tensor, image: tuple[int, ...] | None, value_range: float
) -> Tensor:
    """(M,): SSIM if the rows are images, else cosine."""
    if image is not None:
        return ssim_of(rows.reshape(-1, *image), first, second, value_range)
    found = [torch.cosine_similarity(rows[first[part]], rows[second[part]], dim=1)
             for part in chunks(len(first), CHUNK)]
    return torch.cat(found).clamp(-1, 1) if found else rows.new_zeros(0)
