"""Three clouds in the plane, some of them mislabelled: a stream that takes no time to learn."""

from __future__ import annotations

from typing import Any

import numpy as np

CLASSES = ("left", "right", "top")


def blobs(count: int, noise: float, seed: int = 0) -> tuple[Any, Any, Any]:
    """(N, 2) numbers, (N,) true labels, (N,) labels of which a share `noise` is wrong."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, count)
    centres = np.array([[-2.0, 0.0], [2.0, 0.0], [0.0, 3.0]])
    x = (centres[truth] + rng.normal(0, 0.7, (count, 2))).astype(np.float32)
    wrong = rng.random(count) < noise
    return x, truth, np.where(wrong, (truth + rng.integers(1, 3, count)) % 3, truth)
