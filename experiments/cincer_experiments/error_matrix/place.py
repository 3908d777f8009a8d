"""A running server as its page sees it: HTTP, JSON, a token. Nothing here knows the truth."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from cincer.errors import Unavailable
from cincer.schema import Schema

BATCH = 2000
PATIENCE = 3600.0


class Place(Protocol):
    """What the curator may ask of a server."""

    def get(self, path: str) -> Any: ...
    def post(self, path: str, body: dict[str, Any]) -> Any: ...


class Server:
    """One server over HTTP. Errors of requests are `Unavailable` with what it said."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url.rstrip("/") + "/api/v1", token

    def get(self, path: str) -> Any:
        return json.loads(self.text(path))

    def text(self, path: str) -> str:
        """An answer as it is."""
        return self._ask("GET", path, None, "application/json")

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return json.loads(self._ask("POST", path, json.dumps(body).encode(), "application/json"))

    def push(self, rows: Iterable[dict[str, Any]], told: Callable[[int], None]) -> int:
        """Sends examples, NDJSON in batches; how many there were."""
        sent = 0
        for batch in _batches(rows, BATCH):
            self._batch(batch)
            sent += len(batch)
            told(sent)
        return sent

    def _batch(self, rows: list[dict[str, Any]]) -> None:
        body = "\n".join(map(json.dumps, rows)).encode()
        for _ in range(1000):
            try:
                answer = json.loads(self._ask("POST", "/examples", body, "application/x-ndjson"))
            except Busy as busy:
                time.sleep(busy.after)
                continue
            if answer["rejected"]:
                raise Unavailable(f"the server refused {answer['rejected']} examples")
            return
        raise Unavailable("the server is busy for ever")

    def _ask(self, method: str, path: str, body: bytes | None, kind: str) -> str:
        request = urllib.request.Request(
            self._url + path, data=body, method=method,
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": kind})
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return str(answer.read(), "utf-8")
        except urllib.error.HTTPError as error:
            said = json.loads(error.read() or b"{}")
            if error.code in (429, 503):
                raise Busy(said.get("retry_after") or 0.2) from None
            raise Unavailable(f"{method} {path}: {said.get('error', error.code)}") from None
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise Unavailable(f"{method} {path}: {error}") from None


class Busy(Unavailable):
    """The server asks for patience: `after` seconds."""

    def __init__(self, after: float) -> None:
        super().__init__(f"busy; again in {after} s")
        self.after = after


def key() -> str:
    """A fresh idempotency key."""
    return uuid.uuid4().hex


def segment(label: str) -> str:
    """A class name as a value in an address."""
    return quote(label, safe="")


@contextmanager
def serving(schema: Schema, settings: Sequence[str]) -> Iterator[Server]:
    """A server of its own (`cincer serve`) with a token that may push and curate, ended on leaving.
    `settings`: command line flags."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        data.mkdir()
        (Path(scratch) / "schema.json").write_text(schema.to_json(), encoding="utf-8")
        token = _output("token", "create", "bot", "--role", "curator", "--role", "source",
                        "--role", "admin", "--data-dir", str(data)).strip()
        words = ["serve", "--schema", str(Path(scratch) / "schema.json"), "--data-dir", str(data),
                 "--port", "0", "--no-browser", *settings]
        log = (Path(scratch) / "log").open("w+", encoding="utf-8")
        process = subprocess.Popen([sys.executable, "-m", "cincer", *words],
                                   stdout=log, stderr=subprocess.STDOUT)
        try:
            yield Server(_address(Path(log.name), process), token)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
            log.close()


def _output(*words: str) -> str:
    return subprocess.run([sys.executable, "-m", "cincer", *words], check=True, text=True,
                          capture_output=True).stdout


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    """Waits for the line with the link."""
    for _ in range(600):
        said = log.read_text(encoding="utf-8")
        if found := re.search(r"(http://\S+?)/login", said):
            return found[1]
        if process.poll() is not None:
            raise Unavailable(f"the server did not start: {said[-500:]}")
        time.sleep(0.1)
    raise Unavailable("the server did not start in a minute")


def _batches(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    source = iter(rows)
    while batch := list(itertools.islice(source, size)):
        yield batch


def until(
    ask: Callable[[], Any], done: Callable[[Any], bool], pause: float = 0.5, *,
    patience: float | None = None,
) -> Any:
    """Asks until it is done; with `patience` (seconds) what there is then, without it
    `Unavailable` after an hour."""
    end = time.monotonic() + (PATIENCE if patience is None else patience)
    while not done(found := ask()):
        if time.monotonic() > end and patience is None:
            raise Unavailable("what was waited for did not come in an hour")
        if time.monotonic() > end:
            break
        time.sleep(pause)
    return found
