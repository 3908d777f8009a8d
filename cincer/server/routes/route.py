"""What a route is, and how one is put before its handler: identity, origin, limits, access, errors.

A handler gets `Call` and answers with a message, or with a ready response.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, g, request

from ...errors import InvalidInput, Unauthenticated
from ..auth.access import PUBLIC
from ..auth.identity import SAFE, Identity, check_origin, identify
from ..core import Parts
from ..perform import require
from ..wire import Message

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: what the server consists of, who asks, and the parts of the path."""

    parts: Parts
    who: Identity | None
    path: dict[str, Any]

    @property
    def identity(self) -> Identity:
        """Who asks; never nobody, except on public routes."""
        if self.who is None:
            raise Unauthenticated("log in first")
        return self.who


Handler = Callable[[Call], "Message | Response"]


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the address: `kind` is the JSON type."""

    name: str
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the table. `rule` is below /api/v1 and in Flask's notation."""

    method: str
    rule: str
    action: str
    handle: Handler
    what: str
    answer: type[Message] | None = None
    sent: type[Message] | None = None
    query: tuple[Query, ...] = ()

    @property
    def endpoint(self) -> str:
        return f"{self.method} {PREFIX}{self.rule}"


def parts_of(app: Flask) -> Parts:
    """The parts that `create_app` put into the application."""
    parts: Parts = app.extensions["cincer"]
    return parts


def add(app: Flask, route: Route) -> None:
    """Register `route`."""
    app.add_url_rule(PREFIX + route.rule, endpoint=route.endpoint.replace(".", "_"),
                     view_func=partial(_serve, route), methods=[route.method],
                     provide_automatic_options=False)


def _serve(route: Route, **path: Any) -> Response:
    parts = parts_of(current_app)
    parts.limits.addresses.take(_address())
    who = None if route.action == PUBLIC else _who(parts)
    if who is not None:
        parts.limits.actors.take(who.token)
        require(who, route.action)
    found = route.handle(Call(parts, who, path))
    return found if isinstance(found, Response) else respond(found)


def _who(parts: Parts) -> Identity:
    try:
        who = identify(request.environ, parts.tokens, parts.cookie, parts.project)
    except Unauthenticated:
        parts.limits.refused.take(_address())
        raise
    if who.via == "cookie" and request.method not in SAFE:
        check_origin(request.environ, parts.origins, must=True)
    g.identity = who
    return who


def _address() -> str:
    return request.remote_addr or "?"


def respond(message: Message, status: int = 200) -> Response:
    """`message` as a JSON response, never cached."""
    response = Response(message.model_dump_json(), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def number(name: str, default: int, low: int, high: int) -> int:
    """An integer parameter of the address; raises `InvalidInput` outside its range."""
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19 and low <= int(text) <= high):
        raise InvalidInput(f"{name} must be an integer from {low} to {high}")
    return int(text)

