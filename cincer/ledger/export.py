"""What leaves the ledger: label tables and histories other tools read, with a manifest.

    labels.csv         one row an example, all label layers, who settled it and how
    cleaned.jsonl      what is left to train on, with its labels' provenance (see `cleaned`)
    cleaned.parquet    the same as Parquet, where pyarrow is installed and it is asked for
    history.jsonl      every event that touched a label: who, when, why, from what to what
    datalab.csv        cleanlab's column names; label_score in [0, 1], lower = worse
    crowd.csv          task, worker, label: every word that counts and names a class
    label_studio.json  tasks with annotations and predictions, as Label Studio imports them

Classes appear by name. A CSV cell that a spreadsheet would run as a formula gets an apostrophe in
front. Everything is written row by row from one moment of the ledger.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias

from ..errors import UnknownName
from .cleaned import LAST, PROVENANCE, write_jsonl, write_parquet
from .history import touches
from .labelstudio import tasks
from .read import Reader

SCHEMA_VERSION = 1

Row: TypeAlias = tuple[Any, ...]


class Sink(Protocol):
    """Where text goes."""

    def write(self, text: str, /) -> Any: ...


def export(reader: Reader, folder: str | Path, formats: Iterable[str] | None = None) -> Path:
    """Write these formats (all by default) and `manifest.json` into `folder`, which is made. The
    reader should be the caller's own. The manifest's path; it holds each file's SHA-256, and is
    written last."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = list(FORMATS if formats is None else formats)
    with reader.moment():
        seq, head = reader.head()
        files = {name: _write_file(reader, folder, name) for name in chosen}
    manifest = {"schema_version": SCHEMA_VERSION, "ledger": reader.id, "seq": seq,
                "head": head.hex(), "classes": reader.classes(), "files": files}
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return path


def write(reader: Reader, name: str, sink: Sink) -> int:
    """Write one format as text; the number of rows."""
    if name not in FORMATS:
        raise UnknownName("export format", name, FORMATS)
    with reader.moment():
        return FORMATS[name](reader, sink)


def write_binary(reader: Reader, name: str, sink: IO[bytes]) -> int:
    """Write one format that is no text; the number of rows."""
    if name not in BINARY:
        raise UnknownName("export format", name, [*FORMATS, *BINARY])
    with reader.moment():
        return BINARY[name](reader, sink)


class _Hashing:
    """A file that knows its SHA-256."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.digest, self.size = hashlib.sha256(), 0

    def write(self, text: str) -> None:
        data = text.encode("utf-8", "backslashreplace")
        self.digest.update(data)
        self.size += len(data)
        self._file.write(data)

    def close(self) -> None:
        self._file.close()


def _write_file(reader: Reader, folder: Path, name: str) -> dict[str, Any]:
    partial = folder / (name + ".partial")
    if name in BINARY:
        return _write_binary(reader, folder, name, partial)
    sink = _Hashing(partial)
    try:
        rows = write(reader, name, sink)
    finally:
        sink.close()
    os.replace(partial, folder / name)
    return {"rows": rows, "bytes": sink.size, "sha256": sink.digest.hexdigest()}


def _write_binary(reader: Reader, folder: Path, name: str, partial: Path) -> dict[str, Any]:
    with partial.open("wb") as file:
        rows = write_binary(reader, name, file)
    content = partial.read_bytes()
    os.replace(partial, folder / name)
    return {"rows": rows, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula, with an apostrophe in front."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
        return "'" + cell
    return cell


def instant(at: float | None) -> str:
    """Seconds since the epoch as ISO 8601, UTC."""
    return "" if at is None else datetime.fromtimestamp(at, UTC).isoformat()


def names(reader: Reader) -> Callable[[int | None], str | None]:
    """From a class index to the class's name; None stays None."""
    classes = reader.classes()
    return lambda label: None if label is None else classes[label]


