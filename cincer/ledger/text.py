"""The texts the ledger stores: events, states, queries and payloads as compact JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import Corrupt, InvalidInput
from ..session import codec
from ..session.events import Event
from ..session.state import Query, SessionState


def to_json(value: Any) -> str:
    """Compact JSON; numbers that are not finite, and what is not JSON, are refused."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"this cannot be stored as JSON: {error}") from error


def event_text(event: Event) -> tuple[str, str]:
    """The event's kind and body."""
    kind, body = codec.encode_event(event)
    return kind, to_json(body)


def to_event(kind: str, body: Mapping[str, Any]) -> Event:
    """The event of a stored body; `Corrupt` if it is none."""
    try:
        return codec.decode_event(kind, body)
    except InvalidInput as error:
        raise Corrupt(f"a stored {kind} cannot be read: {error}") from error


def state_text(state: SessionState) -> str:
    return to_json(codec.encode_state(state))


def text_state(text: str) -> SessionState:
    """The state of a stored text; `Corrupt` if it is none."""
    try:
        return codec.decode_state(json.loads(text))
    except ValueError as error:
        raise Corrupt(f"the stored state cannot be read: {error}") from error


def query_text(query: Query) -> str:
    return to_json(codec.encode_query(query))


def text_query(text: str) -> Query:
    """The query of a stored text; `Corrupt` if it is none."""
    try:
        return codec.decode_query(json.loads(text))
    except ValueError as error:
        raise Corrupt(f"a stored query cannot be read: {error}") from error
