"""What content is accepted, what it becomes, and what each bad content is told."""

from __future__ import annotations

import pytest

from cincer.errors import InvalidInput
from cincer.schema import Schema


def test_first_pixels() -> None:
    schema = Schema.declare("image", ["0", "1"], size=(2, 2), high=16)
    assert schema.encode([[0, 16], [8, 4]]).tolist() == [0, 1, 0.5, 0.25]
    with pytest.raises(InvalidInput, match=r"content\[1\]\[0\]"):
        schema.encode([[0, 1], [None, 1]])
