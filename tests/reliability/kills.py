"""The whole story: a loaded server, kill after kill, and the checker.

    python -m tests.reliability.kills --kills 200 --json report.json

kills the web process, the scorer and the trainer 200 times each, at random moments (half an hour on
two busy cores). `--mode` chooses another server (see `served`). Half of the
web process's kills hit the instant an acknowledgement is read. Every 20 rounds, and at the end,
the notes are compared with the ledger. The exit status is 0 where nothing was found.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cincer.server.auth.tokens import Tokens
from cincer.server.service.live import LEDGER

from .checker import Findings, check
from .clients import Annotator, Client, Notes, SocketAnnotator, Source
from .server import Server, children, kill

VICTIMS = ("web", "scorer", "trainer")
IN_FLIGHT = 0.03
"""Seconds in which a dead process's last words may still be read; none starts as quickly."""


@dataclass
class Report:
    """What happened, and what was found. Times in seconds."""

    mode: str
    kills: Counter[str] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)
    """From the kill of a web process to the next acknowledgement to anybody."""
    silences: list[float] = field(default_factory=list)
    """From the kill of a compute process to the next acknowledgement."""
    findings: Findings = field(default_factory=Findings)
    seconds: float = 0.0
    stopped_with: int | None = None

    def told(self, notes: Notes) -> dict[str, Any]:
        """For people and for JSON."""
        return {
            "mode": self.mode, "kills": dict(self.kills), "seconds": round(self.seconds),
            "examples_acknowledged": len(notes.examples),
            "replies_acknowledged": len(notes.replies), "replies_refused": len(notes.refused),
            "refusals": list(notes.refused.values())[:10],
            "broken_connections": notes.breaks, "acknowledgements": len(notes.moments),
            "recovery": _spread(self.recoveries), "compute_gone": _spread(self.silences),
            "stopped_with": self.stopped_with, "lost": len(self.findings.lost),
            "doubled": len(self.findings.doubled), "other": len(self.findings.other),
            "findings": {name: found[:10] for name, found in asdict(self.findings).items()}}


