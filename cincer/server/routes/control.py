"""What steers a running server: retraining, settings, export, login links."""

from __future__ import annotations

from dataclasses import asdict, fields

from flask import Response, request

from ... import config
from ...errors import InvalidInput, UnknownName
from ..auth.identity import own_origin
from ..body import message
from ..commands import Retrain, Tune
from ..perform import acknowledge
from ..wire import Ack, Message
from ..wire.http import KeyIn, LoginLink, SettingsIn, SettingsView
from .route import Call, Query, Route, respond

_SECRET = frozenset({"tls_key"})


def retrain(call: Call) -> Message:
    said = message(KeyIn)
    return acknowledge(call.parts, call.identity, Retrain(call.identity.actor, said.key))


def settings(call: Call) -> SettingsView:
    """As they are now; the loop's may have been tuned."""
    now = call.parts.settings
    server = {k: v for k, v in asdict(now.server).items() if k not in _SECRET}
    return SettingsView(loop=asdict(call.parts.core.loop()), model=asdict(now.model), server=server)


def change(call: Call) -> Message:
    """Only the loop's settings can change while running."""
    said = message(SettingsIn)
    names = {f.name for f in fields(config.LoopSettings)}
    for name in said.changes:
        if name not in names:
            raise UnknownName("setting that can change while running", name, names)
    config.merge(call.parts.settings, said.changes)
    return acknowledge(
        call.parts, call.identity, Tune(call.identity.actor, said.key, said.changes))


def export(call: Call) -> Response:
    """The data set as a file."""
    if call.parts.export is None:
        raise InvalidInput("this server has nothing to export")
    name, kind, content = call.parts.export(request.args.get("format", "csv"))
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def login_link(call: Call) -> LoginLink:
    code, ends = call.parts.codes.issue(call.identity.token)
    return LoginLink(url=f"{own_origin(request.environ)}/login?code={code}", expires=ends)


def logout(call: Call) -> Response:
    """Ends a browser's login; a bearer token is ended with `cincer token revoke`."""
    if call.identity.via != "cookie":
        raise InvalidInput("only a browser's login can be ended here")
    call.parts.tokens.revoke(call.identity.token)
    response = respond(Ack(seq=0))
    response.delete_cookie(call.parts.cookie)
    return response


ROUTES = (
    Route("POST", "/retrain", "model.retrain", retrain,
          "Train the network from scratch in the background.", Ack, KeyIn),
    Route("GET", "/settings", "settings.read", settings, "All settings.", SettingsView),
    Route("PATCH", "/settings", "settings.change", change,
          "Change the loop's settings while running.", Ack, SettingsIn),
    Route("GET", "/export", "data.export", export, "The data set as a file.", None, None,
          (Query("format", "string", "name of an export format; default csv"),)),
    Route("POST", "/login-links", "self.read", login_link,
          "A link that logs a browser in as you, once, within 60 s.", LoginLink),
    Route("POST", "/logout", "self.read", logout, "End this browser's login.", Ack),
)

