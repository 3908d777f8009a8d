"""The one table of who may do what, and the one function that reads it. Denied by default.

`RULES` says for each action which roles may do it, to anything or only to what is their own.
`EVENT_ACTIONS` and the routes (`routes.ROUTES`) name an action each; a test walks both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .identity import Identity

Scope = Literal["any", "own"]
PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Owned:
    """What an action is about: names of those whose own it is."""

    owners: frozenset[str]


def owned(*names: str | None) -> Owned:
    """An object of these owners."""
    return Owned(frozenset(name for name in names if name is not None))


_EVERYBODY: dict[str, Scope] = dict.fromkeys(
    ("admin", "curator", "annotator", "platform", "source", "reader"), "any")
_ANSWER: dict[str, Scope] = {"curator": "own", "annotator": "own", "platform": "own"}

RULES: dict[str, dict[str, Scope]] = {
    "self.read": _EVERYBODY,
    "api.read": _EVERYBODY,
    "stats.read": _EVERYBODY,
    "studies.read": _EVERYBODY,
    "metrics.read": {"admin": "any", "curator": "any", "reader": "any"},
    "example.push": {"source": "any", "platform": "any"},
    "example.read": {"admin": "any", "curator": "any", "reader": "any", "annotator": "own",
                     "platform": "own", "source": "own"},
    "query.lease": {"curator": "any", "annotator": "any", "platform": "any"},
    "query.list": {"curator": "any", "annotator": "any", "platform": "any"},
    "query.display": _ANSWER,
    "query.reply": _ANSWER,
    "query.skip": _ANSWER,
    "query.flag": _ANSWER,
    "query.explain": _ANSWER,
    "reply.undo": {"curator": "any", "annotator": "any", "platform": "any"},
    "model.retrain": {"admin": "any", "curator": "any"},
    "settings.read": {"admin": "any"},
    "settings.change": {"admin": "any"},
    "events.read": {"admin": "any", "curator": "any"},
    "data.export": {"admin": "any", "curator": "any"},
    "curate.read": {"admin": "any", "curator": "any", "reader": "any"},
    "curate.act": {"admin": "any", "curator": "any"},
    "annotate.connect": {"admin": "any", "curator": "any", "annotator": "any",
                         "platform": "any", "reader": "any"},
    "stream.connect": {"source": "any", "platform": "any"},
}

CONNECT_ACTIONS: dict[str, str] = {
    "/annotate": "annotate.connect", "/stream": "stream.connect", "/curate": "curate.read"}

EVENT_ACTIONS: dict[tuple[str, str], str] = {
    ("/annotate", "query:lease"): "query.lease",
    ("/annotate", "query:displayed"): "query.display",
    ("/annotate", "query:reply"): "query.reply",
    ("/annotate", "query:skip"): "query.skip",
    ("/annotate", "query:flag"): "query.flag",
    ("/annotate", "query:explain"): "query.explain",
    ("/annotate", "reply:undo"): "reply.undo",
    ("/annotate", "session:resume"): "annotate.connect",
    ("/stream", "example:push"): "example.push",
    ("/curate", "selection:set"): "curate.act",
}


def allowed(actor: Identity | None, action: str, thing: Owned | None = None) -> bool:
    """Whether `actor` (None = nobody logged in) may do `action` to `thing` (None = to nothing in
    particular: whether there is anything it may be done to)."""
    if action == PUBLIC:
        return True
    if actor is None:
        return False
    scopes = {RULES.get(action, {}).get(role) for role in actor.roles}
    if "any" in scopes:
        return True
    return "own" in scopes and (thing is None or actor.name in thing.owners)
