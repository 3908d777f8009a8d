"""One column of a table: what it may hold, and the numbers it becomes.

A numeric column becomes `(x - shift) / scale`, held within +-`ENCODED_LIMIT` so that one absurd
value cannot wreck a model; a categorical one becomes one-hot. What is missing is filled, marked
by an indicator of its own besides, or refused, as the column declares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidInput, UnknownName
from ._names import check_distinct, check_name

Vector = NDArray[np.float32]
Missing = Literal["indicator", "fill", "refuse"]

ENCODED_LIMIT = 100.0
MAX_NUMBER = 1e15
MAX_VALUES = 10_000
_MISSING_NUMBER = frozenset({"", "?", "na", "n/a", "nan", "null"})
_MISSING_VALUE = frozenset({"", "?"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, kind and frozen statistics.

    values   categories of a categorical column; a value beyond them takes the `unknown` slot,
             or is refused where there is none
    missing  `indicator`: filled and marked; `fill`: filled; `refuse`: an error
    fill     what stands for a missing value: a number (default `shift`), or a category
    binary   two categories as one number (0, 1) instead of two slots; needs `unknown` off
    shift, scale  subtracted, then divided by (the column's own unit)
    spread   standard deviation, in the column's own unit; of a categorical column
             sqrt((1 - sum p^2) / 2), so that a 0/1 column has the same spread either way
    """

    name: str
    kind: Literal["numeric", "categorical"] = "numeric"
    values: tuple[str, ...] = ()
    missing: Missing = "indicator"
    fill: float | str | None = None
    unknown: bool = True
    binary: bool = False
    shift: float = 0.0
    scale: float = 1.0
    spread: float = 1.0

    def __post_init__(self) -> None:
        check_name(self.name, "column")
        if self.kind not in ("numeric", "categorical"):
            raise UnknownName("kind of column", str(self.kind), ("numeric", "categorical"))
        if self.missing not in ("indicator", "fill", "refuse"):
            raise UnknownName(
                "rule for missing values", str(self.missing), ("indicator", "fill", "refuse"))
        for part in ("shift", "scale", "spread"):
            _check_statistic(self.name, part, getattr(self, part))
        (self._check_numeric if self.kind == "numeric" else self._check_categorical)()

    @property
    def width(self) -> int:
        """How many numbers it becomes."""
        marks = int(self.missing == "indicator")
        if self.kind == "numeric" or self.binary:
            return 1 + marks
        return len(self.values) + int(self.unknown) + marks

    def put(self, value: Any, out: Vector) -> None:
        """Writes `value` into `out`, (width,) zeros. Raises `InvalidInput` naming the column."""
        if is_missing(self, value):
            if self.missing == "refuse":
                raise InvalidInput(f"column {self.name!r} is missing", field=self.name)
            if self.missing == "indicator":
                out[-1] = 1.0
            if self.fill is not None:
                self._put_present(self.fill, out)
        else:
            self._put_present(value, out)

    def _put_present(self, value: Any, out: Vector) -> None:
        if self.kind == "numeric":
            scaled = (as_number(value, self.name) - self.shift) / self.scale
            out[0] = min(max(scaled, -ENCODED_LIMIT), ENCODED_LIMIT)
        else:
            self._put_category(as_category(value, self.name), out)

    def _put_category(self, value: str, out: Vector) -> None:
        at = _places(self.values).get(value)
        if at is None and not self.unknown:
            raise UnknownName(f"value of column {self.name!r}", value[:80], self.values[:50])
        if self.binary:
            out[0] = float(at or 0)
        else:
            out[len(self.values) if at is None else at] = 1.0

    def _check_numeric(self) -> None:
        if self.values or self.binary:
            raise InvalidInput(f"numeric column {self.name!r} takes no categories",
                               field=self.name)
        if self.fill is not None:
            as_number(self.fill, self.name)

    def _check_categorical(self) -> None:
        if not 1 <= len(self.values) <= MAX_VALUES:
            raise InvalidInput(
                f"categorical column {self.name!r} must have 1 to {MAX_VALUES} values, not "
                f"{len(self.values)}", field=self.name)
        for value in self.values:
            check_name(value, f"value of column {self.name!r}")
        if len(set(self.values)) < len(self.values):
            raise InvalidInput(f"column {self.name!r} lists a value twice", field=self.name)
        if self.fill is not None and self.fill not in self.values:
            raise UnknownName(f"fill of column {self.name!r}", str(self.fill), self.values)
        if self.binary and (len(self.values) != 2 or self.unknown):
            raise InvalidInput(
                f"column {self.name!r} can be binary only with two values and unknown off",
                field=self.name)


def is_missing(column: Column, value: Any) -> bool:
    """Whether `value` stands for "nothing" in this column: None, a blank, "?"; in a numeric
    column also the usual words (NA, nan, null)."""
    if value is None:
        return True
    if not isinstance(value, str) or len(value) > 8:
        return False
    words = _MISSING_NUMBER if column.kind == "numeric" else _MISSING_VALUE
    return value.strip().lower() in words


def as_number(value: Any, field: str) -> float:
    """A finite float of at most 1e15 in size from a number or its text; truth values refused."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | str | np.number):
        raise InvalidInput(f"{field} must be a number, not {type(value).__name__}", field=field)
    try:
        if isinstance(value, str) and (len(value) > 64 or "_" in value):
            raise ValueError
        number = float(value)
    except (ValueError, OverflowError, TypeError):
        raise InvalidInput(f"{field} must be a number, not {_short(value)}", field=field) from None
    if not math.isfinite(number) or abs(number) > MAX_NUMBER:
        raise InvalidInput(f"{field} must be finite and at most {MAX_NUMBER:g} in size, not "
                           f"{number}", field=field)
    return number


def as_category(value: Any, field: str) -> str:
    """The text of a category: a name, a whole number or a truth value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return check_name(value.strip() if isinstance(value, str) else value, field)


def typed(column: Column, text: str) -> int | float | str | None:
    """A cell of text as the column's kind says: a number, a category, or None for missing."""
    if is_missing(column, text):
        return None
    if column.kind == "categorical":
        return text.strip()
    number = as_number(text, column.name)
    return int(number) if number.is_integer() and text.strip().lstrip("+-").isdigit() else number


def check_columns(columns: tuple[Column, ...]) -> None:
    """Raises `InvalidInput` unless the columns are 1 to 10,000 with distinct names."""
    if not 1 <= len(columns) <= MAX_VALUES:
        raise InvalidInput(f"a schema needs 1 to {MAX_VALUES} columns, not {len(columns)}",
                           field="columns")
    check_distinct([column.name for column in columns], "column")


@lru_cache(maxsize=1024)
def _places(values: tuple[str, ...]) -> dict[str, int]:
    return {value: at for at, value in enumerate(values)}


def _check_statistic(column: str, part: str, value: Any) -> None:
    number = as_number(value, f"{part} of column {column!r}")
    if part != "shift" and number <= 0:
        raise InvalidInput(f"{part} of column {column!r} must be above 0, not {number}",
                           field=column)


def _short(value: Any) -> str:
    if isinstance(value, int):
        return "an integer of that size"
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "..."
