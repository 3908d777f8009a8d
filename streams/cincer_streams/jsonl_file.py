"""JSON Lines: one object a line, flat (`{"age": 39, "label": "yes"}`) or with its content apart
(`{"content": [[0, 255], [255, 0]], "label": 7, "id": "a", "at": 1700000000, "meta": {}}`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cincer.errors import InvalidInput
from cincer.strictjson import parse

from .files import BadLine, Lines, opened, stamp_of
from .rows import LABEL_NAMES, BadRow, Row, pick_column


class JsonlFile:
    """Reads one file; blank lines are passed over."""

    text = False
    columns: tuple[str, ...] | None = None
    count: int | None = None

    def __init__(self, path: Path, label_column: str | None, id_column: str | None) -> None:
        self._path, self._stamp = path, stamp_of(path)
        self._label, self._id = label_column, id_column

    def rows(self) -> Iterator[Row | BadRow]:
        with opened(self._path, self._stamp) as file:
            lines = Lines(file, self._path)
            while True:
                try:
                    line = next(lines)
                    if line.strip():
                        yield self._row(lines.number, parse(line))
                except StopIteration:
                    return
                except (BadLine, InvalidInput) as error:
                    yield BadRow(lines.number, str(error))

    def _row(self, number: int, value: Any) -> Row:
        if not isinstance(value, dict):
            raise InvalidInput("a line must be an object in braces")
        present = tuple(value)
        label = pick_column(self._label, LABEL_NAMES, present, "label")
        id = pick_column(self._id, ("id",), present, "id")
        found = {part: value.pop(name, None) for part, name in
                 (("label", label), ("id", id)) if name is not None}
        if "content" not in value:
            return Row(number, value, **found)
        if extra := set(value) - {"content", "at", "meta"}:
            raise InvalidInput(f"unknown key {sorted(extra)[0][:80]!r} beside content")
        return Row(number, value["content"], **found, at=value.get("at"),
                   meta=value.get("meta") or {})
