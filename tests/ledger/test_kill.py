"""`kill -9` at any moment: nothing acknowledged is lost, nothing is there twice.

CINCER_KILLS sets how often the good writer is killed (30 by default).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cincer.ledger import Ledger
from cincer.ledger.verify import verify

KILLS = int(os.environ.get("CINCER_KILLS", "30"))
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL and fork on Windows")


@dataclass
class Client:
    """Sends commands until they are acknowledged, over and over to a writer that dies."""

    server: subprocess.Popen[str]
    path: Path
    mode: str
    acked: set[int] = field(default_factory=set)

    def round(self, chance: random.Random) -> None:
        """One life of the writer: it is killed after some acknowledgements and a moment."""
        first = max(self.acked, default=-1) + 1
        assert self.server.stdin is not None
        self.server.stdin.write(f"{self.mode} {self.path} {first} 100000\n")
        self.server.stdin.flush()
        pid, wanted = int(self._line().split()[1]), chance.randrange(1, 12)
        for _ in range(wanted):
            self._ack(self._line())
        time.sleep(chance.random() * 0.004)
        os.kill(pid, signal.SIGKILL)
        while (line := self._line()) != "gone":
            self._ack(line)

    def _line(self) -> str:
        assert self.server.stdout is not None
        line = self.server.stdout.readline()
        assert line, "the writers' parent ended"
        return line.strip()

    def _ack(self, line: str) -> None:
        word, command = line.split()
        assert word == "ack", line
        self.acked.add(int(command))

    def harm(self) -> tuple[int, int]:
        """How many acknowledged commands are lost, and how many commands were done twice."""
        with Ledger.open(self.path, readonly=True) as ledger:
            done = Counter(int(row[0][1:]) for row in ledger.ask("SELECT source FROM examples"))
        return len(self.acked - set(done)), sum(count > 1 for count in done.values())


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("writer.py"))], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, bufsize=1, env=env,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


def killed(server: subprocess.Popen[str], path: Path, mode: str, times: int) -> Client:
    client, chance = Client(server, path, mode), random.Random(mode)
    for _ in range(times):
        client.round(chance)
    return client


def test_nothing_acknowledged_is_lost_or_doubled(
    server: subprocess.Popen[str], tmp_path: Path
) -> None:
    client = killed(server, tmp_path / "l.db", "good", KILLS)
    assert client.harm() == (0, 0)
    assert len(client.acked) > KILLS
    report = verify(client.path, refold=False)
    assert report.differences == ()


def test_a_writer_that_acknowledges_before_the_commit_is_caught(
    server: subprocess.Popen[str], tmp_path: Path
) -> None:
    for attempt in range(20):
        client = killed(server, tmp_path / f"{attempt}.db", "early", 5)
        if client.harm()[0]:
            return
    pytest.fail("100 kills did not show that acknowledgements came too early")


def test_a_writer_without_keys_is_caught(
    server: subprocess.Popen[str], tmp_path: Path
) -> None:
    for attempt in range(40):
        client = killed(server, tmp_path / f"{attempt}.db", "keyless", 5)
        if client.harm()[1]:
            return
    pytest.fail("200 kills did not show that commands were done twice")
