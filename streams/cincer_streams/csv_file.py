"""CSV with a header: one example a row. Comma, or semicolon or tab where the header has no comma.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cincer.errors import InvalidInput
from cincer.schema import check_name

from .files import BadLine, Lines, opened, stamp_of
from .rows import LABEL_NAMES, BadRow, Row, pick_column

MAX_CELL = 100_000
"""Characters of a cell at most."""


class CsvFile:
    """Cells stay text; what they mean is the schema's business. A column `at` holds seconds since
    the epoch, if it is declared in no schema."""

    text = True
    count: int | None = None

    def __init__(self, path: Path, label_column: str | None, id_column: str | None) -> None:
        self._path, self._stamp = path, stamp_of(path)
        with self._reading() as (_, _, header):
            self._header = header
        self._label = pick_column(label_column, LABEL_NAMES, header, "label")
        self._id = pick_column(id_column, ("id",), header, "id")
        if self._label is None:
            raise InvalidInput(
                f"{path.name} has no column named {', '.join(LABEL_NAMES)}; name the label column "
                f"(there are: {', '.join(header[:50])})", field="label_column")
        self.columns: tuple[str, ...] | None = tuple(
            name for name in header if name not in (self._label, self._id))

    def rows(self) -> Iterator[Row | BadRow]:
        with self._reading() as (lines, reader, _):
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except (BadLine, csv.Error) as error:
                    yield BadRow(lines.number, str(error))
                    continue
                if cells:
                    yield self._row(lines.number, cells)

    def _row(self, number: int, cells: list[str]) -> Row | BadRow:
        if len(cells) != len(self._header):
            return BadRow(number, f"{len(cells)} cells under {len(self._header)} columns")
        if any(len(cell) > MAX_CELL for cell in cells):
            return BadRow(number, f"a cell is longer than {MAX_CELL} characters")
        content = dict(zip(self._header, cells, strict=True))
        label = content.pop(self._label) if self._label else None
        id = content.pop(self._id) if self._id else None
        return Row(number, content, (label or "").strip() or None, id or None)

    @contextmanager
    def _reading(self) -> Iterator[tuple[Lines, Any, tuple[str, ...]]]:
        with opened(self._path, self._stamp) as file:
            lines = Lines(file, self._path)
            try:
                first = next(lines)
                header = tuple(next(csv.reader([first], delimiter=_delimiter(first))))
            except (BadLine, csv.Error, StopIteration) as error:
                raise InvalidInput(f"{self._path.name} has no readable header: {error}",
                                   field="path") from None
            _check_header(header)
            yield lines, csv.reader(lines, delimiter=_delimiter(first), strict=True), header


def _delimiter(header: str) -> str:
    return "," if "," in header else next((d for d in ";\t" if d in header), ",")


def _check_header(header: tuple[str, ...]) -> None:
    if not header:
        raise InvalidInput("the header line is blank", field="path")
    for name in header:
        check_name(name, "column name")
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput(f"two columns are named {twice!r}", field=twice)
