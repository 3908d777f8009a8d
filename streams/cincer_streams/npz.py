"""NPZ archives from strangers: sizes are checked before anything is inflated, never a pickle."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from cincer.errors import InvalidInput

from .files import Stamp, opened

MAX_TOTAL = 2 << 30
"""Bytes of all arrays together at most."""
FREE_TOTAL, MAX_RATIO = 64 << 20, 200
"""Above the first, an archive may inflate to this many times its size at most."""
MAX_MEMBERS = 64
_HEADERS: dict[tuple[int, int], Callable[[IO[bytes]], Any]] = {
    (1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0,
}


def read_arrays(path: Path, stamp: Stamp | None = None) -> dict[str, NDArray[Any]]:
    """The arrays of the archive by name, in native byte order and C order.

    Numbers, truth values and fixed-width text only. Raises `InvalidInput` on anything else, on
    headers that do not match their data, and on archives that inflate out of proportion.
    """
    try:
        with opened(path, stamp) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_sizes(path, members, path.stat().st_size)
            return {m.filename[:-4]: _read(archive, m) for m in members}
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError,
            RuntimeError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"{path} is not a readable npz file: {error}", field="path") from None


def _check_sizes(path: Path, members: list[zipfile.ZipInfo], packed: int) -> None:
    names = [m.filename for m in members]
    bad = next((n for n in names if not n.endswith(".npy") or set(n) & set("/\\:") or ".." in n),
               None)
    if bad is not None:
        raise InvalidInput(f"{path} holds {bad[:80]!r}; only plain .npy members are read",
                           field="path")
    if not 1 <= len(names) <= MAX_MEMBERS or len(set(names)) < len(names):
        raise InvalidInput(f"{path} must hold 1 to {MAX_MEMBERS} arrays with distinct names",
                           field="path")
    total = sum(m.file_size for m in members)
    if total > MAX_TOTAL or (total > FREE_TOTAL and total > MAX_RATIO * packed):
        raise InvalidInput(
            f"{path} would inflate from {packed} to {total} bytes; at most {MAX_TOTAL}, and "
            f"{MAX_RATIO} times its size above {FREE_TOTAL}", field="path")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    name = member.filename[:-4]
    with archive.open(member) as stream:
        shape, fortran, dtype = _header(stream, name)
        if dtype.kind not in "biufU":
            raise InvalidInput(f"array {name!r} holds {dtype}; numbers or text are wanted",
                               field=name)
        count = int(np.prod([int(n) for n in shape], dtype=object)) if shape else 1
        body = member.file_size - stream.tell()
        if min(shape, default=0) < 0 or count * dtype.itemsize != body:
            raise InvalidInput(f"array {name!r} says {shape} of {dtype} and has {body} bytes",
                               field=name)
        data = stream.read(body)
        if len(data) != body:
            raise InvalidInput(f"array {name!r} ends early", field=name)
    flat: NDArray[Any] = np.frombuffer(data, dtype=dtype)
    return np.ascontiguousarray(flat.reshape(shape, order="F" if fortran else "C"),
                                dtype=dtype.newbyteorder("="))


def _header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(stream)
    if version not in _HEADERS:
        raise InvalidInput(f"array {name!r} has format version {version}; 1.0 or 2.0 is wanted",
                           field=name)
    found: tuple[tuple[int, ...], bool, np.dtype[Any]] = _HEADERS[version](stream)
    return found
