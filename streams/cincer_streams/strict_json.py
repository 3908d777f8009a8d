"""JSON as the standard has it: one value, no NaN, no Infinity, no key twice, text that can be
written as UTF-8."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, NoReturn

from cincer.errors import InvalidInput

MAX_DIGITS = 300


def parse(text: str) -> Any:
    """The value of `text`. Raises `InvalidInput` on whatever the standard, or sense, refuses."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_float, parse_int=_int,
                           object_pairs_hook=_object)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise InvalidInput(f"not JSON: {error.msg} at character {error.pos}") from None
    except RecursionError:
        raise InvalidInput("not JSON that can be read: nested too deeply") from None
    except UnicodeEncodeError:
        raise InvalidInput("text holds half of a surrogate pair") from None
    return value


def _refuse(word: str) -> NoReturn:
    raise InvalidInput(f"{word} is not JSON")


def _float(text: str) -> float:
    if len(text) > MAX_DIGITS or not math.isfinite(value := float(text)):
        raise InvalidInput(f"number {text[:20]}... is too large")
    return value


def _int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise InvalidInput(f"integer of {len(text)} digits is too large")
    return int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise InvalidInput(f"key {twice[:80]!r} stands twice")
    return found
