"""What a power cut can leave of a traced writer's files.

`trace` runs `writer.py` under strace and gives what it did to its files, in order. `cut` replays
that up to some moment as a disk may have it then: everything synced, and of each write since the
last sync of its file all, nothing, or a front part in whole sectors. A removed file may be back
until its folder is synced; names are on the disk as soon as they are made. The -shm file is not
replayed, SQLite makes it again.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

ROOT = Path(__file__).parents[2]
SECTOR = 512
FOLDER = "/"

Fate: TypeAlias = Literal["none", "some", "all"]


@dataclass(frozen=True)
class Write:
    name: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class Resize:
    name: str
    size: int


@dataclass(frozen=True)
class Removed:
    name: str


@dataclass(frozen=True)
class Sync:
    name: str


@dataclass(frozen=True)
class Ack:
    commands: tuple[int, ...]


Op: TypeAlias = Write | Resize | Removed | Sync | Ack

_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_CALLS = "openat,write,pwrite64,fsync,fdatasync,ftruncate,unlink"


def trace(folder: Path, mode: str, count: int) -> list[Op]:
    """The operations of a writer that records `count` commands in a new ledger `folder/l.db`."""
    log, path = folder / "trace", folder / "l.db"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    subprocess.run(
        ["strace", "-f", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}", "-o", str(log),
         sys.executable, str(Path(__file__).with_name("writer.py")), mode, str(path), "0",
         str(count)], check=True, capture_output=True, env=env)
    with log.open(encoding="ascii") as lines:
        found = list(_parse(lines, path))
    return [op for op in found if isinstance(op, Ack) or op.name.startswith((path.name, FOLDER))]


def _parse(lines: Iterable[str], path: Path) -> Iterator[Op]:
    names = {str(path) + suffix: path.name + suffix for suffix in ("", "-wal", "-journal")}
    names[str(path.parent)] = FOLDER
    files: dict[int, str] = {}
    for line in lines:
        if (call := _CALL.match(line)) is None or int(call[3]) < 0:
            continue
        what, arguments, result = call[1], call[2], int(call[3])
        texts = [bytes.fromhex(t.replace("\\x", "")) for t in _TEXT.findall(arguments)]
        if what == "openat":
            files[result] = names.get(texts[0].decode(), "")
        elif what == "unlink":
            yield Removed(names.get(texts[0].decode(), ""))
        else:
            number = arguments.split(",")[0]
            yield from _on_file(what, arguments, texts, result, files.get(int(number), number))


def _on_file(
    what: str, arguments: str, texts: list[bytes], result: int, name: str
) -> Iterator[Op]:
    """The operation of a call on an open file; `name` is "1" for standard output."""
    if what == "write" and name == "1" and texts[0].startswith(b"ack"):
        yield Ack(tuple(int(line.split()[1]) for line in texts[0].decode().splitlines()))
    elif what == "pwrite64":
        yield Write(name, int(arguments.rsplit(",", 1)[1]), texts[0][:result])
    elif what in ("fsync", "fdatasync"):
        yield Sync(name)
    elif what == "ftruncate":
        yield Resize(name, int(arguments.split(",")[1]))


def acked(ops: list[Op]) -> set[int]:
    """Commands acknowledged among these operations."""
    return {command for op in ops if isinstance(op, Ack) for command in op.commands}


def cut(ops: list[Op], folder: Path, chance: random.Random) -> None:
    """Write the files into `folder` as a cut after `ops` may leave them."""
    synced = {op.name: at for at, op in enumerate(ops) if isinstance(op, Sync)}
    fate: Fate = chance.choice(["none", "some", "all"])
    files: dict[str, bytearray] = {}
    for at, op in enumerate(ops):
        if isinstance(op, Ack | Sync):
            continue
        content = files.setdefault(op.name, bytearray())
        if at < synced.get(FOLDER if isinstance(op, Removed) else op.name, -1):
            _apply(files, content, op)
        elif (left := _survives(op, fate, chance)) is not None:
            _apply(files, content, left)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _survives(op: Write | Resize | Removed, fate: Fate, chance: random.Random) -> Op | None:
    """What becomes of an operation that was not synced."""
    if fate == "all" or (fate == "some" and chance.random() < 0.5):
        return op
    if fate == "some" and isinstance(op, Write) and len(op.data) > SECTOR:
        sectors = chance.randrange(len(op.data) // SECTOR)
        return Write(op.name, op.offset, op.data[:sectors * SECTOR])
    return None


def _apply(files: dict[str, bytearray], content: bytearray, op: Op) -> None:
    if isinstance(op, Write):
        end = op.offset + len(op.data)
        content.extend(bytes(max(0, end - len(content))))
        content[op.offset:end] = op.data
    elif isinstance(op, Resize):
        content.extend(bytes(max(0, op.size - len(content))))
        del content[op.size:]
    elif isinstance(op, Removed):
        del files[op.name]
