"""Sending batches over HTTP: retries, what has been acknowledged, the progress bar.

What was acknowledged is noted in the user's state folder, by file and server; a changed file
begins again (ids make that harmless).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from ..errors import CincerError, InvalidInput, Unavailable

ATTEMPTS = 8
SHOWN_REASONS = 5


@dataclass
class Total:
    """What became of the rows sent; `reasons` of the first few that were rejected."""

    stored: int = 0
    duplicate: int = 0
    rejected: int = 0
    resumed_at: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, answer: dict[str, Any]) -> None:
        self.stored += answer["stored"]
        self.duplicate += answer["duplicate"]
        self.rejected += answer["rejected"]
        for item in answer["items"]:
            if item["answer"] == "rejected":
                self.note(f"{item['id']}: {item['error']}")

    def note(self, reason: str) -> None:
        if len(self.reasons) < SHOWN_REASONS:
            self.reasons.append(reason)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def sentence(self) -> str:
        parts = [f"{self.stored:,} stored", f"{self.duplicate:,} already there",
                 f"{self.rejected:,} rejected"]
        if self.resumed_at:
            parts.append(f"went on at row {self.resumed_at:,}")
        return "; ".join(parts) + "".join(f"\n  {reason}" for reason in self.reasons)


class Pusher:
    """Sends arrivals to `url` in batches of `batch`; waits and tries again when it is busy."""

    def __init__(self, url: str, token: str | None, batch: int) -> None:
        if not url.startswith(("http://", "https://")):
            raise InvalidInput(f"the server's URL begins with http:// or https://, not {url!r}")
        self.url = url.rstrip("/")
        self.token = token
        self.batch = batch

    def send(self, file: Path, source: Any, progress: Progress, restart: bool = False) -> Total:
        """All rows of `source`, after those noted as acknowledged for this file and server."""
        note = Bookmark(file, self.url)
        start = 0 if restart else note.read()
        total = Total(resumed_at=start)
        progress.advance(start)
        arrivals = itertools.islice(iter(source.arrivals), start, None)
        done = start
        for rows in _batches(arrivals, self.batch):
            total.add(self._post(rows))
            done += len(rows)
            note.write(done)
            progress.advance(len(rows))
        for bad in source.bad:
            total.rejected += 1
            total.note(f"{file.name} line {bad.number}: {bad.reason}")
        note.clear()
        return total

    def _post(self, rows: list[Any]) -> dict[str, Any]:
        body = "\n".join(json.dumps(_row(row)) for row in rows).encode()
        for attempt in itertools.count(1):
            try:
                return self._request(body)
            except _Again as again:
                if attempt >= ATTEMPTS:
                    raise Unavailable(f"{self.url} did not answer: {again}") from None
                time.sleep(min(again.after or 0.2 * 2**attempt, 10.0))
        raise AssertionError

    def _request(self, body: bytes) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/api/v1/examples", data=body, method="POST",
            headers={"Content-Type": "application/x-ndjson", **self._authorization()})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            raise _read_error(error) from None
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            raise _Again(str(getattr(error, "reason", error))) from None

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


class Bookmark:
    """How many rows of a file a server has acknowledged."""

    def __init__(self, file: Path, url: str) -> None:
        stat = file.stat()
        name = f"{file.resolve()}\n{stat.st_size}\n{stat.st_mtime_ns}\n{url}"
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        self.path = home / "cincer" / "push" / hashlib.sha256(name.encode()).hexdigest()[:24]

    def read(self) -> int:
        try:
            return int(self.path.read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def write(self, rows: int) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(str(rows))
        fresh.replace(self.path)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)


class Progress:
    """A progress bar on stderr; nothing when quiet."""

    def __init__(self, total: int | None, quiet: bool) -> None:
        self._bar: Any = None
        if not quiet:
            self._bar = click.progressbar(length=total or 0, label="sending", file=None)

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, value, trace)

    def advance(self, rows: int) -> None:
        if self._bar is not None and rows:
            self._bar.update(rows)


class _Again(Exception):
    """Worth another try, after so many seconds if the server said."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


def _read_error(error: urllib.error.HTTPError) -> Exception:
    try:
        told = json.load(error)
        text = str(told["error"])
    except (ValueError, KeyError, TypeError):
        text = f"HTTP {error.code}"
    if error.code in (429, 502, 503, 504):
        after = error.headers.get("Retry-After")
        return _Again(text, float(after) if after and after.isdigit() else None)
    kind = InvalidInput if error.code in (400, 401, 403, 413) else CincerError
    return kind(f"the server refused: {text}")


def _batches(arrivals: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rows = iter(arrivals)
    while batch := list(itertools.islice(rows, size)):
        yield batch


def _row(arrival: Any) -> dict[str, Any]:
    row = {"id": arrival.id, "content": arrival.content, "label": arrival.label}
    if arrival.at is not None:
        row["at"] = arrival.at
    if arrival.meta:
        row["meta"] = arrival.meta
    return row
