"""A schema from examples: the kind of content, the columns and their frozen statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import InvalidInput
from ..protocols import Arrival
from ._columns import Column, Missing, as_category, as_number, is_missing
from ._pixels import open_image, pixels
from ._schema import Schema

MAX_INFERRED_VALUES = 1_000
_LEVELS = (1.0, 16.0, 255.0)


def infer(sample: Sequence[Arrival], classes: Iterable[str] | None, high: float | None) -> Schema:
    """See `Schema.infer`."""
    if not sample:
        raise InvalidInput("nothing to infer a schema from: no examples", field="content")
    names = tuple(classes) if classes is not None else seen_classes(a.label for a in sample)
    contents = [arrival.content for arrival in sample]
    first = contents[0]
    if isinstance(first, Mapping) and set(first) != {"png"}:
        return Schema("table", names, _table_columns(contents))
    if isinstance(first, list | tuple) and first and not isinstance(first[0], list | tuple):
        return fitted(Schema.declare("vector", names, columns=len(first)), contents)
    size = _image_size(first)
    level = high if high is not None else _level(contents, size)
    return Schema("image", names, size=size, high=level)


def fitted(schema: Schema, contents: Sequence[Any]) -> Schema:
    """See `Schema.fitted`."""
    if schema.kind == "image" or not contents:
        return schema
    if schema.kind == "table":
        by_name = [[row.get(c.name) for row in contents] for c in schema.columns]
    else:
        bare = replace(schema, columns=tuple(
            replace(c, shift=0.0, scale=1.0) for c in schema.columns))
        by_name = [list(part) for part in
                   np.stack([bare._numbers(row) for row in contents]).T.tolist()]
    return replace(schema, columns=tuple(
        _fit(c, values) for c, values in zip(schema.columns, by_name, strict=True)))


def seen_classes(labels: Iterable[str | None]) -> tuple[str, ...]:
    """The distinct labels, numbers by value and before words."""
    return tuple(sorted({name for name in labels if name is not None}, key=_natural))


def _natural(name: str) -> tuple[int, float, str]:
    try:
        return 0, as_number(name, "label"), name
    except InvalidInput:
        return 1, 0.0, name


def _table_columns(rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    if not all(isinstance(row, Mapping) for row in rows):
        raise InvalidInput("some examples are rows and some are not", field="content")
    names = list(dict.fromkeys(name for row in rows for name in row))
    return tuple(_guess(name, [row.get(name) for row in rows]) for name in names)


def _guess(name: str, values: list[Any]) -> Column:
    probe = Column(name, missing="fill")
    present = [v for v in values if not is_missing(probe, v)]
    if all(_is_number(value) for value in present):
        rule: Missing = "indicator" if len(present) < len(values) else "fill"
        return _fit(Column(name, missing=rule), values)
    return _fit(_categorical(name, values), values)


def _categorical(name: str, values: list[Any]) -> Column:
    probe = Column(name, "categorical", ("x",))
    present = [as_category(v, name) for v in values if not is_missing(probe, v)]
    counts = Counter(present)
    if len(counts) > MAX_INFERRED_VALUES:
        raise InvalidInput(
            f"column {name!r} holds more than {MAX_INFERRED_VALUES} different texts; declare a "
            "schema, with or without it", field=name)
    if len(present) < len(values):
        return Column(name, "categorical", tuple(sorted(counts)))
    most = min(counts, key=lambda value: (-counts[value], value))
    return Column(name, "categorical", tuple(sorted(counts)), missing="fill", fill=most)


def _is_number(value: Any) -> bool:
    try:
        as_number(value, "value")
    except InvalidInput:
        return False
    return True


def _fit(column: Column, values: Sequence[Any]) -> Column:
    present = [v for v in values if not is_missing(column, v)]
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


def _image_size(content: Any) -> tuple[int, ...]:
    if isinstance(content, Mapping):
        from ._pixels import _bytes

        image = open_image(_bytes(content["png"]), ("PNG",))
        return (image.height, image.width, *((3,) if image.mode == "RGB" else ()))
    if not isinstance(content, list | tuple) or not content:
        raise InvalidInput("content must be a row, a list of numbers, or an image",
                           field="content")
    shape: list[int] = []
    while isinstance(content, list | tuple) and content and len(shape) < 4:
        shape.append(len(content))
        content = content[0]
    return tuple(shape)


def _level(contents: Sequence[Any], size: tuple[int, ...]) -> float:
    """The smallest of 1, 16 and 255 that no value seen is above."""
    listed = [c for c in contents if not isinstance(c, Mapping)]
    top = max((255.0 * float(pixels(c, size, 255.0, False).max()) for c in listed), default=255.0)
    return next(level for level in _LEVELS if top <= level * (1 + 1e-6))
