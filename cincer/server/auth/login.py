"""Browsers log in by a link with a code: good once, for 60 seconds, exchanged for a cookie.

`Codes` keeps the codes (in memory: they are short-lived); `exchange` makes the cookie's token.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from ...errors import Unauthenticated
from ...types import Seconds
from .tokens import Token, Tokens

LIFETIME = 60.0
COOKIE_LIFETIME = 30 * 86400.0


class Codes:
    """Single-use codes. `clock` gives seconds since the epoch."""

    def __init__(self, tokens: Tokens, clock: Callable[[], Seconds] = time.time) -> None:
        self._tokens = tokens
        self._clock = clock
        self._guard = threading.Lock()
        self._codes: dict[str, tuple[str, Seconds]] = {}

    def issue(self, token_id: str) -> tuple[str, Seconds]:
        """A code that logs in as this token, and when it ends."""
        code, ends = secrets.token_urlsafe(24), self._clock() + LIFETIME
        with self._guard:
            now = self._clock()
            self._codes = {k: v for k, v in self._codes.items() if v[1] > now}
            self._codes[_key(code)] = (token_id, ends)
        return code, ends

    def exchange(self, code: str) -> tuple[Token, str]:
        """The browser's own token and its secret, for the cookie; raises `Unauthenticated`."""
        with self._guard:
            token_id, ends = self._codes.pop(_key(code), ("", 0.0))
        if ends <= self._clock() or not self._tokens.alive(token_id):
            raise Unauthenticated("this link was used before or is older than 60 s; make a new one")
        parent = self._tokens.get(token_id)
        root = parent.parent or parent.id
        return self._tokens.create(
            parent.name, parent.roles, parent.project, COOKIE_LIFETIME, parent=root)


def cookie_name(folder: Path) -> str:
    """Name of the cookie of the server with this data folder: servers on one host (cookies know
    no ports) do not log each other out."""
    return "cincer_" + sha256(str(folder.resolve()).encode()).hexdigest()[:10]


def _key(code: str) -> str:
    return sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
