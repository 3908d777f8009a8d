"""A process that records commands and says so, made to be killed.

    python writer.py MODE PATH FIRST COUNT   records commands FIRST.. and ends
    python writer.py                         forks such a process for each line "MODE PATH FIRST
                                             COUNT" on standard input: a fork is quicker to
                                             start than an interpreter

Acknowledgements go to standard output, `ack <command>` a line, when the command is recorded. Each
command comes in a batch of 1 to 4 with its neighbours. Modes other than `good` are wrong on
purpose, to show that the checks find what they are for:

    early    acknowledges before the commit
    keyless  keeps no idempotency keys
    normal   `synchronous=NORMAL`, `off` `synchronous=OFF`: no sync, or not at every commit
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ledger.story import started

from cincer.ledger import Batch, Ledger, Payload
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.types import ExampleId, Position, Status


def main(mode: str, path: str, first: str, count: str) -> None:
    with Ledger.open(Path(path)) as ledger:
        if mode in ("normal", "off"):
            ledger.connection.execute(f"PRAGMA synchronous = {mode}")
        ledger.connection.execute("PRAGMA wal_autocheckpoint = 40")
        if not ledger.head()[0]:
            with ledger.batch() as batch:
                batch.record(started(), actor="admin")
        command, end = int(first), int(first) + int(count)
        while command < end:
            size = min(1 + command % 4, end - command)
            together(ledger, range(command, command + size), mode)
            command += size


def together(ledger: Ledger, commands: range, mode: str) -> None:
    """One batch; what was recorded in an earlier life is acknowledged again, not done again."""
    if mode == "early":
        acknowledge(commands)
    position = int(ledger.ask("SELECT count(*) FROM examples")[0][0])
    with ledger.batch() as batch:
        for command in commands:
            if mode == "keyless" or ledger.lookup("client", f"c{command}", "d") is None:
                do(batch, command, position, keyed=mode != "keyless")
                position += 1
    if mode != "early":
        acknowledge(commands)


def do(batch: Batch, command: int, position: int, *, keyed: bool) -> None:
    """The arrival of an example whose source is the command's number."""
    example, source = ExampleId(f"ex-{position}"), f"c{command}"
    event = ev.Received(example, Position(position), 0, source, 0.5, 0.5, float(position))
    added = fx.Added(example, event.position, 0, Status.UNDECIDED, source)
    batch.record(event, (added,), actor="client", key=source if keyed else None, digest="d",
                 payload=Payload("x" * (command % 300)))


def acknowledge(commands: range) -> None:
    os.write(1, "".join(f"ack {command}\n" for command in commands).encode())


def serve() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            main(*line.split())
            os._exit(0)
        os.write(1, f"pid {pid}\n".encode())
        os.waitpid(pid, 0)
        os.write(1, b"gone\n")


if __name__ == "__main__":
    main(*sys.argv[1:]) if sys.argv[1:] else serve()
