"""The cleaned data set: what is left to train on, with each label's provenance.

One row an example that is in the training set, in order of arrival: the example itself, its label,
the label it came with, who settled it, when and how. An example that is to be unlearned is there
with the label that is trained away (`use`: unlearn); what was removed, dropped or called bad is
not. Written as JSON lines, or as Parquet where pyarrow is installed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import IO, Any, Protocol

from ..errors import Unavailable
from .read import Reader

_CHUNK = 5_000

LAST = (
    "WITH last AS (SELECT position, max(number) AS number FROM assertions"
    " WHERE retracted_seq IS NULL GROUP BY position)"
)
"""The newest word on each example that was not taken back."""

PROVENANCE = (
    " LEFT JOIN last ON last.position = x.position"
    " LEFT JOIN assertions w ON w.number = last.number LEFT JOIN events e ON e.seq = w.seq"
    " LEFT JOIN replies r ON r.seq = w.seq LEFT JOIN acts c ON c.name = w.query"
    " LEFT JOIN suggestions g ON g.position = x.position AND g.state = 'accepted'"
)

_CLEANED = (
    LAST + " SELECT x.id, p.content, p.meta, x.effective, x.given, x.human, x.machine,"
    " x.treatment, x.role, x.predicted, x.margin, coalesce(r.worker, w.annotator), e.at,"
    " coalesce(c.action, w.action), w.query, coalesce(r.comment, c.comment, ''), g.method,"
    " g.version, x.source, x.at FROM examples x LEFT JOIN payloads p ON p.position = x.position"
    + PROVENANCE
    + " WHERE x.status = 'known' AND x.treatment <> 'drop' ORDER BY x.position"
)

Name = Callable[[int | None], str | None]
Instant = Callable[[float | None], str]


class Sink(Protocol):
    def write(self, text: str, /) -> Any: ...


def rows(reader: Reader, name: Name, instant: Instant) -> Iterator[dict[str, Any]]:
    """The rows as JSON values."""
    for row in reader.stream(_CLEANED):
        (example, content, meta, label, given, human, machine, treatment, role, predicted, margin,
         who, at, how, query, comment, method, version, source, received) = row
        yield {
            "id": example, "content": None if content is None else json.loads(content),
            "label": name(label), "use": "unlearn" if treatment == "unlearn" else "train",
            "given_label": name(given), "human_label": name(human), "machine_label": name(machine),
            "changed": label != given, "resolved_by": who, "resolved_at": instant(at) or None,
            "resolved_how": how, "query": query, "comment": comment, "method": method,
            "method_version": version, "role": role, "predicted_label": name(predicted),
            "margin": margin, "source": source, "received_at": instant(received),
            "meta": {} if meta is None else json.loads(meta),
        }


def write_jsonl(reader: Reader, sink: Sink, name: Name, instant: Instant) -> int:
    """One JSON object a line; their number."""
    count = 0
    for row in rows(reader, name, instant):
        sink.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    return count


def write_parquet(reader: Reader, sink: IO[bytes], name: Name, instant: Instant) -> int:
    """A Parquet file; content and meta are JSON texts. The number of rows; `Unavailable` without
    pyarrow."""
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise Unavailable("Parquet is not installed: pip install 'cincer[parquet]', or export "
                          "cleaned.jsonl") from error
    kinds = {"changed": pyarrow.bool_(), "margin": pyarrow.float64(),
             "method_version": pyarrow.int64()}
    schema = pyarrow.schema([(column, kinds.get(column, pyarrow.string())) for column in COLUMNS])
    count, some = 0, []
    with parquet.ParquetWriter(sink, schema) as writer:
        for row in rows(reader, name, instant):
            some.append(_flat(row))
            count += 1
            if len(some) == _CHUNK:
                writer.write_table(pyarrow.Table.from_pylist(some, schema))
                some = []
        writer.write_table(pyarrow.Table.from_pylist(some, schema))
    return count


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "content": json.dumps(row["content"]), "meta": json.dumps(row["meta"])}


COLUMNS = ("id", "content", "label", "use", "given_label", "human_label", "machine_label",
           "changed", "resolved_by", "resolved_at", "resolved_how", "query", "comment", "method",
           "method_version", "role", "predicted_label", "margin", "source", "received_at", "meta")
"""Columns of the Parquet file."""
