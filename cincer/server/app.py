"""The web application: `create_app` puts routes, sockets, gate and pages around a running service.

It owns no state: what it needs is in `Parts`. `run` serves it; `close_app` ends what it started.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from ..config import Settings
from ..errors import InvalidInput
from ..schema import Schema
from .auth.login import Codes, cookie_name
from .auth.tokens import Tokens
from .core import Archive, Core, Export, Parts
from .gate import Gate, Slots
from .limits import Limits
from .presence import Presence
from .problems import answer
from .routes import ROUTES
from .routes.pages import STATIC, add_pages
from .routes.route import add, respond
from .sockets.hub import Hub
from .views import Views

DRAIN = 5.0
"""Seconds that requests under way have to end when the server stops."""


def create_app(
    service: Core, settings: Settings, schema: Schema, tokens: Tokens, archive: Archive, *,
    project: str = "default", truth_known: bool = False, export: Export | None = None,
    codes: Codes | None = None, limits: Limits | None = None, static: Path = STATIC,
    patience: float = 10.0,
) -> Flask:
    """The application around `service`. `patience`: seconds a request waits for its commit."""
    parts = Parts(
        core=service, archive=archive, settings=settings, schema=schema, tokens=tokens,
        codes=codes or Codes(tokens), views=Views(archive, schema), limits=limits or Limits(),
        presence=Presence(), project=project, truth_known=truth_known, export=export,
        cookie=cookie_name(Path(settings.server.data_dir)), patience=patience,
        origins=origins(settings.server.allowed_origins))
    app = Flask("cincer", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.server.max_body
    app.extensions["cincer"] = parts
    app.register_error_handler(Exception, _failed)
    for route in ROUTES:
        add(app, route)
    add_pages(app, static)
    return _wrapped(app, parts)


def close_app(app: Flask) -> None:
    """Let requests under way end, hang up on all sockets; the service is the caller's to close."""
    gate: Gate = app.extensions["cincer.gate"]
    gate.drain(DRAIN)
    hub: Hub = app.extensions["cincer.hub"]
    hub.close()


def origins(text: str) -> frozenset[str]:
    """The setting `allowed_origins` as a set; "*" is refused."""
    found = frozenset(part.strip().rstrip("/") for part in text.split(",") if part.strip())
    for origin in found:
        if not origin.startswith(("http://", "https://")) or "*" in origin:
            raise InvalidInput(
                f"allowed_origins takes origins like https://example.org, not {origin!r}")
    return found


def _wrapped(app: Flask, parts: Parts) -> Flask:
    slots = Slots(parts.settings.server.max_sockets)
    app.extensions["cincer.hub"] = Hub(app, parts, slots)
    gated: Any = Gate(app.wsgi_app, parts, slots)
    app.extensions["cincer.gate"] = gated
    if parts.settings.server.behind_proxy:
        gated = ProxyFix(gated, x_for=1, x_proto=1, x_host=1)
    app.wsgi_app = gated  # type: ignore[method-assign]
    logging.getLogger("engineio.server").setLevel(logging.CRITICAL)
    return app


def _failed(error: Exception) -> Response:
    told = answer(error)
    response = respond(told, told.status)
    if told.retry_after is not None:
        response.headers["Retry-After"] = str(max(1, round(told.retry_after)))
    return response
