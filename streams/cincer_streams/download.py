"""Files from a data set's own home: whole, with the right checksum, or not at all.

`fetch` is the one function that uses the network. What it puts into the cache is checked again
whenever it is read.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from cincer.durable import place
from cincer.errors import CincerError, InvalidInput

MAX_FILE = 64 << 20
"""Bytes of a file at most."""
TIMEOUT = 20.0
"""Seconds without a byte after which a home is given up."""
_CHUNK = 1 << 16

Progress = Callable[[str, int, int | None], None]
"""Called with the address, the bytes so far, and how many there will be (None = not said)."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at its home. `sha256` is that of `of(content)`; `of` is the content itself unless the
    same values are published in several spellings."""

    file: str
    url: str
    sha256: str
    of: Callable[[bytes], bytes] = bytes

    def right(self, content: bytes) -> bool:
        """Whether `content` is this file's."""
        try:
            return hashlib.sha256(self.of(content)).hexdigest() == self.sha256
        except InvalidInput:
            return False


class NotFetched(CincerError, OSError):
    """A download that did not come, or did not come as it should."""

    code = "not_fetched"
    status = 503


def cache_folder() -> Path:
    """`CINCER_CACHE`, or the platform's folder for what can be made again."""
    if named := os.environ.get("CINCER_CACHE"):
        return Path(named)
    home = Path.home()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
        return Path(local) / "cincer" / "cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "cincer"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "cincer"


def fetch(remote: Remote, folder: Path, progress: Progress) -> bytes:
    """The file's content, downloaded and put into `folder` under its name. Raises `NotFetched`."""
    content = _read(remote.url, progress)
    if not remote.right(content):
        raise NotFetched(f"{remote.url} sent {len(content)} bytes with another checksum than "
                         "expected; nothing was kept")
    try:
        _put(content, folder / remote.file)
    except OSError as error:
        raise NotFetched(f"cannot write {folder / remote.file}: {error.strerror}") from None
    return content


def shown(url: str, done: int, total: int | None) -> None:
    """Progress as one line on standard error; redrawn on a terminal, else said once."""
    if sys.stderr.isatty():
        share = f"{done / total:4.0%}" if total else f"{done / 1e6:.1f} MB"
        end = "\n" if done == total else ""
        print(f"\rdownloading {url} {share}", end=end, file=sys.stderr, flush=True)
    elif done == 0:
        print(f"downloading {url}", file=sys.stderr, flush=True)


def _read(url: str, progress: Progress) -> bytes:
    request = urllib.request.Request(url, headers={"User-Agent": "cincer"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return _whole(url, response, progress)
    except urllib.error.HTTPError as error:
        with error:
            raise NotFetched(f"{url} answered {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise NotFetched(f"{url} cannot be reached: {error.reason}") from None
    except (OSError, HTTPException) as error:
        raise NotFetched(f"{url} broke off: {error or type(error).__name__}") from None


def _whole(url: str, response: Any, progress: Progress) -> bytes:
    said = response.headers.get("Content-Length", "")
    total = int(said) if said.isdigit() else None
    content = bytearray()
    progress(url, 0, total)
    while chunk := response.read(_CHUNK):
        content += chunk
        if len(content) > MAX_FILE:
            raise NotFetched(f"{url} sends more than {MAX_FILE} bytes; nothing was kept")
        progress(url, len(content), total)
    if total is not None and len(content) < total:
        raise NotFetched(f"{url} broke off after {len(content)} of {total} bytes")
    return bytes(content)


def _put(content: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        place(partial, target)
    finally:
        partial.unlink(missing_ok=True)
