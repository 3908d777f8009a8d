"""A power cut at any moment: what was acknowledged is there, and the file opens.

`kill -9` cannot show this (the system's cache outlives the process), so the writer's system calls
are traced once and replayed as a disk may have them. CINCER_CUTS sets the number of cuts (60).
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from ledger.powerloss import Op, acked, cut, trace

from cincer.errors import CincerError
from cincer.ledger import Ledger
from cincer.ledger.verify import verify

CUTS = int(os.environ.get("CINCER_CUTS", "60"))
COMMANDS = 150


def can_trace() -> bool:
    strace = shutil.which("strace")
    return strace is not None and subprocess.run(
        [strace, "-o", os.devnull, "true"], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not can_trace(), reason="strace is missing or not allowed")


def harm(ops: list[Op], folder: Path, seed: int) -> str:
    """What a cut at a random moment breaks; empty if nothing."""
    chance = random.Random(seed)
    before = ops[: chance.randrange(len(ops))]
    folder.mkdir()
    cut(before, folder, chance)
    promised = acked(before)
    try:
        with Ledger.open(folder / "l.db") as ledger:
            done = [int(row[0][1:]) for row in ledger.ask("SELECT source FROM examples")]
    except (CincerError, TypeError, ValueError) as error:
        return f"cannot be read: {error}"
    if lost := promised - set(done):
        return f"lost {len(lost)}"
    if len(done) != len(set(done)):
        return "doubled"
    return "; ".join(verify(folder / "l.db", refold=False).differences)


def test_a_cut_loses_nothing_acknowledged(tmp_path: Path) -> None:
    ops = trace(tmp_path, "good", COMMANDS)
    assert acked(ops) == set(range(COMMANDS))
    found = {seed: harm(ops, tmp_path / str(seed), seed) for seed in range(CUTS)}
    assert {seed: words for seed, words in found.items() if words} == {}


@pytest.mark.parametrize("mode", ["normal", "off", "early"])
def test_a_writer_that_does_not_sync_is_caught(tmp_path: Path, mode: str) -> None:
    ops = trace(tmp_path, mode, COMMANDS)
    harmed = (harm(ops, tmp_path / str(seed), seed) for seed in range(200))
    assert any(words.startswith(("lost", "cannot", "SQLite")) for words in harmed)
