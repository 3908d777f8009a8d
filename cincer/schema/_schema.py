"""`Schema`: the kind of content, the classes, and the one way from content to numbers.

Content forms: a table row is `{column: value}`; a vector is a list of numbers; an image is a
nested list H x W (or H x W x 3), or `{"png": base64}`. Whatever does not fit raises
`InvalidInput` whose `data["field"]` names the place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidInput, UnknownName
from ..types import Label
from . import _pixels
from ._columns import ENCODED_LIMIT, MAX_NUMBER, Column, Vector, as_number, check_columns
from ._names import check_distinct, check_name, normalised

if TYPE_CHECKING:
    from ..protocols import Arrival

Kind = Literal["table", "image", "vector"]
Declared = Column | str | Sequence[str]
KINDS = ("table", "image", "vector")
MAX_CLASSES, MAX_WIDTH, MAX_SIDE = 10_000, 200_000, 1024
_NUMBERS = {int, float}


@dataclass(frozen=True)
class Schema:
    """What an example looks like. Made by `declare`, `infer` or `from_json`.

    classes  2 to 10,000 names, distinct after normalisation; a label is an index into them
    columns  of a table or a vector
    size     (H, W) or (H, W, 3) of an image; `high` is the value of white; `resize` fits image
             files of other sizes
    """

    kind: Kind
    classes: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    size: tuple[int, ...] = ()
    high: float = 255.0
    resize: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UnknownName("kind of content", str(self.kind), KINDS)
        _check_classes(self.classes)
        if self.kind == "image":
            _check_image(self)
        else:
            check_columns(self.columns)
        if self.kind == "vector" and any(c.width != 1 for c in self.columns):
            raise InvalidInput("a vector has numeric columns only, with missing = refuse or fill",
                               field="columns")
        if self.width > MAX_WIDTH:
            raise InvalidInput(f"content becomes {self.width} numbers; at most {MAX_WIDTH}",
                               field="columns")

    @classmethod
    def declare(
        cls, kind: Kind, classes: Iterable[str], *,
        columns: Mapping[str, Declared] | Iterable[Column] | int = (),
        size: Sequence[int] = (), high: float = 255.0, resize: bool = False,
    ) -> Schema:
        """A schema without statistics (see `fitted`). `columns`: for a table `{name: "numeric"}`
        or `{name: [categories]}` or `Column`s; for a vector its length, or `Column`s."""
        if isinstance(classes, str):
            raise InvalidInput("classes must be a list of names, not one text", field="classes")
        return cls(kind, tuple(classes), _declared(columns), tuple(size), high, resize)

    @classmethod
    def infer(
        cls, sample: Iterable[Arrival], *, classes: Iterable[str] | None = None,
        high: float | None = None,
    ) -> Schema:
        """The schema that fits `sample` (at least one arrival with content): kind, columns with
        statistics, classes in natural order (from the labels seen, unless given). An image's
        `high` is 16 or 255 by the largest value seen, 1 if none is above 1, unless given."""
        from ._infer import infer

        return infer(list(sample), classes, high)

    def fitted(self, contents: Iterable[Any]) -> Schema:
        """The same schema with shift, scale and spread of `contents`; images stay as they are."""
        from ._infer import fitted

        return fitted(self, list(contents))

    @cached_property
    def width(self) -> int:
        """Length of an encoded example."""
        if self.kind == "image":
            return int(np.prod(self.size))
        return sum(column.width for column in self.columns)

    @cached_property
    def slots(self) -> tuple[slice, ...]:
        """Where each column lies in an encoded row."""
        ends = np.cumsum([column.width for column in self.columns]).tolist()
        return tuple(slice(e - c.width, e) for e, c in zip(ends, self.columns, strict=True))

    def encode(self, content: Any) -> Vector:
        """`content` as (width,) float32: finite, images in [0, 1]."""
        if self.kind == "image":
            return _pixels.pixels(content, self.size, self.high, self.resize)
        return self._row(content) if self.kind == "table" else self._vector(content)

    def encode_many(self, contents: Iterable[Any]) -> NDArray[np.float32]:
        """(N, width) float32, equal to `encode` of each."""
        rows = [self.encode(content) for content in contents]
        return np.stack(rows) if rows else np.zeros((0, self.width), np.float32)

    def label_index(self, name: object) -> Label:
        """Index of the class `name`: its text, or a whole number for a class so named.

        Raises `UnknownName` that lists the classes (the first 50), `InvalidInput` on what is
        neither text nor a whole number.
        """
        text = label_text(name)
        found = self._index.get(text)
        if found is None:
            found = self._normalised.get(normalised(text))
        if found is None:
            raise UnknownName("class", text[:80], self.classes[:50])
        return found

    def class_name(self, label: Label) -> str:
        """Name of the class with index `label`, 0 <= label < K."""
        if not 0 <= label < len(self.classes):
            raise InvalidInput(f"label must be 0 to {len(self.classes) - 1}, not {label}",
                               field="label")
        return self.classes[label]

    def to_json(self) -> str:
        """Canonical text: equal schemas give equal texts."""
        return json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":"), allow_nan=False)

    def as_dict(self) -> dict[str, Any]:
        """The schema as plain JSON values; fields at their defaults are left out."""
        plain = {"kind": self.kind, "classes": list(self.classes)}
        if self.kind == "image":
            return plain | {"size": list(self.size), "high": self.high, "resize": self.resize}
        return plain | {"columns": [_column_dict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, source: str | Mapping[str, Any]) -> Schema:
        """The schema of which `source` is the `to_json` text or the `as_dict` mapping."""
        try:
            plain = json.loads(source) if isinstance(source, str) else dict(source)
            known = {f.name for f in fields(cls)}
            if unknown := set(plain) - known:
                raise UnknownName("field of a schema", sorted(unknown)[0], known)
            plain["columns"] = tuple(_column(entry) for entry in plain.get("columns", ()))
            plain |= {k: tuple(plain[k]) for k in ("classes", "size") if k in plain}
            return cls(**plain)
        except InvalidInput:
            raise
        except (ValueError, TypeError, RecursionError) as error:
            raise InvalidInput(f"not a schema: {error}", field="schema") from None

    @cached_property
    def _index(self) -> dict[str, Label]:
        return {name: at for at, name in enumerate(self.classes)}

    @cached_property
    def _normalised(self) -> dict[str, Label]:
        return {normalised(name): at for at, name in enumerate(self.classes)}

    @cached_property
    def _scaling(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return (np.array([c.shift for c in self.columns]),
                np.array([c.scale for c in self.columns]))

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    def _row(self, content: Any) -> Vector:
        if not isinstance(content, Mapping):
            raise InvalidInput(f"a row must be {{column: value}}, not {type(content).__name__}",
                               field="content")
        if not content.keys() <= self._names:
            extra = next(str(key) for key in content if key not in self._names)
            raise UnknownName("column", extra[:80], sorted(self._names)[:50])
        out = np.zeros(self.width, np.float32)
        for column, slot in zip(self.columns, self.slots, strict=True):
            column.put(content.get(column.name), out[slot])
        return out

    def _vector(self, content: Any) -> Vector:
        values = self._numbers(content)
        if not np.all(np.abs(values) <= MAX_NUMBER):
            at = int(np.argmin(np.abs(values) <= MAX_NUMBER))
            as_number(float(values[at]), f"content[{at}]")
        shift, scale = self._scaling
        scaled = (values - shift) / scale
        return np.clip(scaled, -ENCODED_LIMIT, ENCODED_LIMIT).astype(np.float32)

    def _numbers(self, content: Any) -> NDArray[np.float64]:
        if isinstance(content, np.ndarray) and content.dtype.kind in "uif":
            content = content.tolist()
        if not isinstance(content, list | tuple):
            raise InvalidInput(f"a vector must be a list of numbers, not {type(content).__name__}",
                               field="content")
        if len(content) != len(self.columns):
            raise InvalidInput(f"vector must have {len(self.columns)} numbers, not {len(content)}",
                               field="content")
        if not set(map(type, content)) <= _NUMBERS:
            _refuse_non_numbers(content)
        try:
            return np.array(content, dtype=np.float64)
        except OverflowError:
            raise InvalidInput("content holds an integer that is too large",
                               field="content") from None


def _refuse_non_numbers(content: Sequence[Any]) -> None:
    for at, value in enumerate(content):
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise InvalidInput(f"content[{at}] must be a number, not {type(value).__name__}",
                               field=f"content[{at}]")


def label_text(name: object) -> str:
    """A label as text: a text as it is, a whole number in digits; else `InvalidInput`."""
    if isinstance(name, str):
        return name
    whole = isinstance(name, int | np.integer) and not isinstance(name, bool)
    if whole or (isinstance(name, float) and name.is_integer()):
        number = int(name)  # type: ignore[call-overload]
        if abs(number) < 10**18:
            return str(number)
    raise InvalidInput(f"label must be a class name, not {type(name).__name__}", field="label")


def _check_classes(classes: tuple[str, ...]) -> None:
    if not isinstance(classes, tuple) or not 2 <= len(classes) <= MAX_CLASSES:
        raise InvalidInput(f"there must be 2 to {MAX_CLASSES} classes", field="classes")
    for name in classes:
        check_name(name, "class name")
    check_distinct(classes, "class names")


def _check_image(schema: Schema) -> None:
    size = schema.size
    fits = len(size) in (2, 3) and all(
        isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= MAX_SIDE for n in size)
    if not fits or (len(size) == 3 and size[2] != 3):
        raise InvalidInput(f"image size must be (H, W) or (H, W, 3), 1 to {MAX_SIDE} a side, not "
                           f"{size}", field="size")
    if schema.columns or as_number(schema.high, "high") <= 0:
        raise InvalidInput("an image has no columns, and high must be above 0", field="high")


def _declared(columns: Mapping[str, Declared] | Iterable[Column] | int) -> tuple[Column, ...]:
    if isinstance(columns, bool):
        raise InvalidInput("columns must be a length or columns, not a truth value")
    if isinstance(columns, int):
        return tuple(Column(f"x{at}", missing="refuse") for at in range(columns))
    if isinstance(columns, Mapping):
        return tuple(_declared_column(name, entry) for name, entry in columns.items())
    return tuple(columns)


def _declared_column(name: str, entry: Declared) -> Column:
    if isinstance(entry, Column):
        return entry
    if isinstance(entry, str):
        if entry != "numeric":
            raise UnknownName(f"kind of column {name!r}", entry, ("numeric", "[categories]"))
        return Column(name)
    return Column(name, "categorical", tuple(entry))


def _column_dict(column: Column) -> dict[str, Any]:
    default = {f.name: f.default for f in fields(Column)}
    plain = {k: v for k, v in asdict(column).items() if k == "name" or v != default[k]}
    return plain | ({"values": list(column.values)} if column.values else {})


def _column(entry: Mapping[str, Any]) -> Column:
    plain = dict(entry)
    known = {f.name for f in fields(Column)}
    if unknown := set(plain) - known:
        raise UnknownName("field of a column", sorted(unknown)[0], known)
    if "values" in plain:
        plain["values"] = tuple(plain["values"])
    return Column(**plain)
