"""A start from what is stored: the tables as a column store, the state, and the few events since.

Nothing is folded again but the events after the stored state (`store.STATE_EVERY` or so), so a
start takes the time of reading the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..dataset import Assertion, Dataset, Suggestion, Treatment
from ..loop import Loop, Word
from ..session.events import Proposal
from ..session.state import SessionState
from ..session.step import step
from ..types import (
    Action,
    AnnotatorId,
    Entry,
    ExampleId,
    Position,
    QueryId,
    Remedy,
    Role,
    Status,
)
from .text import text_state

if TYPE_CHECKING:
    from .read import Reader


@dataclass(frozen=True, slots=True)
class Loaded:
    """Where a session goes on after event `last_seq`. `ids` by position; `words`: what people said
    of each example and did not take back, oldest first; `proposals`: decided suggestions;
    `reasons`: why examples left the training set; `data` is None before the session's start."""

    state: SessionState
    data: Dataset | None
    ids: list[ExampleId]
    words: dict[Position, list[Word]]
    proposals: dict[Position, Proposal]
    reasons: dict[Position, str]
    last_seq: int

    def loop(self) -> Loop:
        """The loop that goes on from here."""
        if self.data is None:
            return Loop()
        return Loop.resume(
            self.state, self.data, self.ids, self.words, self.proposals, self.reasons)


def _code(column: str, members: type[StrEnum]) -> str:
    cases = " ".join(f"WHEN '{member.value}' THEN {i}" for i, member in enumerate(members))
    return f"CASE {column} {cases} ELSE -1 END"


_COLUMNS = {
    "given": "coalesce(given, -1)", "human": "coalesce(human, -1)",
    "machine": "coalesce(machine, -1)", "effective": "coalesce(effective, -1)",
    "status": _code("status", Status), "entry": _code("entry", Entry),
    "role": _code("role", Role), "treatment": _code("treatment", Treatment),
}
_WORDS = (
    "SELECT a.position, a.query, a.annotator, a.action, a.label, e.at FROM assertions a"
    " JOIN events e ON e.seq = a.seq WHERE a.retracted_seq IS NULL ORDER BY a.number"
)


def load(reader: Reader) -> Loaded:
    """State, column store and words of one moment."""
    with reader.moment():
        last, _ = reader.head()
        state = _state(reader)
        ids = [ExampleId(row[0]) for row in reader.ask("SELECT id FROM examples ORDER BY position")]
        words, proposals = _words(reader), _proposals(reader)
        reasons = {Position(position): reason for position, reason in reader.ask(
            "SELECT position, reason FROM examples WHERE reason IS NOT NULL")}
        data = _data(reader, len(state.classes), words, proposals) if state.classes else None
    return Loaded(state, data, ids, words, proposals, reasons, last)


def _state(reader: Reader) -> SessionState:
    row = reader.state_row()
    state, seq = (text_state(row[0]), row[1]) if row else (SessionState(), 0)
    for record in reader.all_events(seq):
        if (event := record.event) is not None:
            state, _ = step(state, event)
    return state


def _words(reader: Reader) -> dict[Position, list[Word]]:
    found: dict[Position, list[Word]] = {}
    for position, query, annotator, action, label, at in reader.ask(_WORDS):
        said = Word(QueryId(query), AnnotatorId(annotator), Action(action), label, at)
        found.setdefault(Position(position), []).append(said)
    return found


def _proposals(reader: Reader) -> dict[Position, Proposal]:
    rows = reader.ask("SELECT position, remedy, label, method, version, state FROM suggestions")
    return {Position(position): Proposal(Remedy(remedy), label, method, version, state)
            for position, remedy, label, method, version, state in rows}


def _data(
    reader: Reader, classes: int, words: dict[Position, list[Word]],
    proposals: dict[Position, Proposal],
) -> Dataset:
    assertions = {
        position: [Assertion(word.label, word.query, word.annotator)
                   for word in said if word.label is not None]
        for position, said in words.items()}
    columns = _columns(
        reader.ask(f"SELECT {', '.join(_COLUMNS.values())} FROM examples ORDER BY position"))
    suggestions: dict[int, Suggestion] = {
        position: Suggestion(one.label, one.method, one.version, one.state == "accepted")
        for position, one in proposals.items() if one.label is not None}
    return Dataset.restored(
        classes, columns, {p: said for p, said in assertions.items() if said}, suggestions)


def _columns(rows: Sequence[tuple[Any, ...]]) -> dict[str, NDArray[np.int64]]:
    """Rows of integers as one array (N,) a column."""
    cells = np.fromiter(
        (cell for row in rows for cell in row), np.int64, len(rows) * len(_COLUMNS))
    return dict(zip(_COLUMNS, cells.reshape(-1, len(_COLUMNS)).T, strict=True))
