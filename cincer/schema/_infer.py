"""A schema from examples: the kind of content, the columns and their frozen statistics.

Some examples may be bad; what most of them are decides, and the rest will be refused one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import InvalidInput
from ..protocols import Arrival
from ._columns import Column, Missing, as_category, as_number, is_missing
from ._names import check_name, normalised
from ._pixels import image_of, pixels
from ._schema import Schema

MAX_INFERRED_VALUES = 1_000
NUMERIC_SHARE = 0.9
"""Share of a column's present values that must be numbers for it to be numeric."""
RARE_COLUMN = 0.01
"""A name that fewer rows than this share have is no column."""
LOOKED_AT = 100
"""Images that decide on size and range."""
LARGEST, REDUCED = 64, 32
"""Image files above `LARGEST` a side, or of several sizes, are reduced to `REDUCED` squared."""
_LEVELS = (1.0, 16.0, 255.0)


def infer(sample: Sequence[Arrival], classes: Iterable[str] | None, high: float | None) -> Schema:
    """See `Schema.infer`."""
    if not sample:
        raise InvalidInput("nothing to infer a schema from: no examples", field="content")
    names = tuple(classes) if classes is not None else classes_of(a.label for a in sample)
    shapes = Counter(_shape(arrival.content) for arrival in sample)
    shape = max(shapes, key=lambda s: shapes[s])
    contents = [a.content for a in sample if _shape(a.content) == shape]
    if shape == "table":
        return Schema("table", names, _table_columns(contents))
    if shape == "png":
        return _files(contents[:LOOKED_AT], names)
    if not isinstance(shape, tuple) or not 1 <= len(shape) <= 3:
        raise InvalidInput("content must be a row, a list of numbers, or an image",
                           field="content")
    if len(shape) == 1:
        return fitted(Schema.declare("vector", names, columns=shape[0]), contents)
    level = _level(contents[:LOOKED_AT], shape) if high is None else high
    return Schema("image", names, size=shape, high=level)


def fitted(schema: Schema, contents: Sequence[Any]) -> Schema:
    """See `Schema.fitted`."""
    if schema.kind == "image" or not contents:
        return schema
    if schema.kind == "table":
        parts = [[row.get(c.name) for row in contents] for c in schema.columns]
    else:
        parts = [list(part) for part in zip(*_usable(schema, contents), strict=True)]
    return replace(schema, columns=tuple(
        _fit(c, values) for c, values in zip(schema.columns, parts or [[]] * len(schema.columns),
                                             strict=True)))


def classes_of(labels: Iterable[str | None]) -> tuple[str, ...]:
    """The distinct labels that can be class names: numbers by value, then words. Of labels that
    are the same after normalisation, the first in that order stands for all."""
    found: dict[str, str] = {}
    for name in sorted({name for name in labels if name is not None}, key=_natural):
        if _is(check_name, name):
            found.setdefault(normalised(name), name)
    return tuple(found.values())


def _natural(name: str) -> tuple[int, float, str]:
    return (0, as_number(name, "label"), name) if _is(as_number, name) else (1, 0.0, name)


def _shape(content: Any) -> str | tuple[int, ...]:
    """"table", "png", "other", or the lengths of a nested list along its first entries."""
    if isinstance(content, Mapping):
        return "png" if set(content) == {"png"} else "table"
    if not isinstance(content, list | tuple):
        return "other"
    shape: list[int] = []
    while isinstance(content, list | tuple) and content and len(shape) < 4:
        shape.append(len(content))
        content = content[0]
    return tuple(shape)


def _table_columns(rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    held = Counter(name for row in rows for name in row)
    names = [name for name, n in held.items() if n > RARE_COLUMN * len(rows)]
    return tuple(_guess(name, [row.get(name) for row in rows]) for name in names)


def _guess(name: str, values: list[Any]) -> Column:
    probe = Column(name, missing="fill")
    present = [v for v in values if not is_missing(probe, v)]
    numbers = sum(_is(as_number, value) for value in present)
    if numbers >= NUMERIC_SHARE * len(present):
        rule: Missing = "indicator" if len(present) < len(values) else "fill"
        return _fit(Column(name, missing=rule), values)
    return _fit(_categorical(name, values), values)


def _categorical(name: str, values: list[Any]) -> Column:
    probe = Column(name, "categorical", ("x",))
    present = [v for v in values if not is_missing(probe, v)]
    counts = Counter(as_category(v, name) for v in present if _is(as_category, v))
    if not 1 <= len(counts) <= MAX_INFERRED_VALUES:
        raise InvalidInput(
            f"column {name!r} holds {len(counts)} different texts; 1 to {MAX_INFERRED_VALUES} can "
            "be learned from: declare a schema, or leave the column out", field=name)
    if len(present) < len(values):
        return Column(name, "categorical", tuple(sorted(counts)))
    most = min(counts, key=lambda value: (-counts[value], value))
    return Column(name, "categorical", tuple(sorted(counts)), missing="fill", fill=most)


def _is(check: Any, value: Any) -> bool:
    try:
        check(value, "value")
    except InvalidInput:
        return False
    return True


def _fit(column: Column, values: Sequence[Any]) -> Column:
    check = as_number if column.kind == "numeric" else as_category
    present = [v for v in values if not is_missing(column, v) and _is(check, v)]
    if not present:
        return column
    if column.kind == "categorical":
        counts = np.array(list(Counter(as_category(v, column.name) for v in present).values()))
        shares = counts / counts.sum()
        return replace(column, spread=float(np.sqrt((1 - shares @ shares) / 2)) or 1.0)
    numbers = np.array([as_number(v, column.name) for v in present])
    deviation = float(numbers.std())
    usable = deviation if deviation > 1e-12 * max(1.0, float(np.abs(numbers).max())) else 1.0
    return replace(column, shift=float(numbers.mean()), scale=usable, spread=usable)


def _usable(schema: Schema, contents: Sequence[Any]) -> list[list[float]]:
    """The vectors that the schema accepts."""
    found = []
    for content in contents:
        try:
            schema.encode(content)
        except InvalidInput:
            continue
        found.append(list(content))
    return found


def _files(contents: Sequence[Any], classes: tuple[str, ...]) -> Schema:
    images = [image_of(c) for c in contents if _is(lambda c, _: image_of(c), c)]
    if not images:
        raise InvalidInput("none of the first images can be read", field="content")
    colour = (3,) if any(image.mode == "RGB" for image in images) else ()
    sizes = {(image.height, image.width) for image in images}
    if len(sizes) == 1 and max(max(sizes)) <= LARGEST:
        return Schema("image", classes, size=(*sizes.pop(), *colour))
    return Schema("image", classes, size=(REDUCED, REDUCED, *colour), resize=True)


def _level(contents: Sequence[Any], size: tuple[int, ...]) -> float:
    """The smallest of 1, 16 and 255 that no value seen is above."""
    top = max((255.0 * float(pixels(c, size, 255.0, False).max()) for c in contents
               if _is(lambda c, _: pixels(c, size, 255.0, False), c)), default=255.0)
    return next(level for level in _LEVELS if top <= level * (1 + 1e-6))