class Story:
    """One server, its clients, and who kills them. `aimed`: share of the web process's kills that
    hit the instant an acknowledgement is read; `steady`: share of the rounds that begin with all
    processes at work; `pause`: mean seconds between two batches."""

    def __init__(self, folder: Path, mode: str = "good", *, seed: int = 1, aimed: float = 0.5,
                 pause: float = 0.3, steady: float = 0.35) -> None:
        self.server, self.notes, self.report = Server(folder, mode), Notes(), Report(mode)
        self._chance, self._aimed = random.Random(seed), aimed
        self._pause, self._steady = pause, steady
        self._feeding, self._answering = threading.Event(), threading.Event()
        self._sources: list[Client] = []
        self._annotators: list[Client] = []
        self._began = time.monotonic()

    @property
    def ledger(self) -> Path:
        return self.server.folder / LEDGER

    def begin(self) -> None:
        """Start the server and the load."""
        tokens, notes = Tokens(self.server.folder), self.notes
        self.server.start()
        port = self.server.port

        def secret(name: str, role: str) -> str:
            return tokens.create(name, [role])[1]

        self._judge = Annotator("dora", notes, self._answering, port, secret("dora", "annotator"),
                                unsure=0.0)

        self._sources = [Source(n, notes, self._feeding, port, secret(n, "source"), self._pause)
                         for n in ("north",)]
        kinds = {"ann": Annotator, "bob": Annotator, "cleo": SocketAnnotator}
        self._annotators = [kind(n, notes, self._answering, port, secret(n, "annotator"))
                            for n, kind in kinds.items()]
        for client in self._sources + self._annotators:
            client.start()

    def round(self, victims: tuple[str, ...] = VICTIMS) -> None:
        """Kill each of them once, in random order; now and then after all of them have worked
        for a while, otherwise in whatever they are doing to come back."""
        if self._chance.random() < self._steady:
            _wait(self.server.up, 30.0)
            time.sleep(self._chance.random() * 2)
        for name in self._chance.sample(victims, len(victims)):
            time.sleep(self._chance.random() * 0.6)
            self._kill_web() if name == "web" else self._kill_compute(name)
            self.report.kills[name] += 1

    def _kill_web(self) -> None:
        pid = _wait(self.server.web, 30.0)
        behind = children(pid)
        if self._chance.random() < self._aimed:
            self.notes.pull = pid
            _wait(lambda: self.notes.pull is None, 10.0)
            self.notes.pull = None
            at = self.notes.pulled
        else:
            at = time.monotonic()
            kill(pid)
        _wait(lambda: self.server.web() != pid, 30.0)
        self.server.revive()
        self.report.recoveries.append(self._next_acknowledged(at + IN_FLIGHT) - at)
        if self._chance.random() < 0.9:
            for orphan in self.server.orphans_of(behind):
                kill(orphan)

    def _kill_compute(self, name: str) -> None:
        pid = _wait(lambda: self.server.compute(name), 40.0)
        at = time.monotonic()
        kill(pid)
        self.report.silences.append(self._next_acknowledged(at) - at)

    def _next_acknowledged(self, after: float) -> float:
        found = _wait(lambda: [t for t in self.notes.moments[-200:] if t > after], 60.0)
        return min(found) if found else float("inf")

    def end(self) -> None:
        """The source ends, everything is decided and answered, the server stops. What all three
        annotators disagreed or were unsure about waits for somebody else, who comes now."""
        self._feeding.set()
        self._join(self._sources)
        self._annotators.append(self._judge)
        self._judge.start()
        _wait(lambda: self._open() == (0, 0), 120.0)
        self._answering.set()
        self._join(self._annotators)
        undecided, open_queries = self._open()
        if undecided or open_queries:
            self.report.findings.other.append(
                f"{undecided} examples are undecided, {open_queries} queries are stuck")
        try:
            self.report.stopped_with = self.server.stop()
        finally:
            self.server.destroy()
        self.report.seconds = time.monotonic() - self._began
        self.examine(whole=True)

    def abandon(self) -> None:
        """Leave at once, with nothing left running."""
        for event in (self._feeding, self._answering, self.notes.over):
            event.set()
        self.server.destroy()
        for client in self._sources + self._annotators:
            client.join(15)

    def examine(self, *, whole: bool) -> Findings:
        """The notes against the ledger, now."""
        found, mine = check(self.ledger, self.notes, whole=whole), self.report.findings
        mine.lost, mine.doubled = found.lost, found.doubled
        mine.other += [words for words in found.other if words not in mine.other]
        return mine

    def _open(self) -> tuple[int, int]:
        from cincer.ledger import Ledger

        with Ledger.open(self.ledger, readonly=True) as ledger:
            counts = ledger.counts()
        return counts["status"].get("undecided", 0), counts["outcome"].get("open", 0)

    def _join(self, clients: list[Client]) -> None:
        for client in clients:
            client.join(100)
            if client.is_alive():
                self.report.findings.other.append(f"{client.name} is stuck")


def _wait(ask: Any, seconds: float) -> Any:
    """What `ask` answers as soon as it is something; the last answer after so many seconds."""
    end = time.monotonic() + seconds
    while not (found := ask()) and time.monotonic() < end:
        time.sleep(0.01)
    return found


def _spread(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {"p50": values[0], "p99": values[0], "max": values[0]} if values else {}
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 3), "p99": round(cuts[98], 3), "max": round(max(values), 3)}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--kills", type=int, default=200, help="of each process")
    options.add_argument("--mode", default="good")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--aimed", type=float, default=0.5)
    options.add_argument("--pause", type=float, default=0.3, help="seconds between batches")
    options.add_argument("--steady", type=float, default=0.35)
    options.add_argument("--json", type=Path, default=None, help="file for the report")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="cincer-kills-") as folder:
        story = Story(Path(folder) / "data", chosen.mode, seed=chosen.seed, aimed=chosen.aimed,
                      pause=chosen.pause, steady=chosen.steady)
        try:
            _tell(story, chosen)
        except BaseException:
            print(story.server.log()[-5000:], file=sys.stderr)
            raise
        finally:
            story.abandon()
    return 0 if story.report.findings.ok else 1


def _tell(story: Story, chosen: argparse.Namespace) -> None:
    story.begin()
    for number in range(1, chosen.kills + 1):
        story.round()
        if number % 20 == 0:
            story.examine(whole=False)
        if number % 5 == 0:
            _write(story, chosen.json)
    story.end()
    _write(story, chosen.json)
    print(json.dumps(story.report.told(story.notes), indent=1))


def _write(story: Story, file: Path | None) -> None:
    told = story.report.told(story.notes)
    print(json.dumps({k: v for k, v in told.items() if k != "findings" or told["lost"]
                      or told["doubled"] or told["other"]}), flush=True)
    if file is not None:
        file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
