"""Tokens: 256 random bits, shown once, kept as SHA-256 in `tokens.json` of the data folder.

The file is replaced as a whole under a lock and read again when it changed, so `cincer token`
works beside a running server. A browser's cookie is such a token too, made at login as the child
of the one that asked for the link: revoking the parent revokes it.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ...durable import place
from ...errors import InvalidInput, NotFound, Unauthenticated, UnknownName
from ...types import Seconds
from .locked import locked

ROLES = ("admin", "curator", "annotator", "platform", "source", "reader")
PREFIX = "cincer_"
FILE = "tokens.json"
_KEEP_DEAD = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Token:
    """One token without its secret. `name` is the annotator's or source's; `expires` None = never;
    `parent` is the token whose link a browser logged in with."""

    id: str
    name: str
    roles: tuple[str, ...]
    project: str
    created: Seconds
    expires: Seconds | None
    digest: str
    parent: str | None = None
    revoked: Seconds | None = None


class Tokens:
    """The tokens of one data folder. Safe to share between threads and processes."""

    def __init__(self, folder: Path, clock: Callable[[], Seconds] = time.time) -> None:
        self.path = folder / FILE
        self._clock = clock
        self._guard = threading.RLock()
        self._stamp: tuple[int, int] | None = None
        self._tokens: dict[str, Token] = {}
        self._by_digest: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._refresh()

    def create(
        self, name: str, roles: Iterable[str], project: str = "default",
        lifetime: Seconds | None = None, parent: str | None = None,
    ) -> tuple[Token, str]:
        """A new token and its secret, which is never shown again. `lifetime` None = no expiry."""
        secret = PREFIX + secrets.token_urlsafe(32)
        now = self._clock()
        token = Token(
            id=secrets.token_hex(6), name=_checked_name(name), roles=_checked_roles(roles),
            project=project, created=now, expires=None if lifetime is None else now + lifetime,
            digest=_digest(secret), parent=parent)
        self._change(lambda tokens: tokens | {token.id: token})
        return token, secret

    def check(self, secret: str) -> Token:
        """The token of which this is the secret; raises `Unauthenticated`."""
        self._refresh()
        with self._guard:
            token = self._tokens.get(self._by_digest.get(_digest(secret), ""))
        if token is None or not self._alive(token):
            raise Unauthenticated("the token is unknown, expired or revoked; ask for a new one")
        return token

    def alive(self, id: str) -> bool:
        """Whether this token still stands."""
        self._refresh()
        with self._guard:
            token = self._tokens.get(id)
            return token is not None and self._alive(token)

    def dead(self, ids: Iterable[str]) -> set[str]:
        """Which of these tokens do not stand any more."""
        self._refresh()
        with self._guard:
            return {id for id in ids
                    if id not in self._tokens or not self._alive(self._tokens[id])}

    def get(self, id: str) -> Token:
        """The token with this id, dead or alive; raises `NotFound`."""
        self._refresh()
        with self._guard:
            if id not in self._tokens:
                raise NotFound(f"no token with the id {id!r}")
            return self._tokens[id]

    def revoke(self, which: str) -> list[Token]:
        """End the token with this id, or all tokens of this name; raises `NotFound`."""
        now, ended = self._clock(), list[Token]()

        def change(tokens: dict[str, Token]) -> dict[str, Token]:
            ended.extend(t for t in tokens.values() if which in (t.id, t.name) and not t.revoked)
            return tokens | {t.id: replace(t, revoked=now) for t in ended}

        self._change(change)
        if not ended:
            raise NotFound(f"no token with the id or name {which!r}")
        return ended

    def all(self) -> list[Token]:
        """Every token, oldest first, with browsers' logins."""
        self._refresh()
        with self._guard:
            return sorted(self._tokens.values(), key=lambda token: token.created)

    def _alive(self, token: Token) -> bool:
        if token.revoked is not None or (token.expires or float("inf")) <= self._clock():
            return False
        if token.parent is None:
            return True
        parent = self._tokens.get(token.parent)
        return parent is not None and self._alive(parent)

    def _change(self, change: Callable[[dict[str, Token]], dict[str, Token]]) -> None:
        with self._guard, locked(self.path.with_suffix(".lock")):
            self._refresh()
            self._write(self._without_old(change(dict(self._tokens))))
            self._stamp = None
            self._refresh()

    def _without_old(self, tokens: dict[str, Token]) -> dict[str, Token]:
        limit = self._clock() - _KEEP_DEAD
        return {id: t for id, t in tokens.items() if not (
            t.parent and min(t.revoked or t.created, t.expires or t.created) < limit
            and not self._alive(t))}

    def _refresh(self) -> None:
        stamp = _stamp(self.path)
        with self._guard:
            if stamp != self._stamp:
                self._tokens = {t.id: t for t in _read(self.path)} if stamp else {}
                self._by_digest = {t.digest: t.id for t in self._tokens.values()}
                self._stamp = stamp

    def _write(self, tokens: dict[str, Token]) -> None:
        text = json.dumps({"version": 1, "tokens": [asdict(t) for t in tokens.values()]}, indent=1)
        part = self.path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}.part")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        place(part, self.path)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def _read(path: Path) -> list[Token]:
    if sys.platform != "win32" and path.stat().st_mode & 0o077:
        raise InvalidInput(f"{path} can be read by others; run: chmod 600 {path}")
    known = {f.name for f in fields(Token)}
    try:
        entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["tokens"]
        return [Token(**{k: v for k, v in entry.items() if k in known} |
                      {"roles": tuple(entry["roles"])}) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{path} is not a file of tokens: {error}") from None


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _checked_name(name: str) -> str:
    if not 1 <= len(name) <= 100 or not name.isprintable() or name != name.strip():
        raise InvalidInput(f"a name has 1 to 100 printable characters, not {name[:100]!r}")
    return name


def _checked_roles(roles: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(roles))
    for role in found:
        if role not in ROLES:
            raise UnknownName("role", role, ROLES)
    if not found:
        raise InvalidInput(f"a token needs at least one role of {', '.join(ROLES)}")
    return found