def _table(sink: Sink, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(header)
    count = 0
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
        count += 1
    return count


def _labels(reader: Reader, sink: Sink) -> int:
    name = names(reader)
    rows = reader.stream(
        LAST + " SELECT x.id, x.effective, x.given, x.human, x.machine, x.predicted, x.margin,"
        " x.status, x.entry, x.role, x.treatment, x.decision, x.reason, x.source, g.method,"
        " coalesce(r.worker, w.annotator), coalesce(c.action, w.action), w.query, e.at, x.at"
        " FROM examples x" + PROVENANCE + " ORDER BY x.position")
    header = ("id", "label", "given_label", "human_label", "machine_label", "predicted_label",
              "margin", "status", "entry", "role", "treatment", "decision", "reason", "source",
              "method", "resolved_by", "resolved_how", "query", "resolved_at", "received_at")
    return _table(sink, header, (
        (row[0], *map(name, row[1:6]), *row[6:-2], *map(instant, row[-2:])) for row in rows))


def _datalab(reader: Reader, sink: Sink) -> int:
    """A label is an issue when a person changed, rejected or removed it (unless as a duplicate),
    or, before a person spoke and after one reopened it, when the model questioned it. `label_score`
    is 1 - margin; empty if never scored."""
    name = names(reader)
    rows = reader.stream(_DATALAB)
    header = ("id", "is_label_issue", "label_score", "given_label", "predicted_label")
    return _table(sink, header, (
        (example, bool(issue), None if margin is None else min(1.0, max(0.0, 1.0 - margin)),
         name(given), name(predicted))
        for example, issue, margin, given, predicted in rows))


_DATALAB = (
    LAST + " SELECT x.id, x.given IS NOT NULL AND CASE WHEN x.reason LIKE 'duplicate of %' THEN 0"
    " WHEN w.action IN ('bad', 'remove') THEN 1"
    " WHEN w.action <> 'reopen' AND x.human IS NOT NULL THEN x.human <> x.given"
    " WHEN w.action <> 'reopen' THEN 0"
    " ELSE coalesce(x.decision = 'asked', 0) END, x.margin, x.given, x.predicted"
    " FROM examples x LEFT JOIN last ON last.position = x.position"
    " LEFT JOIN assertions w ON w.number = last.number ORDER BY x.position"
)


def _crowd(reader: Reader, sink: Sink) -> int:
    name = names(reader)
    rows = reader.stream(
        "SELECT x.id, coalesce(r.worker, a.annotator), a.label FROM assertions a"
        " JOIN examples x USING (position) LEFT JOIN replies r ON r.seq = a.seq"
        " WHERE a.label IS NOT NULL AND a.retracted_seq IS NULL ORDER BY a.number")
    return _table(sink, ("task", "worker", "label"), (
        (task, worker, name(label)) for task, worker, label in rows))


def _history(reader: Reader, sink: Sink) -> int:
    count = 0
    for line in touches(reader, names(reader), instant):
        sink.write(json.dumps(line, ensure_ascii=False) + "\n")
        count += 1
    return count


def _label_studio(reader: Reader, sink: Sink) -> int:
    count = 0
    for task in tasks(reader, names(reader), instant):
        sink.write("[\n" if count == 0 else ",\n")
        sink.write(json.dumps(task, ensure_ascii=False))
        count += 1
    sink.write("\n]\n" if count else "[]\n")
    return count


def _cleaned(reader: Reader, sink: Sink) -> int:
    return write_jsonl(reader, sink, names(reader), instant)


def _parquet(reader: Reader, sink: IO[bytes]) -> int:
    return write_parquet(reader, sink, names(reader), instant)


FORMATS: dict[str, Callable[[Reader, Sink], int]] = {
    "labels.csv": _labels,
    "cleaned.jsonl": _cleaned,
    "history.jsonl": _history,
    "datalab.csv": _datalab,
    "crowd.csv": _crowd,
    "label_studio.json": _label_studio,
}
"""What can be exported as text, by file name."""

BINARY: dict[str, Callable[[Reader, IO[bytes]], int]] = {"cleaned.parquet": _parquet}
"""What else can be exported; only if it is named."""
