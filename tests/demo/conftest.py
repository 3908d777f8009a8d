"""`cincer demo` and `cincer serve` as a user starts them: the command, its link, Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from typing import Any

import pytest

LINK = re.compile(r"(http://[^/]+)/login\?code=\S+")


class Running:
    """A started command: its link, what it printed, and requests as who logged in by the link."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cincer", *words], stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.printed: list[str] = []
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def _read(self) -> None:
        for line in self.process.stdout:
            self.printed.append(line)
            if LINK.search(line) or line.startswith("Error"):
                self._ready.set()
        self._ready.set()

    @property
    def link(self) -> str:
        self._ready.wait(60)
        return LINK.search("".join(self.printed)).group(0)

    @property
    def url(self) -> str:
        return LINK.search(self.link).group(1)

    def log_in(self) -> None:
        self._open.open(self.link).read()

    def get(self, path: str) -> Any:
        return json.load(self._open.open(f"{self.url}/api/v1/{path}"))

    def interrupt(self) -> int:
        """Ctrl-C; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(30)
        self._reader.join(5)
        self.process.stdout.close()
        return status


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def run(*words: str) -> Running:
        started.append(Running(*words))
        return started[-1]

    yield run
    for each in started:
        each.interrupt()


def until(check: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What `check` gives once it is true; fails after `seconds`."""
    import time

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"still not so after {seconds} s")
