"""A file as a stream of arrivals: the schema, the arrivals that fit it, and the rows that do not.

`open_source` picks the reader by the name's ending. A bad row never sinks its neighbours: it is
passed over and listed in `Source.bad`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cincer.errors import InvalidInput, UnknownName
from cincer.protocols import Arrival
from cincer.schema import Schema, check_name, classes_of, label_text, typed
from cincer.types import ExampleId, Seconds

from .csv_file import CsvFile
from .files import checked
from .image_folder import ImageFolder
from .jsonl_file import JsonlFile
from .npz_file import NpzFile
from .rows import BadRow, Reader, Row

SAMPLE = 20_000
"""Rows from which columns are inferred; classes are gathered from all."""
MAX_LISTED_BAD = 1_000
LATEST: Seconds = 253_402_300_799.0
"""The end of the year 9999."""

READERS: dict[str, Callable[[Path, str | None, str | None], Reader]] = {
    ".csv": CsvFile,
    ".tsv": CsvFile,
    ".jsonl": JsonlFile,
    ".ndjson": JsonlFile,
    ".npz": NpzFile,
}


@dataclass(eq=False)
class Source:
    """Arrivals of one file, in its order; every iteration reads it anew and refills `bad`.

    count     rows in the file, good or bad, where that is known
    bad       the first 1,000 rows refused by the latest iteration; `bad_count` counts them all
    """

    schema: Schema
    count: int | None
    reader: Reader
    stem: str
    bad: list[BadRow] = field(default_factory=list)
    bad_count: int = 0

    def __iter__(self) -> Iterator[Arrival]:
        self.bad, self.bad_count = [], 0
        seen: set[str] = set()
        for row in self.reader.rows():
            try:
                if isinstance(row, BadRow):
                    self._refuse(row)
                else:
                    yield self._arrival(row, seen)
            except InvalidInput as error:
                self._refuse(BadRow(row.number, str(error)))

    @property
    def arrivals(self) -> Iterator[Arrival]:
        """A fresh iterator over the arrivals."""
        return iter(self)

    def _arrival(self, row: Row, seen: set[str]) -> Arrival:
        content = self._content(row.content)
        self.schema.encode(content)
        label = None if row.label is None else self.schema.class_name(
            self.schema.label_index(row.label))
        id = f"{self.stem}-{row.number}" if row.id is None else _id(row.id)
        if id in seen:
            raise InvalidInput(f"id {id!r} stands twice", field="id")
        seen.add(id)
        if not isinstance(row.meta, dict):
            raise InvalidInput("meta must be an object", field="meta")
        return Arrival(ExampleId(id), content, label, _instant(row.at), row.meta)

    def _content(self, content: Any) -> Any:
        """A row of cells as its columns' kinds say; columns that the schema leaves out go."""
        if not self.reader.text:
            return content
        return {c.name: typed(c, content[c.name]) for c in self.schema.columns}

    def _refuse(self, row: BadRow) -> None:
        self.bad_count += 1
        if len(self.bad) < MAX_LISTED_BAD:
            self.bad.append(row)


def open_source(
    path: Path | str, label_column: str | None = None, id_column: str | None = None,
    schema: Schema | None = None, *, root: Path | None = None,
) -> Source:
    """The file or folder `path` as a stream. Without `schema`, one is inferred: columns from the
    first 20,000 rows, classes from all. Without ids, an example is "<file stem>-<row number>".

    Raises `InvalidInput` on what is no such file, lies outside `root`, or has no usable row.
    """
    path = checked(Path(path), root)
    reader = _reader(path)(path, label_column, id_column)
    stem = _stem(path)
    if schema is not None:
        _check_header(reader, schema, path)
        return Source(schema, reader.count, reader, stem)
    found, count = _infer(reader, path)
    return Source(found, count, reader, stem)


def _reader(path: Path) -> Callable[[Path, str | None, str | None], Reader]:
    if path.is_dir():
        return ImageFolder
    if path.suffix.lower() not in READERS:
        raise UnknownName("file ending", path.suffix.lower(), READERS)
    return READERS[path.suffix.lower()]


def _infer(reader: Reader, path: Path) -> tuple[Schema, int]:
    rows = reader.rows()
    sample: list[Row] = []
    labels: dict[str, None] = {}
    first_bad, count = "", 0
    for row in rows:
        count += 1
        if isinstance(row, BadRow):
            first_bad = first_bad or f": row {row.number}: {row.reason}"
            continue
        if len(sample) < SAMPLE:
            sample.append(row)
        _note_label(row.label, labels)
    if not sample:
        raise InvalidInput(f"{path.name} has no usable row{first_bad}", field="path")
    arrivals = (Arrival(ExampleId(str(row.number)), row.content) for row in sample)
    return Schema.infer(arrivals, classes=classes_of(labels)), count


def _note_label(label: Any, labels: dict[str, None]) -> None:
    if label is None or len(labels) > 10_000:
        return
    try:
        labels.setdefault(check_name(label_text(label), "label"))
    except InvalidInput:
        return


def _check_header(reader: Reader, schema: Schema, path: Path) -> None:
    if reader.columns is None:
        return
    if schema.kind != "table":
        raise InvalidInput(f"{path.name} holds table rows, the schema is of kind {schema.kind}",
                           field="schema")
    absent = [c.name for c in schema.columns if c.name not in reader.columns]
    if absent:
        raise InvalidInput(f"{path.name} has no column {absent[0]!r} (there are: "
                           f"{', '.join(reader.columns[:50])})", field=absent[0])


def _id(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    return check_name(value, "id")


def _instant(value: Any) -> Seconds | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) \
            or not (math.isfinite(value) and 0 <= value <= LATEST):
        raise InvalidInput("at must be seconds since 1970, at most the year 9999", field="at")
    return float(value)


def _stem(path: Path) -> str:
    """The file's name as the start of ids: what no id may hold becomes "_"."""
    return "".join(c if c.isprintable() else "_" for c in path.stem)[:150] or "row"
