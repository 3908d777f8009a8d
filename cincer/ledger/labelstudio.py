"""Examples as Label Studio tasks: data, people's annotations, the model's prediction.

The labelling configuration they fit: `<Choices name="label" toName="example">` over the classes.
A skipped query is an annotation with `was_cancelled`; the time a person took is `lead_time` in
seconds; `completed_by` numbers the people in order of appearance, their names are in `meta`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from ..types import Position
from .batch import Payload
from .read import Reader

_CHUNK = 500

_SAID = (
    "SELECT a.position, a.annotator, coalesce(c.action, a.action), a.label, e.at, r.seconds,"
    " r.worker, coalesce(r.comment, c.comment), a.query"
    " FROM assertions a JOIN events e ON e.seq = a.seq LEFT JOIN replies r ON r.seq = a.seq"
    " LEFT JOIN acts c ON c.name = a.query"
    " WHERE a.retracted_seq IS NULL AND a.position BETWEEN ? AND ? ORDER BY a.number"
)
_SKIPPED = (
    "SELECT q.position, json_extract(e.body, '$.annotator'), 'skip', NULL, e.at, NULL, NULL, NULL,"
    " q.id FROM events e JOIN queries q ON q.id = json_extract(e.body, '$.query')"
    " WHERE e.kind = 'query:skipped' ORDER BY e.seq"
)

Name: TypeAlias = Callable[[int | None], str | None]
Instant: TypeAlias = Callable[[float | None], str]


def tasks(
    reader: Reader, name: Name, instant: Instant
) -> Iterator[dict[str, Any]]:
    """One task an example, in order of position, some hundred examples in memory at a time."""
    people: dict[str, int] = {}
    skipped = _by_position(reader.ask(_SKIPPED), name, instant, people)
    start = 0
    while rows := reader.ask(
        "SELECT position, id, given, predicted, margin, model, effective, status, reason"
        " FROM examples WHERE position >= ?"
        " ORDER BY position LIMIT ?", (start, _CHUNK),
    ):
        last = rows[-1][0]
        said = _by_position(reader.ask(_SAID, (start, last)), name, instant, people)
        payloads = reader.payloads([row[0] for row in rows])
        for row, payload in zip(rows, payloads, strict=True):
            words = skipped.get(row[0], []) + said.get(row[0], [])
            yield _task(row, payload, words, name)
        start = last + 1


def _by_position(
    lines: list[tuple[Any, ...]], name: Name, instant: Instant, people: dict[str, int]
) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault(line[0], []).append(_annotation(line, name, instant, people))
    return found


def _task(
    row: tuple[Any, ...], payload: Payload | None, annotations: list[dict[str, Any]], name: Name
) -> dict[str, Any]:
    position, example, given, predicted, margin, model, effective, status, reason = row
    prediction = {"model_version": str(model), "result": _choice(name(predicted))}
    return {
        "id": Position(position) + 1,
        "data": {**_data(payload), "cincer_id": example, "cincer_given_label": name(given),
                 "cincer_label": name(effective), "cincer_status": status,
                 "cincer_reason": reason, "cincer_margin": margin},
        "annotations": annotations,
        "predictions": [] if predicted is None else [prediction],
    }


def _data(payload: Payload | None) -> dict[str, Any]:
    if payload is None:
        return {}
    content = payload.content
    return dict(content) if isinstance(content, dict) else {"content": content}


def _annotation(
    line: tuple[Any, ...], name: Name, instant: Instant,
    people: dict[str, int],
) -> dict[str, Any]:
    _, annotator, action, label, at, seconds, worker, comment, query = line
    who = worker or annotator
    return {
        "result": _choice(name(label)), "was_cancelled": action == "skip", "ground_truth": False,
        "lead_time": seconds, "completed_by": people.setdefault(who, len(people) + 1),
        "created_at": instant(at),
        "meta": {"who": who, "action": action, "comment": comment, "query": query},
    }


def _choice(label: str | None) -> list[dict[str, Any]]:
    if label is None:
        return []
    return [{"from_name": "label", "to_name": "example", "type": "choices",
             "value": {"choices": [label]}}]
