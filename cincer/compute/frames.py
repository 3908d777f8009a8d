"""Frames on a pipe: four bytes of length (big-endian), then that many bytes of JSON.

Both sides use it: the server's client and the processes' host. Whole columns of integers travel
as base64 of little-endian int32 (`pack_ints`), so that 100,000 labels are half a megabyte; columns
of real numbers as float32 (`pack_floats`), NaN among them.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterable
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import Corrupt

Frame: TypeAlias = dict[str, Any]
Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

LARGEST = 1 << 28
"""Bytes of one frame at most; a longer length prefix means that the pipe is out of step."""

_LENGTH = struct.Struct(">I")


def encode(frame: Frame) -> bytes:
    """The frame with its length in front."""
    body = json.dumps(frame, separators=(",", ":")).encode()
    return _LENGTH.pack(len(body)) + body


def read(stream: IO[bytes]) -> Frame | None:
    """The next frame, or None at the end of the pipe (also in the middle of a frame)."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > LARGEST:
        raise Corrupt(f"a frame of {length} bytes on a pipe; at most {LARGEST} are sent")
    body = stream.read(length)
    if len(body) < length:
        return None
    frame: Frame = json.loads(body)
    return frame


def pack_ints(values: Iterable[int] | Ints) -> str:
    """Integers (-2**31 <= v < 2**31) as text for a frame."""
    array = values if isinstance(values, np.ndarray) else np.fromiter(values, dtype=np.int64)
    return base64.b64encode(array.astype("<i4").tobytes()).decode()


def unpack_ints(text: str) -> Ints:
    """What `pack_ints` packed, (N,) int64."""
    return np.frombuffer(base64.b64decode(text), dtype="<i4").astype(np.int64)


def pack_floats(values: Floats) -> str:
    """Real numbers as text for a frame, in float32."""
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def unpack_floats(text: str) -> Floats:
    """What `pack_floats` packed, (N,) float64."""
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float64)
