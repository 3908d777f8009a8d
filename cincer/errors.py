"""One tree of errors: whatever goes wrong says what was wrong and what would be right.

Every error carries a `code` (stable, for machines), an HTTP `status`, and its data as attributes.
Each is also the built-in type a caller of a library would expect to catch.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class CincerError(Exception):
    """Base of every error this package raises on purpose."""

    code = "error"
    status = 500

    def __init__(self, message: str, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.data = data

    def __str__(self) -> str:
        return self.message


class InvalidInput(CincerError, ValueError):
    """Something brought from outside has the wrong form or value."""

    code = "invalid"
    status = 400


class UnknownName(InvalidInput, LookupError):
    """A name that is not in a table of strategies, models, classes or settings."""

    code = "unknown_name"

    def __init__(self, kind: str, name: str, valid: Iterable[str]) -> None:
        names = sorted(valid)
        close = get_close_matches(name, names, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        super().__init__(
            f"unknown {kind} {name!r}{hint} (valid: {', '.join(names)})",
            kind=kind, name=name, valid=names,
        )


class NotFound(CincerError, LookupError):
    """No such thing, or none that this caller may see."""

    code = "not_found"
    status = 404


class Conflict(CincerError, RuntimeError):
    """The request contradicts what is already recorded (same key, another payload)."""

    code = "conflict"
    status = 409


class Stale(Conflict):
    """The lease ended, or the query was closed, before this arrived."""

    code = "stale"


class Unauthenticated(CincerError, PermissionError):
    """No token, or one that is not valid."""

    code = "unauthenticated"
    status = 401


class Forbidden(CincerError, PermissionError):
    """The token's roles do not allow this."""

    code = "forbidden"
    status = 403


class Busy(CincerError, RuntimeError):
    """A bounded queue is full; try again after `retry_after` seconds."""

    code = "busy"
    status = 429


class Unavailable(CincerError, RuntimeError):
    """A part that is needed is down for the moment; what was acknowledged is kept."""

    code = "unavailable"
    status = 503


class Closed(Unavailable):
    """The object was closed; it takes nothing more."""

    code = "closed"


class Corrupt(CincerError, RuntimeError):
    """Stored data does not match its hash, or a refold does not give what is stored."""

    code = "corrupt"
