"""What counts as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cincer.errors import InvalidInput
from cincer.strictjson import MAX_DEPTH, parse

BAD = {
    "empty": b"", "blank": b" \n", "truncated": b'{"a": 1', "nan": b"[NaN]",
    "infinity": b"[Infinity]",
    "minus infinity": b"[-Infinity]", "overflow": b"[1e999]", "twice": b'{"a": 1, "a": 1}',
    "twice inside": b'[{"b": {"a": 1, "a": 2}}]', "deep": b"[" * 100_000,
    "too deep, closed": b"[" * 65 + b"]" * 65, "long integer": b"[" + b"9" * 5000 + b"]",
    "integer beyond 64 bits": b"[9223372036854775808]", "surrogate": b'["\\ud800"]',
    "surrogate in a key": b'{"\\udfff": 1}', "nul escaped": b'["a\\u0000"]', "nul": b'["a\x00"]',
    "raw newline": b'["a\nb"]', "bom": b"\xef\xbb\xbf[]", "utf-16": "[1]".encode("utf-16"),
    "bad utf-8": b'["\xff"]', "two values": b"[] []", "single quotes": b"['a']",
    "trailing comma": b"[1,]", "comment": b"[1] // no",
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput) as found:
        parse(body)
    assert found.value.code == "invalid_json"


def test_depth_at_the_limit_and_brackets_in_text_are_fine() -> None:
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    text = json.dumps(["[" * 200, '\\"[' * 50])
    assert parse(text) == json.loads(text)


def test_surrogate_pairs_are_text() -> None:
    assert parse(b'["\\ud83d\\ude00"]') == ["\N{GRINNING FACE}"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2**63 + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=5),
        inner, max_size=4), max_leaves=20)


@given(VALUES, st.booleans())
def test_good_json_reads_as_usual(value: object, ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii)
    assert parse(text.encode()) == json.loads(text)


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_a_refusal(body: bytes) -> None:
    try:
        value = parse(body)
    except InvalidInput:
        return
    assert value == json.loads(body)
