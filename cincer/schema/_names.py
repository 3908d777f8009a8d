"""Names from outside (classes, columns, ids): what is allowed, and when two are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from ..errors import InvalidInput

MAX_NAME = 200
_FORBIDDEN = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check_name(name: object, field: str) -> str:
    """`name` if it is 1 to 200 characters without control, surrogate or direction characters.

    Raises `InvalidInput` that names `field`.
    """
    if not isinstance(name, str):
        raise InvalidInput(f"{field} must be text, not {type(name).__name__}", field=field)
    if not 1 <= len(name) <= MAX_NAME or not name.strip():
        raise InvalidInput(
            f"{field} must have 1 to {MAX_NAME} characters, not all blank; it has {len(name)}",
            field=field)
    bad = None if name.isascii() and name.isprintable() else _first_forbidden(name)
    if bad is not None:
        raise InvalidInput(f"{field} holds the character U+{ord(bad):04X}, which no name may hold",
                           field=field)
    return name


def normalised(name: str) -> str:
    """The form in which two names count as the same: NFKC, case-folded, blanks collapsed."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def check_distinct(names: Iterable[str], field: str) -> None:
    """Raises `InvalidInput` if two `names` are equal after normalisation."""
    seen: dict[str, str] = {}
    for name in names:
        form = normalised(name)
        if form in seen:
            raise InvalidInput(f"{field}: {seen[form]!r} and {name!r} are the same", field=field)
        seen[form] = name


def _first_forbidden(name: str) -> str | None:
    return next(
        (c for c in name if c in _BIDI or unicodedata.category(c) in _FORBIDDEN), None)
