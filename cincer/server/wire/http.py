"""What only HTTP says: who you are, health, examples with their history, settings, the audit log.

Replies, leases, undo and statistics use the messages of `annotate`, examples those of `stream`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from . import curate, suggestions
from .annotate import QueryView
from .base import Count, Key, Message
from .content import BeliefView, Content
from .studies import OUTGOING as _STUDIES


class Me(Message):
    """`GET /me`: whom the server takes you for. `expires`: None = never; `via` cookie or bearer."""

    ok: Literal[True] = True
    name: str
    roles: list[str]
    project: str
    expires: float | None
    via: Literal["cookie", "bearer"]
    version: str


class LoginLink(Message):
    """`POST /login-links`: a link that logs a browser in as you, once, until `expires`."""

    ok: Literal[True] = True
    url: str
    expires: float


class Health(Message):
    """`GET /health`: `live` always; `ready`: arrivals and
    replies are taken (status 200, otherwise 503)."""

    ok: bool
    live: Literal[True] = True
    ready: bool
    ledger: Literal["up", "read-only", "down"]
    scorer: Literal["up", "starting", "down"]
    trainer: Literal["up", "starting", "down", "off"]
    seq: Count
    version: str


class KeyIn(Message):
    """`POST /retrain`, and every other command that says nothing but its key."""

    key: Key


class HeldQueries(Message):
    """`GET /queries`: what you hold, as it is shown; `waiting`: open queries in all."""

    ok: Literal[True] = True
    queries: list[QueryView]
    waiting: Count


class SettingsView(Message):
    """`GET /settings`: settings by group; `loop` can be changed while running."""

    ok: Literal[True] = True
    loop: dict[str, Any]
    model: dict[str, Any]
    server: dict[str, Any]


class SettingsIn(Message):
    """`PATCH /settings`: new values by name."""

    key: Key
    changes: Annotated[dict[str, Any], Field(min_length=1, max_length=50)]


class LabelLayers(Message):
    """The label layers of an example; None = that layer says nothing."""

    observed: str | None
    human: str | None
    machine: str | None
    effective: str | None


class EventView(Message):
    """One entry of the audit log: its sequence number, its kind, who, and what, as recorded."""

    seq: Count
    kind: str
    at: float
    actor: str | None
    body: dict[str, Any]


class ExampleView(Message):
    """`GET /examples/{id}`: all that is known of it. `history`: oldest first."""

    ok: Literal[True] = True
    id: str
    content: Content
    meta: dict[str, Any]
    source: str
    received_at: float
    status: str
    entry: str | None
    role: str
    treatment: str
    labels: LabelLayers
    predicted_label: str | None
    beliefs: list[BeliefView]
    margin: float | None
    history: list[EventView]


class EventsPage(Message):
    """`GET /events?since=&limit=`: entries after `since`; `next` is the `since` of the next page,
    None at the end."""

    ok: Literal[True] = True
    events: list[EventView]
    next: int | None


INCOMING: tuple[type[Message], ...] = (
    KeyIn, SettingsIn, *curate.INCOMING, *suggestions.INCOMING)
OUTGOING: tuple[type[Message], ...] = (
    Me, LoginLink, Health, HeldQueries, SettingsView, ExampleView, EventsPage, *_STUDIES,
    *curate.OUTGOING, *suggestions.OUTGOING)
