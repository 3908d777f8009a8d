"""The loop as the ledger left it: the tables as a column store, and everybody's words."""

from __future__ import annotations

from ...dataset import Dataset
from ...ledger import Ledger
from ...ledger.load import Loaded
from ...loop import Loop, Word
from ...types import Action, Position

_WORDS = (
    "SELECT a.position, a.query, a.annotator, a.action, a.label, e.at FROM assertions a"
    " JOIN events e ON e.seq = a.seq WHERE a.retracted_seq IS NULL ORDER BY a.number"
)


def loop_of(loaded: Loaded, ledger: Ledger) -> Loop:
    """The loop that goes on from `loaded`."""
    table = loaded.examples
    data = Dataset(len(loaded.state.classes))
    data.extend(table.given)
    for name in ("status", "entry", "role"):
        data.fill(name, getattr(table, name))
    words = _words(ledger)
    for position, said in words.items():
        for word in said:
            if word.label is not None:
                data.assert_label(position, word.label, word.query, word.annotator)
    return Loop.resume(loaded.state, data, table.ids, words)


def _words(ledger: Ledger) -> dict[Position, list[Word]]:
    """Everybody's words that were not taken back, by example, oldest first."""
    words: dict[Position, list[Word]] = {}
    for position, query, annotator, action, label, at in ledger.ask(_WORDS):
        words.setdefault(Position(position), []).append(
            Word(query, annotator, Action(action), label, at))
    return words
