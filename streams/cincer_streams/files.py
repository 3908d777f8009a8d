"""Opening what somebody named: regular files only, inside the root, unchanged while read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cincer.errors import InvalidInput

MAX_LINE = 1_048_576
"""Bytes of a line of text at most."""
_FLAGS = (os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
          | getattr(os, "O_BINARY", 0))


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file looked like when it was first met."""

    inode: int
    size: int
    modified: int


def checked(path: Path, root: Path | None = None) -> Path:
    """`path` if it is a regular file or a folder, no link, and inside `root` where one is given.
    """
    try:
        mode = path.lstat().st_mode
    except (OSError, ValueError) as error:
        raise InvalidInput(f"cannot open {str(path)!r}: {error}", field="path") from None
    if stat.S_ISLNK(mode):
        raise InvalidInput(f"{path} is a symbolic link; name the file itself", field="path")
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InvalidInput(f"{path} is neither a file nor a folder", field="path")
    if root is not None and not path.resolve().is_relative_to(root.resolve()):
        raise InvalidInput(f"{path} is outside {root}", field="path")
    return path


@contextmanager
def opened(path: Path, stamp: Stamp | None = None) -> Iterator[BinaryIO]:
    """The regular file `path` for reading; raises `InvalidInput` if it is empty, is not as
    `stamp` says, or changes before the block ends."""
    try:
        handle = os.open(path, _FLAGS)
    except OSError as error:
        raise InvalidInput(f"cannot open {str(path)!r}: {error.strerror}", field="path") from None
    with os.fdopen(handle, "rb") as file:
        before = _stamp(os.fstat(handle), path)
        _same(path, stamp or before, before)
        yield file
        _same(path, before, _stamp(os.fstat(handle), path))


def stamp_of(path: Path) -> Stamp:
    """The file's stamp now."""
    with opened(path) as file:
        return _stamp(os.fstat(file.fileno()), path)


class BadLine(ValueError):
    """A line that is no text; the next one may be."""


class Lines:
    """The lines of a UTF-8 file as text. A bad one raises `BadLine` once and is passed over.

    `number` is the line last read, from 1.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self.number = 0
        start = file.read(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise InvalidInput(f"{path} is UTF-16 or UTF-32; UTF-8 is wanted", field="path")
        file.seek(3 if start[:3] == b"\xef\xbb\xbf" else 0)

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(MAX_LINE + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        if len(raw) > MAX_LINE:
            self._skip_rest(raw)
            raise BadLine(f"line is longer than {MAX_LINE} bytes")
        if b"\0" in raw:
            raise BadLine("line holds a NUL byte")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadLine(f"line is not UTF-8: {error.reason} at byte {error.start}") from None

    def _skip_rest(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self._file.readline(MAX_LINE)


def _stamp(found: os.stat_result, path: Path) -> Stamp:
    if not stat.S_ISREG(found.st_mode):
        raise InvalidInput(f"{path} is not a regular file", field="path")
    if found.st_size == 0:
        raise InvalidInput(f"{path} is empty", field="path")
    return Stamp(found.st_ino, found.st_size, found.st_mtime_ns)


def _same(path: Path, before: Stamp, now: Stamp) -> None:
    if before != now:
        raise InvalidInput(f"{path} changed while it was read; try again", field="path")
