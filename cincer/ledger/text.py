"""The texts the ledger stores: events, states, queries and payloads as compact JSON."""

from __future__ import annotations

import json
from typing import Any

from ..errors import Corrupt, InvalidInput
from ..session import codec
from ..session.events import KINDS, Event
from ..session.state import Query, SessionState

KIND_OF = {cls: kind for kind, cls in KINDS.items()}


def to_json(value: Any) -> str:
    """Compact JSON; numbers that are not finite, and what is not JSON, are refused."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"this cannot be stored as JSON: {error}") from error


def event_text(event: Event) -> str:
    return to_json(codec.encode_event(event))


def text_event(kind: str, body: str) -> Event:
    """The event of a stored body; `Corrupt` if it cannot be read."""
    try:
        return codec.decode_event(kind, json.loads(body))
    except (TypeError, ValueError, KeyError) as error:
        raise Corrupt(f"a stored {kind} cannot be read: {error}") from error


def state_text(state: SessionState) -> str:
    return to_json(codec.encode_state(state))


def text_state(text: str) -> SessionState:
    return codec.decode_state(json.loads(text))


def query_text(query: Query) -> str:
    return to_json(codec.encode_query(query))
