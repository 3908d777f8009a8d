"""A start gives the very loop that was there: state, column store, ids and words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ledger.story import filled, long_story

from cincer.ledger import Ledger
from cincer.ledger.batch import STORE_STATE
from cincer.ledger.text import state_text
from cincer.loop import Loop
from cincer.session.state import SessionState
from cincer.types import Position


def folded(ledger: Ledger) -> Loop:
    """The loop as every event once more makes it."""
    loop = Loop()
    for record in ledger.all_events():
        if record.event is not None:
            loop.apply(record.event)
    return loop


def same(loaded: Loop, right: Loop) -> None:
    assert loaded.state == right.state
    assert loaded.ids == right.ids
    assert list(loaded.undecided) == list(right.undecided)
    for name in ("given", "human", "machine", "effective", "status", "entry", "role",
                 "treatment", "weight"):
        np.testing.assert_array_equal(loaded.data.column(name), right.data.column(name), name)
    for position in range(len(right.data)):
        assert loaded.data.labels(position) == right.data.labels(position)
        assert loaded.words(position) == right.words(position)
        assert loaded.stood(Position(position)) == right.stood(Position(position))


@pytest.mark.parametrize("stored", ["as closed", "never", "at the first event"])
def test_the_loaded_loop_is_the_folded_one(tmp_path: Path, stored: str) -> None:
    path = tmp_path / "l.db"
    state = long_story(path)
    with Ledger.open(path) as ledger:
        if stored == "never":
            ledger.connection.execute("DELETE FROM state")
        elif stored == "at the first event":
            ledger.connection.execute(STORE_STATE, (state_text(SessionState()), 0))
        loaded = ledger.load()
        assert loaded.last_seq == ledger.head()[0]
        assert loaded.state == state
        same(loaded.loop(), folded(ledger))


def test_undecided_examples_wait_again(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db") as ledger:
        loop = ledger.load().loop()
        assert list(loop.undecided) == [0, 1, 2, 3, 4]
        same(loop, folded(ledger))


def test_an_empty_ledger_gives_a_loop_to_start(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.db") as ledger:
        loaded = ledger.load()
        assert (loaded.data, loaded.last_seq, loaded.ids) == (None, 0, [])
        assert loaded.loop().state == SessionState()
