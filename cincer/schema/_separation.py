"""Which columns tell two rows apart: the order of the table view."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidInput
from ._columns import Column
from ._schema import Schema


def separation(
    schema: Schema, a: NDArray[np.float32], b: NDArray[np.float32]
) -> list[tuple[str, float]]:
    """Column names with how far `a` and `b`, encoded rows (width,), lie apart in each, in units
    of the column's spread (>= 0, higher = tells them apart more), largest first; ties by order.
    """
    if schema.kind == "image":
        raise InvalidInput("separation is of tables and vectors; an image has no columns")
    if a.shape != (schema.width,) or b.shape != (schema.width,):
        raise InvalidInput(f"rows must be ({schema.width},), not {a.shape} and {b.shape}")
    apart = np.abs(a.astype(np.float64) - b)
    found = [(c.name, _distance(c, apart[s])) for c, s in zip(schema.columns, schema.slots,
                                                              strict=True)]
    return sorted(found, key=lambda pair: -pair[1])


def _distance(column: Column, apart: NDArray[np.float64]) -> float:
    """A one-hot mismatch (or a value against a missing one) counts as 1 before the spread."""
    if column.kind == "numeric":
        step = float(apart[0]) * column.scale / column.spread
        return max(step, float(apart[1]) if len(apart) > 1 else 0.0)
    return float(apart.max()) / column.spread
