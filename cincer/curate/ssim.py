"""Structural similarity of image pairs (Wang, Bovik, Sheikh and Simoncelli 2004, Eq. 13).

Means, variances and covariance under a Gaussian window (11 x 11, sigma 1.5, weights summing to 1)
at every place where it lies inside the image, constants (0.01 L)^2 and (0.03 L)^2, and the mean
over the places. The window is the outer product of two vectors, so filtering is two products with a
banded matrix; of images smaller than the window it shrinks to the largest odd size that fits.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import InvalidInput
from ..kernels.head import chunks

WINDOW, SIGMA = 11, 1.5
K1, K2 = 0.01, 0.03
CHUNK = 100_000
"""Pixels that are worked on at a time: they and their products stay in the processor's cache."""


def ssim(first: Tensor, second: Tensor, value_range: float) -> Tensor:
    """(M,) in [-1, 1], 1 exactly where the images are equal, symmetric. `first`, `second`
    (M, H, W), or (M, H, W, C): the mean over the channels. `value_range` L: the difference between
    the largest and the smallest value a pixel can have, above 0."""
    if first.shape != second.shape or first.ndim not in (3, 4):
        raise InvalidInput(f"pairs of images (M, H, W) or (M, H, W, C) are wanted, not "
                           f"{tuple(first.shape)} and {tuple(second.shape)}")
    if not value_range > 0:
        raise InvalidInput(f"the range of pixel values must be above 0, not {value_range}")
    if first.ndim == 4:
        each = [ssim(a, b, value_range) for a, b in
                zip(first.unbind(3), second.unbind(3), strict=True)]
        return torch.stack(each).mean(dim=0)
    return _ssim(first, second, value_range)


def ssim_of(images: Tensor, first: Tensor, second: Tensor, value_range: float) -> Tensor:
    """(M,) SSIM of the pairs `images[first]`, `images[second]`, a chunk at a time: `images` (N, H,
    W) or (N, H, W, C), `first`, `second` (M,) int64."""
    size = max(CHUNK // max(images[0].numel() if len(images) else 1, 1), 1)
    found = [ssim(images[first[part]], images[second[part]], value_range)
             for part in chunks(len(first), size)]
    return torch.cat(found) if found else images.new_zeros(0)


def _ssim(x: Tensor, y: Tensor, value_range: float) -> Tensor:
    small, smaller = (K1 * value_range) ** 2, (K2 * value_range) ** 2
    rows, columns = _window(x.shape[1], x), _window(x.shape[2], x)
    every = torch.stack([x, y, x * x, y * y, x * y])
    mx, my, xx, yy, xy = rows @ (every @ columns.T)
    both, squares = mx * my, mx * mx + my * my
    structure = (2 * (xy - both) + smaller) / (xx + yy - squares + smaller)
    similar: Tensor = ((2 * both + small) / (squares + small) * structure).mean(dim=(1, 2))
    return similar.clamp(-1, 1)


def _window(size: int, like: Tensor) -> Tensor:
    """(places, size): the window's weights at each place along one side."""
    length = min(WINDOW, size - 1 + size % 2)
    at = torch.arange(length, dtype=torch.float64) - length // 2
    weights = torch.exp(-0.5 * (at / SIGMA) ** 2)
    weights = (weights / weights.sum()).to(like.dtype)
    places = size - length + 1
    matrix = like.new_zeros(places, size)
    for place in range(places):
        matrix[place, place:place + length] = weights
    return matrix
