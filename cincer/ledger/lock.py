"""One writer at a time: a lock file beside the ledger, held by the operating system.

The lock goes with the process, however it ends; the file stays and names the last holder's PID.
The locked byte lies far beyond the text, so that on Windows the PID can be read while it is held.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..errors import Conflict

_FAR = 1 << 30


class WriterLock:
    """Holds `<ledger>.lock` until `release`; a second holder gets `Conflict` with the PID."""

    def __init__(self, ledger: Path) -> None:
        path = ledger.with_name(ledger.name + ".lock")
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._fd)
        except OSError as error:
            holder = _read_pid(self._fd)
            os.close(self._fd)
            raise Conflict(
                f"{ledger} is being written by process {holder}; stop it, or open the ledger "
                "read-only", path=str(ledger), pid=holder,
            ) from error
        os.ftruncate(self._fd, 0)
        os.write(self._fd, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let go; may be called again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _read_pid(fd: int) -> int | None:
    os.lseek(fd, 0, os.SEEK_SET)
    text = os.read(fd, 32).decode("ascii", "replace").strip()
    return int(text) if text.isdigit() else None


if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        os.lseek(fd, _FAR, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        os.lseek(fd, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
