"""What a reader hands on before anything is checked against a schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cincer.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Row:
    """One example as its file has it. `number` counts from 1: lines of text, else examples."""

    number: int
    content: Any
    label: Any = None
    id: Any = None
    at: Any = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """One that was refused, and why."""

    number: int
    reason: str


class Reader(Protocol):
    """Reads one file format; every call of `rows` starts anew.

    text     cells are text and must be read as their column's kind says
    columns  names in a header, where the format has one
    count    how many rows there are, where that is known without reading
    high     the value of white, where the format knows it
    """

    text: bool
    columns: tuple[str, ...] | None
    count: int | None

    def rows(self) -> Iterator[Row | BadRow]: ...


LABEL_NAMES = ("label", "class", "target", "y")


def pick_column(wanted: str | None, usual: tuple[str, ...], present: tuple[str, ...],
                what: str) -> str | None:
    """The column that holds the `what`: `wanted`, which must be there, or the first usual one."""
    if wanted is not None and wanted not in present:
        raise InvalidInput(f"no {what} column {wanted!r} (there are: {', '.join(present[:50])})",
                           field=f"{what}_column")
    return wanted or next((name for name in usual if name in present), None)
