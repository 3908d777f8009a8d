"""A start from what is stored: the tables as arrays, the state as it was, and the few events since.

Nothing is folded again but the events after the stored state (`store.STATE_EVERY` at most, unless
the process was killed while nobody saved it), so a start takes the time of reading the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..session.state import SessionState
from ..session.step import step
from ..types import Entry, ExampleId, Role, Status
from .text import text_state

if TYPE_CHECKING:
    from .read import Reader


@dataclass(frozen=True, slots=True)
class ExampleTable:
    """The examples as arrays of equal length N, row = position. Labels are int64 class indices,
    -1 for none; `status`, `entry` and `role` are int64 indices into the members of their
    enumerations, -1 for none; `margin` is float64 in [-1, 1], NaN for none; `model` is the version
    that decided, -1 for none."""

    ids: list[ExampleId]
    sources: list[str]
    given: NDArray[np.int64]
    human: NDArray[np.int64]
    effective: NDArray[np.int64]
    status: NDArray[np.int64]
    entry: NDArray[np.int64]
    role: NDArray[np.int64]
    predicted: NDArray[np.int64]
    model: NDArray[np.int64]
    margin: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Where a session goes on: `state` after event `last_seq`."""

    state: SessionState
    examples: ExampleTable
    last_seq: int


def _code(column: str, members: type[StrEnum]) -> str:
    cases = " ".join(f"WHEN '{m.value}' THEN {i}" for i, m in enumerate(members))
    return f"CASE {column} {cases} ELSE -1 END"


_WHOLE = {
    "given": "coalesce(given, -1)", "human": "coalesce(human, -1)",
    "effective": "coalesce(effective, -1)", "status": _code("status", Status),
    "entry": _code("entry", Entry), "role": _code("role", Role),
    "predicted": "coalesce(predicted, -1)", "model": "coalesce(model, -1)",
}


def example_table(ask: Callable[[str], list[tuple[Any, ...]]]) -> ExampleTable:
    """All rows of `examples`, in order of position."""
    names = ask("SELECT id, source, margin FROM examples ORDER BY position")
    whole = ask(f"SELECT {', '.join(_WHOLE.values())} FROM examples ORDER BY position")
    flat = np.fromiter((cell for row in whole for cell in row), np.int64,
                       len(whole) * len(_WHOLE))
    columns = dict(zip(_WHOLE, flat.reshape(-1, len(_WHOLE)).T.copy(), strict=True))
    margin = np.array([row[2] for row in names], dtype=np.float64)
    return ExampleTable(
        ids=[ExampleId(row[0]) for row in names], sources=[row[1] for row in names],
        margin=margin, **columns)


def stored_state(reader: Reader) -> tuple[SessionState, int]:
    """The state as it was stored last, and the sequence number it belongs to."""
    row = reader.state_row()
    return (text_state(row[0]), row[1]) if row else (SessionState(), 0)


def load(reader: Reader) -> Loaded:
    """State and examples of one moment."""
    with reader.moment():
        examples = example_table(reader.ask)
        last, _ = reader.head()
        state, seq = stored_state(reader)
        for record in reader.all_events(seq):
            if record.event is not None:
                state, _ = step(state, record.event)
    return Loaded(state, examples, last)
