"""What is written can be read again, exactly; the written form does not drift by accident."""

from __future__ import annotations

import json
import time
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loop_world import KEEP, UNSURE, World, relabel

from cincer.errors import InvalidInput, UnknownName
from cincer.session.codec import (
    KIND_OF,
    decode_event,
    decode_query,
    decode_state,
    encode_event,
    encode_query,
    encode_state,
)
from cincer.session.events import KINDS, Received
from cincer.types import ExampleId, Position

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def through_json(body: Any) -> Any:
    return json.loads(json.dumps(body, allow_nan=False, sort_keys=True))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_event_comes_back(kind: str, data: st.DataObject) -> None:
    event = data.draw(st.from_type(KINDS[kind]))
    name, body = encode_event(event)
    assert name == kind
    assert decode_event(name, through_json(body)) == event


def a_busy_world() -> World:
    world = World(audit_share=0.5, query_budget=900.0)
    other = world.known_example(1)
    first, second, third = (world.about(world.arrive(0, 1, 0.9)) for _ in range(3))
    world.arrive(0, 0, 0.0, draw=0.0)
    world.receive(0, draw=0.0)
    world.show(first.id, pair=other)
    world.reply(first.id, UNSURE, relabel(2))
    world.show(second.id)
    world.reply(second.id, KEEP)
    world.show(third.id, "bob")
    return world


def test_a_state_comes_back_in_the_same_order() -> None:
    state = a_busy_world().state
    again = decode_state(through_json(encode_state(state)))
    assert again == state
    assert list(again.queries) == list(state.queries)
    assert all((state.queries, state.closed, state.undo, state.drawn))


def test_a_query_comes_back() -> None:
    for query in a_busy_world().state.queries.values():
        assert decode_query(through_json(encode_query(query))) == query


def test_the_written_form() -> None:
    event = Received(ExampleId("a"), Position(3), None, "file", 0.1, 1e-17, 5.0)
    assert encode_event(event) == ("example:received", {
        "example": "a", "position": 3, "given": None, "source": "file", "draw": 0.1,
        "thin": 1e-17, "at": 5.0})
    assert set(KIND_OF) == set(KINDS.values())


def test_a_field_that_is_absent_has_its_default() -> None:
    state = a_busy_world().state
    body = encode_state(state)
    del body["settings"]["undo_depth"], body["closed"]
    again = decode_state(body)
    assert (again.settings.undo_depth, again.closed) == (10, {})


@pytest.mark.parametrize("body", [
    {}, {"example": "a"}, {"nonsense": 1}, {"query": "q1", "annotator": "a", "epoch": 1,
    "example": {"action": "nonsense"}, "counter_example": None, "at": 1.0}, [],
])
def test_what_is_no_event_is_refused(body: Any) -> None:
    with pytest.raises(InvalidInput, match="no Replied"):
        decode_event("query:replied", body)


def test_an_unknown_kind_lists_the_known() -> None:
    with pytest.raises(UnknownName, match="query:replied"):
        decode_event("query:repliid", {})


def test_writing_is_fast() -> None:
    """More than 50,000 arrivals a second, with room for a busy machine."""
    event = Received(ExampleId("a"), Position(3), 1, "file", 0.1, 0.2, 5.0)
    start = time.process_time()
    for _ in range(20_000):
        encode_event(event)
    assert 20_000 / (time.process_time() - start) > 50_000
    assert len(fields(event)) == len(encode_event(event)[1])
