"""The examples' numbers as one append-only matrix in a memory-mapped file, row = position.

The session's process appends; the compute processes map the same file read-only and look again
with `refresh`, so nothing big crosses a pipe. It is a cache: whatever is missing or damaged is
made again from the payloads (`FeatureMatrix.ensure`). The ledger commits first, the matrix follows.

    bytes 0-7    magic        8-11   version      12-15  width
          16-23  rows         24-27  CRC-32 of the rows  32-63  stamp: what the numbers mean
          64-    rows, float32, little endian
A row counts once `rows` says so; that word is written last.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import Closed, Conflict, Corrupt, InvalidInput, NotFound

MAGIC = b"CINCERFM"
VERSION = 1
HEADER = 64
GROW_ROWS = 1024
STAMP = 32

_FIXED = struct.Struct("<8sII")
_CHECK = 1 << 24


class FeatureMatrix:
    """(N, width) float32, N growing. One writer; readers see the rows there were at the last
    `refresh`. Rows that were read are copies."""

    def __init__(self, path: Path, width: int, *, writable: bool) -> None:
        self.path, self.width, self.writable = path, width, writable
        self._file = path.open("rb+" if writable else "rb")
        self._map: mmap.mmap | None = None
        self._rows = self._capacity = 0
        self._remap()

    @classmethod
    def create(cls, path: str | Path, width: int, stamp: bytes = b"") -> Self:
        """A new, empty matrix, open for writing; what was at `path` is replaced."""
        if width < 1 or len(stamp) > STAMP:
            raise InvalidInput(f"width must be at least 1 and the stamp at most {STAMP} bytes")
        path = Path(path)
        partial = path.with_name(path.name + ".partial")
        head = _FIXED.pack(MAGIC, VERSION, width) + bytes(16) + stamp.ljust(STAMP, b"\0")
        partial.write_bytes(head)
        os.replace(partial, path)
        return cls(path, width, writable=True)

    @classmethod
    def open(
        cls, path: str | Path, width: int, *, writable: bool = False, stamp: bytes = b""
    ) -> Self:
        """The matrix at `path`. `NotFound` if there is none; `Corrupt` if it is short, has another
        width or stamp, or (for a writer, which reads it all once) another checksum."""
        path = Path(path)
        try:
            with path.open("rb") as file:
                _check_header(path, file.read(HEADER), width, stamp)
            matrix = cls(path, width, writable=writable)
        except FileNotFoundError as error:
            raise NotFound(f"no feature matrix at {path}", path=str(path)) from error
        if writable and matrix._checksum(len(matrix)) != matrix._crc[0]:
            matrix.close()
            raise Corrupt(f"{path}: the rows do not match their checksum", path=str(path))
        return matrix

    @classmethod
    def ensure(
        cls, path: str | Path, width: int, count: int,
        make: Callable[[int], Iterable[ArrayLike]], stamp: bytes = b"",
    ) -> Self:
        """The matrix with exactly `count` rows, open for writing. `make(start)` gives the rows
        from position `start` on, in pieces of (n, width); only what is missing is asked for."""
        try:
            matrix = cls.open(path, width, writable=True, stamp=stamp)
        except (NotFound, Corrupt):
            matrix = cls.create(path, width, stamp)
        matrix.truncate(count)
        if len(matrix) < count:
            for piece in make(len(matrix)):
                matrix.append(piece)
        if len(matrix) != count:
            found = len(matrix)
            matrix.close()
            raise Corrupt(f"{path}: {found} rows were made where there are {count} examples")
        return matrix

    def __len__(self) -> int:
        return self._rows

    def append(self, rows: ArrayLike) -> int:
        """Add (n, width) rows, or one of (width,); the position of the first."""
        new = np.ascontiguousarray(rows, dtype="<f4")
        new = new[None] if new.ndim == 1 else new
        if new.ndim != 2 or new.shape[1] != self.width:
            raise InvalidInput(f"rows must have {self.width} columns, not shape {new.shape}")
        if not self.writable:
            raise Conflict("this feature matrix is open read-only", path=str(self.path))
        start, end = self._rows, self._rows + len(new)
        self._reserve(end)
        self._matrix[start:end] = new
        self._crc[0] = zlib.crc32(new.data, int(self._crc[0]))
        self._count[0] = end
        self._rows = end
        return start

    def rows(self, positions: ArrayLike) -> NDArray[np.float32]:
        """(n,) positions to (n, width); an unknown position raises `NotFound`."""
        wanted = np.asarray(positions, dtype=np.int64)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= self._rows):
            raise NotFound(f"positions must be in 0 to {self._rows - 1}", rows=self._rows)
        found: NDArray[np.float32] = self._view()[wanted]
        return found

    def refresh(self) -> int:
        """See what the writer has added since; the number of rows."""
        self._view()
        if int(self._count[0]) > self._capacity:
            self._remap()
        self._rows = int(self._count[0])
        return self._rows

    def truncate(self, rows: int) -> None:
        """Forget the rows from number `rows` on."""
        if rows < self._rows:
            self._crc[0] = self._checksum(rows)
            self._count[0] = rows
            self._rows = rows

    def flush(self) -> None:
        """Ask the system to write the pages to the disk."""
        if self._map is not None and self.writable:
            self._map.flush()

    def close(self) -> None:
        """Unmap the file; may be called again."""
        self._unmap()
        self._file.close()

    def _view(self) -> NDArray[np.float32]:
        if self._map is None:
            raise Closed("the feature matrix is closed", path=str(self.path))
        return self._matrix

    def _reserve(self, rows: int) -> None:
        self._view()
        if rows <= self._capacity:
            return
        capacity = max(rows, self._capacity + self._capacity // 4, self._capacity + GROW_ROWS)
        self._unmap()
        self._file.truncate(HEADER + capacity * self.width * 4)
        self._remap()

    def _remap(self) -> None:
        self._unmap()
        access = mmap.ACCESS_WRITE if self.writable else mmap.ACCESS_READ
        self._map = mmap.mmap(self._file.fileno(), 0, access=access)
        self._capacity = (len(self._map) - HEADER) // (4 * self.width)
        self._count = np.frombuffer(self._map, "<u8", 1, 16)
        self._crc = np.frombuffer(self._map, "<u4", 1, 24)
        self._matrix = np.frombuffer(
            self._map, "<f4", self._capacity * self.width, HEADER).reshape(-1, self.width)
        self._rows = int(self._count[0])

    def _unmap(self) -> None:
        """Drop our views first; a view somebody else still holds keeps the old map alive."""
        mapped, self._map = self._map, None
        if mapped is None:
            return
        del self._count, self._crc, self._matrix
        try:
            mapped.close()
        except BufferError:
            return

    def _checksum(self, rows: int) -> int:
        data = self._view()[:rows].data.cast("B") if rows else memoryview(b"")
        crc = 0
        for start in range(0, len(data), _CHECK):
            crc = zlib.crc32(data[start:start + _CHECK], crc)
        return crc


def _check_header(path: Path, head: bytes, width: int, stamp: bytes) -> None:
    """`Corrupt` unless the header is this program's, of this width and stamp, and the file as
    long as it says."""
    if len(head) < HEADER or head[:8] != MAGIC:
        raise Corrupt(f"{path} is not a feature matrix", path=str(path))
    _, version, found = _FIXED.unpack_from(head)
    if (version, found) != (VERSION, width):
        raise Corrupt(f"{path} has version {version} and width {found}, not {VERSION} and {width}")
    if head[32:] != stamp.ljust(STAMP, b"\0"):
        raise Corrupt(f"{path} was made with another encoding of the examples")
    (rows,) = struct.unpack_from("<Q", head, 16)
    if path.stat().st_size < HEADER + rows * width * 4:
        raise Corrupt(f"{path} is shorter than its {rows} rows", path=str(path))
