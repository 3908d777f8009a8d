"""Frames survive the pipe, whole or not at all."""

from __future__ import annotations

import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cincer.compute import frames
from cincer.compute.messages import as_beliefs, beliefs_of, labels_frame, labels_of, margin_of
from cincer.errors import Corrupt


@given(st.lists(st.dictionaries(st.text(), st.integers() | st.text() | st.none(), max_size=3),
                max_size=5))
def test_what_is_written_is_read(sent: list[dict[str, object]]) -> None:
    pipe = io.BytesIO(b"".join(map(frames.encode, sent)))
    assert [frames.read(pipe) for _ in sent] == sent
    assert frames.read(pipe) is None


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_cut_frame_is_the_end(cut: int) -> None:
    data = frames.encode({"op": "x"})
    assert frames.read(io.BytesIO(data[:cut])) is None


def test_a_pipe_out_of_step_is_noticed() -> None:
    with pytest.raises(Corrupt, match="at most"):
        frames.read(io.BytesIO(struct.pack(">I", frames.LARGEST + 1)))


@given(st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_integers_come_back(values: list[int]) -> None:
    assert frames.unpack_ints(frames.pack_ints(values)).tolist() == values
    assert frames.unpack_ints(frames.pack_ints(np.array(values, "i8"))).tolist() == values


def test_labels_and_beliefs_come_back() -> None:
    frame = json.loads(json.dumps(labels_frame("labels", 7, [3, 5], [1, -1])))
    places, labels = labels_of(frame)
    assert (places.tolist(), labels.tolist(), frame["version"]) == ([3, 5], [1, -1], 7)
    probs = np.array([[0.1, 0.7, 0.2], [0.4, 0.4, 0.2]], dtype=np.float32)
    rows = [as_beliefs(row) for row in beliefs_of(probs)]
    assert rows[0] == ((1, 0.7), (2, 0.2), (0, 0.1))
    assert [label for label, _ in rows[1]] == [0, 1, 2]
    assert (margin_of(float("nan")), margin_of(0.25)) == (None, 0.25)
