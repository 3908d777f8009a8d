"""The examples most like one, by the cosine of the numbers the model is given."""

from __future__ import annotations

import numpy as np

from ..types import Position
from .core import Core

CHUNK = 4096


def nearest(core: Core, position: Position, count: int) -> list[tuple[Position, float]]:
    """At most `count` other examples with their cosine in [-1, 1], the most alike first. A row of
    zeros is as far from all."""
    total = len(core.curation.ids)
    one = core.rows(np.array([position]))[0]
    best: list[tuple[float, int]] = []
    for start in range(0, total, CHUNK):
        where = np.arange(start, min(start + CHUNK, total))
        rows = core.rows(where)
        sizes = np.linalg.norm(rows, axis=1) * np.linalg.norm(one)
        cosine = rows @ one / np.maximum(sizes, 1e-12)
        cosine[where == position] = -np.inf
        top = np.argsort(-cosine)[:count]
        best = sorted([*best, *zip(cosine[top].tolist(), where[top].tolist(), strict=True)],
                      key=lambda found: (-found[0], found[1]))[:count]
    return [(Position(at), min(max(value, -1.0), 1.0)) for value, at in best if value > -np.inf]
