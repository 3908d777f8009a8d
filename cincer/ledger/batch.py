"""One transaction: events, their effects, answers and payloads, written together or not at all."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from ..errors import Conflict, InvalidInput
from ..session.effects import Effect
from ..session.events import Event, Received
from ..session.state import SessionState
from ..types import Position
from .chain import link, new_salt, payload_hash
from .fold import Rows
from .text import event_text, state_text, to_json

_EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)"
_KEY = "INSERT INTO keys (actor, key, digest, answer, seq) VALUES (?, ?, ?, ?, ?)"
_ANSWER = "UPDATE keys SET answer = ? WHERE actor = ? AND key = ?"
_PAYLOAD = (
    "INSERT INTO payloads (position, id, content, meta, salt, seq) VALUES (?, ?, ?, ?, ?, ?)"
)
_ERASE = (
    "UPDATE payloads SET content = NULL, meta = NULL, salt = NULL, erased_seq = ?"
    " WHERE position = ? AND erased_seq IS NULL"
)
STORE_STATE = "INSERT OR REPLACE INTO state (one, body, seq) VALUES (1, ?, ?)"


@dataclass(frozen=True, slots=True)
class Payload:
    """An example itself: its content (anything JSON can say) and what came along with it."""

    content: Any
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a command, and at which sequence number it was recorded; `digest` is
    the request's. `value` is None while no answer was recorded."""

    digest: str
    value: Any
    seq: int


class Batch:
    """Collects what belongs together. Made by `Ledger.batch`; nothing is written before its end."""

    def __init__(self, seq: int, head: bytes) -> None:
        self.seq = seq
        self.head = head
        self.state: SessionState | None = None
        self.keys: dict[tuple[str, str], Answer] = {}
        self.positions: dict[str, Position] = {}
        self._rows = Rows()

    def record(
        self, event: Event, effects: tuple[Effect, ...] = (), *, actor: str,
        key: str | None = None, digest: str | None = None, answer: Any = None,
        payload: Payload | None = None,
    ) -> int:
        """Append `event` with what followed from it; its sequence number. `key` makes the command
        idempotent: `digest` is the request's hash, `answer` what it will be answered again.
        Only `Received` takes a payload."""
        seq = self.seq + 1
        hashed = self._payload(seq, event, payload) if payload is not None else b""
        if key is not None:
            self._key(actor, key, Answer(digest or "", answer, seq))
        if isinstance(event, Received):
            self.positions[event.example] = event.position
        kind, body = event_text(event)
        self.append(kind, event.at, actor, body, hashed)
        self._rows.fold(seq, event, effects)
        return seq

    def append(self, kind: str, at: float, actor: str, body: str, hashed: bytes = b"") -> None:
        """Append a link to the chain."""
        seq = self.seq + 1
        try:
            head = link(self.head, seq, kind, actor, body, hashed)
        except UnicodeEncodeError as error:
            raise InvalidInput(f"not valid Unicode: {error}") from error
        self._rows.add("events", seq, _EVENT, (seq, at, kind, actor, body, hashed, head))
        self.seq, self.head = seq, head

    def erase(self, position: int) -> None:
        """The payload at this position, and what it was salted with, by the newest event."""
        self._rows.add("payloads", position, _ERASE, (self.seq, position))

    def answer(self, actor: str, key: str, answer: Any) -> None:
        """The answer to a command, where it is known only after its sequence number."""
        self._rows.add("keys", (actor, key), _ANSWER, (to_json(answer), actor, key))
        if (known := self.keys.get((actor, key))) is not None:
            self.keys[actor, key] = Answer(known.digest, answer, known.seq)

    def save_state(self, state: SessionState) -> None:
        """The session's state after the newest event of this batch."""
        self.state = state

    def write(self, connection: sqlite3.Connection, *, with_state: bool) -> None:
        """Run all of it inside the caller's transaction."""
        if with_state and self.state is not None:
            self._rows.add("state", None, STORE_STATE, (state_text(self.state), self.seq))
        try:
            self._rows.run(connection)
        except UnicodeEncodeError as error:
            raise InvalidInput(f"not valid Unicode: {error}") from error

    def _key(self, actor: str, key: str, answer: Answer) -> None:
        if (actor, key) in self.keys:
            raise Conflict(f"the key {key!r} of {actor} was used in this batch", key=key)
        self.keys[actor, key] = answer
        text = None if answer.value is None else to_json(answer.value)
        self._rows.add("keys", (actor, key), _KEY, (actor, key, answer.digest, text, answer.seq))

    def _payload(self, seq: int, event: Event, payload: Payload) -> bytes:
        if not isinstance(event, Received):
            raise InvalidInput(f"only an arrival has a payload, not {type(event).__name__}")
        content, meta, salt = to_json(payload.content), to_json(payload.meta), new_salt()
        self._rows.add("payloads", event.position, _PAYLOAD, (
            event.position, event.example, content, meta, salt, seq))
        return payload_hash(salt, content, meta)
