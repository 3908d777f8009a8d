"""Clients' notes against the ledger: what was acknowledged is there, once, with its effect.

`lost` are acknowledged things that are not there as they were acknowledged, `doubled` what is
there twice (or was refused and is there), `other` whatever else contradicts the notes.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cincer.ledger import Ledger
from cincer.ledger.verify import verify
from cincer.types import Position

from .clients import Notes, Reply
from .server import CLASSES


@dataclass
class Findings:
    """Sentences; none at all is what is wanted."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.lost or self.doubled or self.other)


def check(path: Path, notes: Notes, *, whole: bool) -> Findings:
    """Compare the ledger, which may be in use, with what was acknowledged before this call.
    `whole`: fold everything again as well."""
    found = Findings(other=list(notes.wrong))
    examples, replies = notes.moment()
    with Ledger.open(path, readonly=True) as ledger, ledger.moment():
        _examples(ledger, examples, found)
        _replies(ledger, replies, dict(notes.refused), found)
        _labels(ledger, found)
    if whole:
        found.other += verify(path).differences
    return found


def _examples(
    ledger: Ledger, noted: dict[str, tuple[Any, str, int | None]], found: Findings
) -> None:
    rows = ledger.ask("SELECT e.id, p.content, e.given, e.received_seq FROM examples e"
                      " JOIN payloads p ON p.position = e.position")
    stored = {row[0]: (json.loads(row[1]), CLASSES[row[2]], row[3]) for row in rows}
    received = ledger.ask(
        "SELECT json_extract(body, '$.example') FROM events WHERE kind = 'example:received'")
    found.doubled += [f"{name} was received {n} times" for name, n in _several(received)]
    for name, (content, label, seq) in noted.items():
        if name not in stored:
            found.lost.append(f"{name} is not there")
        elif stored[name] != (content, label, stored[name][2] if seq is None else seq):
            found.lost.append(f"{name} is stored as {stored[name]}, not {(content, label, seq)}")


def _replies(
    ledger: Ledger, noted: dict[str, Reply], refused: dict[str, str], found: Findings
) -> None:
    rows = ledger.ask("SELECT comment, seq, query, annotator, counted, action FROM replies")
    stored = {row[0]: row[1:5] for row in rows}
    found.doubled += [f"{key} is stored {n} times" for key, n in _several([r[:1] for r in rows])]
    counted = _several([(row[2],) for row in rows if row[4] and row[5] != "unsure"])
    found.doubled += [f"{query} was closed by {n} replies" for query, n in counted]
    found.doubled += [f"{key} was refused ({refused[key]}) and is there"
                      for key in refused if key in stored and key not in noted]
    said = {(row[0], row[1]): (row[2], row[3]) for row in ledger.ask(
        "SELECT a.seq, e.id, a.action, a.label FROM assertions a"
        " JOIN examples e ON e.position = a.position")}
    for key, reply in noted.items():
        if stored.get(key) != (reply.seq, reply.query, reply.annotator, int(reply.counted)):
            found.lost.append(f"{key} is stored as {stored.get(key)}, not {reply}")
            continue
        for example, label, action in reply.changes:
            there, named = said.get((reply.seq, example), (None, None))
            if there != action or (named is not None and CLASSES[named] != label):
                found.lost.append(f"{key}: {action} {label} of {example} is stored as {there}, "
                                  f"{named}")


def _labels(ledger: Ledger, found: Findings) -> None:
    """Each effective label, in the table and in the column store, is the newest word on it."""
    newest = dict(ledger.ask(
        "SELECT position, label FROM assertions WHERE retracted_seq IS NULL"
        " AND label IS NOT NULL ORDER BY number"))
    data = ledger.load().data
    assert data is not None
    for position, name, given, effective in ledger.ask(
        "SELECT position, id, given, effective FROM examples"
    ):
        right = newest.get(position, given)
        if (effective, data.effective(Position(position))) != (right, right):
            found.lost.append(f"{name} has label {effective}, the newest word is {right}")


def _several(rows: list[tuple[Any, ...]]) -> list[tuple[Any, int]]:
    return [(what, n) for what, n in Counter(row[0] for row in rows).items() if n > 1]
