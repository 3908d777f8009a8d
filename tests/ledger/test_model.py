"""Random commands, repeated, reordered, interrupted and between restarts, against a dictionary;
and a disk that fails at every possible call."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.story import received, started

from cincer.errors import Conflict, Unavailable
from cincer.ledger import Ledger
from cincer.ledger.verify import verify

command = st.tuples(
    st.sampled_from(["ann", "bo"]), st.sampled_from("abcde"), st.sampled_from(["d1", "d2"]))
batch_of = st.tuples(st.lists(command, max_size=6), st.sampled_from(["", "abort", "reopen"]))


class Interrupted(Exception):
    """The batch is given up."""


@settings(max_examples=30, deadline=None)
@given(batches=st.lists(batch_of, max_size=8))
def test_commands_take_effect_once_and_are_answered_alike(
    batches: list[tuple[list[tuple[str, str, str]], str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("model") / "l.db"
    ledger = Ledger.open(path)
    with ledger.batch() as batch:
        batch.record(started(), actor="admin")
    model: dict[tuple[str, str], tuple[str, int]] = {}
    for commands, then in batches:
        attempt = dict(model)
        try:
            with ledger.batch() as batch:
                for actor, key, digest in commands:
                    expected = attempt.get((actor, key))
                    if expected is not None and expected[0] != digest:
                        with pytest.raises(Conflict):
                            ledger.lookup(actor, key, digest)
                        continue
                    answer = ledger.lookup(actor, key, digest)
                    assert (answer.value if answer else None) == (expected and expected[1])
                    if answer is None:
                        number = len(attempt)
                        batch.record(*received(number), actor=actor, key=key, digest=digest,
                                     answer=number)
                        attempt[actor, key] = (digest, number)
                if then == "abort":
                    raise Interrupted
            model = attempt
        except Interrupted:
            pass
        if then == "reopen":
            ledger.close()
            ledger = Ledger.open(path)
        assert ledger.counts()["examples"] == ledger.head()[0] - 1 == len(model)
    for (actor, key), (digest, number) in model.items():
        found = ledger.lookup(actor, key, digest)
        assert found is not None
        assert (found.value, found.seq) == (number, number + 2)
        assert ledger.ids([number]) == [f"ex-{number}"]
    ledger.close()
    assert verify(path, refold=False).ok


class Failing:
    """A connection whose calls fail from the `first` on, `times` times."""

    def __init__(self, inner: sqlite3.Connection, first: int, times: int) -> None:
        self._inner, self._left, self._times = inner, first, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def execute(self, *arguments: Any) -> Any:
        self._call()
        return self._inner.execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        self._call()
        return self._inner.executemany(*arguments)

    def _call(self) -> None:
        self._left -= 1
        if self._left < 0 and self._times > 0:
            self._times -= 1
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorname = "SQLITE_IOERR_WRITE"
            raise error


@pytest.mark.parametrize(("times", "stride"), [(1, 1), (3, 7)])
def test_a_disk_that_fails_at_any_call_costs_no_acknowledged_event(
    tmp_path: Path, times: int, stride: int
) -> None:
    Ledger.open(tmp_path / "new.db").close()
    for first in range(0, 45, stride):
        shutil.copyfile(tmp_path / "new.db", tmp_path / f"{first}.db")
        ledger = Ledger.open(tmp_path / f"{first}.db")
        acked: list[int] = []
        real = ledger._db.conn
        ledger._db.conn = Failing(real, first, times)  # type: ignore[assignment]
        number = failures = 0
        while number < 6:
            try:
                with ledger.batch() as batch:
                    told = (started(), ()) if number == 0 else received(number - 1)
                    acked_seq = batch.record(*told, actor="s", key=f"k{number}", digest="d")
                acked.append(acked_seq)
                number += 1
            except Unavailable:
                failures += 1
                assert not ledger.healthy
        assert ledger.healthy
        assert failures <= times
        ledger._db.conn = real
        assert acked == [1, 2, 3, 4, 5, 6]
        assert ledger.head()[0] == 6
        ledger.close()
        assert verify(tmp_path / f"{first}.db", refold=False).ok
