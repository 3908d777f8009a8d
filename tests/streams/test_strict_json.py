"""JSON as the standard has it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cincer.errors import InvalidInput
from cincer_streams.strict_json import parse

text = st.text(st.characters(codec="utf-8"), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-2**70, 2**70) | text
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4))


@given(values, st.booleans())
def test_round_trip(value: object, ascii_only: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only)) == value


@pytest.mark.parametrize("source", [
    "", " ", "{", "nul", "NaN", "[Infinity]", "-Infinity", "1e400", "[1,]", "{'a': 1}", "1 2",
    '{"a": 1, "a": 1}', '{"a": {"b": 1, "b": 2}}', "[" * 100_000, "9" * 5000,
    "0." + "1" * 5000, '"\\ud800"', '{"\\udc00": 1}',
])
def test_refused(source: str) -> None:
    with pytest.raises(InvalidInput):
        parse(source)


def test_a_whole_surrogate_pair_is_text() -> None:
    assert parse('"\\ud83d\\ude00"') == "\N{GRINNING FACE}"
