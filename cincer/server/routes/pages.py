"""Login by link, and the web application's files (built into `cincer/server/static/`).

The pages themselves hold no data and need no login; everything they show comes from the API.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, redirect, request, send_from_directory
from werkzeug.exceptions import NotFound

from ...errors import Unauthenticated
from ..auth.login import COOKIE_LIFETIME
from .route import PREFIX, parts_of

STATIC = Path(__file__).parents[1] / "static"
NOT_BUILT = ("The web application is not built; in a checkout run: "
             "cd webui && npm ci && npm run build\n")
_YEAR = 31_536_000


def add_pages(app: Flask, folder: Path = STATIC) -> None:
    """Register login and files. Paths without a dot that are not the API's get the application."""
    app.add_url_rule("/login", "login", lambda: _login(app), methods=["GET"])
    app.add_url_rule("/", "index", lambda: _file(folder, ""), methods=["GET"])
    app.add_url_rule("/<path:name>", "file", lambda name: _file(folder, name), methods=["GET"])


def _login(app: Flask) -> Response:
    parts = parts_of(app)
    parts.limits.logins.take(request.remote_addr or "?")
    try:
        _, secret = parts.codes.exchange(request.args.get("code", ""))
    except Unauthenticated as error:
        return Response(f"{error.message}\n", 401, mimetype="text/plain")
    response = redirect("/", 303)
    response.set_cookie(parts.cookie, secret, max_age=int(COOKIE_LIFETIME), httponly=True,
                        samesite="Strict", secure=request.is_secure)
    response.headers["Cache-Control"] = "no-store"
    return response  # type: ignore[return-value]


def _file(folder: Path, name: str) -> Response:
    if f"/{name}/".startswith(PREFIX[:4] + "/"):
        raise NotFound("no such route")
    if ".." in name.split("/"):
        raise NotFound("no such file")
    if not (folder / "index.html").is_file():
        return Response(NOT_BUILT, 503, mimetype="text/plain")
    if name and (folder / name).is_file():
        return _hashed(send_from_directory(folder, name), name)
    if "." in name.rsplit("/", 1)[-1]:
        raise NotFound("no such file")
    response = send_from_directory(folder, "index.html")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _hashed(response: Response, name: str) -> Response:
    hashed = name.startswith("assets/")
    response.headers["Cache-Control"] = (
        f"public, max-age={_YEAR}, immutable" if hashed else "no-cache")
    return response
