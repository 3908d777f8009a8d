"""Inside a cell: which items, in which order.

Filters and shapes answer with positions or masks; nothing here changes the board.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput, UnknownName
from .board import Board
from .measures import HIGHEST, LOWEST, Bools, Floats, Ints

ORDERS: dict[str, bool] = {
    "iies": True, "margin": True, "gain": True, "trust": False, "position": False}
"""Names of orders, and whether the highest value comes first: most doubtful items lead in each, but
for `position`, which is the order of arrival."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Keeps items with `low` <= IIES <= `high` that are from one of `sources` (None: from any)."""

    low: float = LOWEST
    high: float = HIGHEST
    sources: frozenset[int] | None = None

    def __post_init__(self) -> None:
        if not LOWEST <= self.low <= self.high <= HIGHEST:
            raise InvalidInput(f"an IIES range lies within {LOWEST} to {HIGHEST}, not {self.low} "
                               f"to {self.high}")


def filtered(board: Board, positions: Ints, wanted: Filter) -> Ints:
    """Those of `positions` that the filter keeps, in the same order."""
    values = board.iies[positions]
    # The board's IIES are float32: a bound is met by what rounds to it.
    kept = (values >= np.float32(wanted.low)) & (values <= np.float32(wanted.high))
    if wanted.sources is not None:
        kept &= np.isin(board.source[positions], sorted(wanted.sources))
    return positions[kept]


def ordered(
    board: Board, positions: Ints, by: str = "iies", values: Mapping[str, Floats] | None = None,
) -> Ints:
    """`positions` sorted by one of `ORDERS`; of equal ones the earlier position first.

    `values`: for `gain` (what relabelling is predicted to bring, higher = more) and `trust` (the
    weight of the label, lower = more doubtful) an array by position, NaN where unknown: those come
    last. `UnknownName` for another order, `InvalidInput` where its values are missing."""
    if by not in ORDERS:
        raise UnknownName("order", by, ORDERS)
    key = _key(board, positions, by, values or {})
    key = -key if ORDERS[by] else key
    return positions[np.lexsort((positions, np.where(np.isnan(key), np.inf, key)))]


def _key(board: Board, positions: Ints, by: str, values: Mapping[str, Floats]) -> Floats:
    if by == "position":
        return positions.astype(np.float64)
    if by in ("iies", "margin"):  # The margin is 2 IIES - 1.
        return board.iies[positions].astype(np.float64)
    if by not in values:
        raise InvalidInput(f"there are no values to sort by {by!r} yet")
    found = np.full(len(positions), np.nan)
    inside = positions < len(values[by])
    found[inside] = values[by][positions[inside]]
    return found


def in_rectangle(points: Floats, corner: tuple[float, float], other: tuple[float, float]) -> Bools:
    """(N,) bool: which of `points` (N, 2) lie in the rectangle between two opposite corners, its
    edges included."""
    low, high = np.minimum(corner, other), np.maximum(corner, other)
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))


def in_lasso(points: Floats, outline: Collection[tuple[float, float]]) -> Bools:
    """(N,) bool: which of `points` (N, 2) the closed `outline` goes round an odd number of times.
    Fewer than three corners hold nothing."""
    corners = np.asarray(list(outline), dtype=np.float64).reshape(-1, 2)
    inside = np.zeros(len(points), dtype=np.bool_)
    if len(corners) < 3:
        return inside
    x, y = points[:, 0], points[:, 1]
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        crosses = (ay > y) != (by > y)
        if crosses.any():
            inside ^= crosses & (x < ax + (y - ay) * ((bx - ax) / (by - ay)))
    return inside
