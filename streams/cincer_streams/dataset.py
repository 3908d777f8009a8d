"""A data set at rest: contents, true labels, a gold test part.

Contents are made one at a time, so that sixty thousand images need not exist as nested lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from cincer.schema import Column, Schema
from cincer.types import ExampleId

from .truth import Labels


class Rows(Sequence[Any]):
    """Contents made on demand: `make(n)` is the content of row n, for each n of `rows`.

    `raw(n)`, where given, is an array that encodes to the same numbers, faster.
    """

    __slots__ = ("_make", "_raw", "_rows")

    def __init__(
        self, make: Callable[[int], Any], rows: Sequence[int] | range,
        raw: Callable[[int], Any] | None = None,
    ) -> None:
        self._make, self._rows, self._raw = make, rows, raw or make

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return (self._make(row) for row in self._rows)

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> Rows: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return Rows(self._make, self._rows[at], self._raw)
        return self._make(self._rows[at])

    def encoded(self, schema: Schema) -> NDArray[np.float32]:
        """(N, schema.width) float32."""
        return schema.encode_many(self._raw(row) for row in self._rows)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Aligned: ids, contents, labels (N,) int64 (true ones)."""

    ids: tuple[ExampleId, ...]
    contents: Rows
    labels: Labels

    def __len__(self) -> int:
        return len(self.ids)

    def encoded(self, schema: Schema) -> NDArray[np.float32]:
        """(N, schema.width) float32."""
        return self.contents.encoded(schema)


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """A named set: what its examples look like, the part to stream, and the gold test part."""

    name: str
    schema: Schema
    train: Part
    test: Part


def part(
    name: str, make: Callable[[int], Any], labels: NDArray[Any], rows: Sequence[int] | range,
    raw: Callable[[int], Any] | None = None,
) -> Part:
    """The `rows` of a set whose row n has content `make(n)`, label `labels[n]` and the id
    "name-000n" (at least four digits)."""
    digits = max(4, len(str(len(labels) - 1)))
    ids = tuple(ExampleId(f"{name}-{row:0{digits}d}") for row in rows)
    chosen = np.asarray(labels, dtype=np.int64)[np.asarray(rows)]
    return Part(ids, Rows(make, rows, raw), chosen)


def array_part(
    name: str, contents: NDArray[Any], labels: NDArray[Any], rows: Sequence[int] | range
) -> Part:
    """`part` of a set whose contents are one array: images or vectors."""
    return part(name, lambda row: contents[row].tolist(), labels, rows, contents.__getitem__)


def unit_columns(names: tuple[str, ...], values: NDArray[np.float64]) -> list[Column]:
    """Numeric columns that map the range of `values` (N, D) to [0, 1]; nothing may be missing."""
    low, high, spread = values.min(axis=0), values.max(axis=0), values.std(axis=0)
    return [
        Column(name, missing="refuse", shift=float(low[at]),
               scale=float(high[at] - low[at]) or 1.0, spread=float(spread[at]) or 1.0)
        for at, name in enumerate(names)
    ]
