"""JSON as the wire allows it: what `json` accepts beyond the standard, or by guessing, is refused.

Refused are NaN and infinities (also as 1e999), a key given twice, NUL and lone surrogates in
strings, nesting deeper than 64, integers beyond 64 bits, a byte order mark, invalid UTF-8.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from .errors import InvalidInput

MAX_DEPTH = 64
MAX_INTEGER = 2**63 - 1
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")


def parse(source: bytes | str) -> Any:
    """The value `source` stands for, or `InvalidInput` with code `invalid_json`."""
    text = _text(source)
    _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise refusal(f"not valid JSON: {error}") from None
    if "\\u" in text:
        _check_strings(value)
    return value


def refusal(message: str) -> InvalidInput:
    """The error for text that is not acceptable JSON."""
    error = InvalidInput(message)
    error.code = "invalid_json"
    return error


def _text(source: bytes | str) -> str:
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8")
        except UnicodeDecodeError as error:
            raise refusal(f"not valid UTF-8 at byte {error.start}") from None
    if source.startswith("\ufeff"):
        raise refusal("starts with a byte order mark; send plain UTF-8")
    if _BAD_TEXT.search(source):
        raise refusal("holds a NUL or a lone surrogate")
    if not source.strip():
        raise refusal("empty; a JSON value is needed")
    return source


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKETS.finditer(text):
        mark = found.group()
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise refusal(f"nested deeper than {MAX_DEPTH}")
        elif mark in "]}":
            depth -= 1


def _check_strings(value: Any) -> None:
    if isinstance(value, str):
        if _BAD_TEXT.search(value):
            raise refusal("a string holds a NUL or a lone surrogate")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_strings(key)
            _check_strings(item)
    elif isinstance(value, list):
        for item in value:
            _check_strings(item)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise refusal(f"the key {twice[:80]!r} is given twice")
    return found


def _constant(name: str) -> NoReturn:
    raise refusal(f"{name} is not a JSON number")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise refusal(f"the number {text[:40]} is too large")
    return value


def _int(text: str) -> int:
    if len(text) > 20 or abs(int(text)) > MAX_INTEGER:
        raise refusal(f"the integer {text[:40]} is beyond 64 bits")
    return int(text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int)
