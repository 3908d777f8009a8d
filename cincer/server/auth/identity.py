"""Who is asking: from an Authorization header or a cookie to an `Identity`.

Used by the WSGI gate before a websocket opens, and by every HTTP route. A browser's cookie counts
for a write, or for a websocket, only from a page of an allowed origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from ...errors import Forbidden, InvalidInput, Unauthenticated
from ...types import AnnotatorId, Seconds
from ..commands import Actor
from .tokens import Tokens

SAFE = ("GET", "HEAD", "OPTIONS")
_IN_QUERY = ("token=", "access_token=", "api_key=")


@dataclass(frozen=True, slots=True)
class Identity:
    """A valid token at work. `via` is cookie or bearer."""

    name: str
    roles: frozenset[str]
    project: str
    token: str
    expires: Seconds | None
    via: str

    @property
    def actor(self) -> Actor:
        """As the session thread knows it."""
        return Actor(AnnotatorId(self.name), self.roles, self.token)


def identify(environ: Mapping[str, Any], tokens: Tokens, cookie: str, project: str) -> Identity:
    """The identity behind a WSGI request; raises `Unauthenticated` or `Forbidden`."""
    query = str(environ.get("QUERY_STRING", "")).lower()
    if any(part.startswith(_IN_QUERY) for part in query.split("&")):
        raise InvalidInput("a token must not be in the address; send it as Authorization: Bearer")
    secret, via = _secret(environ, cookie)
    token = tokens.check(secret)
    if token.project != project:
        raise Forbidden(f"the token belongs to another project than {project!r}")
    return Identity(
        token.name, frozenset(token.roles), token.project, token.id, token.expires, via)


def check_origin(
    environ: Mapping[str, Any], allowed: frozenset[str], *, must: bool = False
) -> None:
    """Raises `Forbidden` for a page of a foreign origin. Own host and `allowed` are not foreign;
    `must`: a request that names no origin is refused too."""
    origin = environ.get("HTTP_ORIGIN")
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if origin is None and site is None and must:
        raise Forbidden("a cookie counts for this only with an Origin header")
    if origin is not None and origin not in allowed and origin != own_origin(environ):
        raise Forbidden("this page's origin may not connect here; see setting allowed_origins")
    if origin is None and site not in (None, "same-origin", "none"):
        raise Forbidden("cross-site requests may not change anything here")


def own_origin(environ: Mapping[str, Any]) -> str:
    """Scheme, host and port as the client addressed them."""
    host = str(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", ""))
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}"


def _secret(environ: Mapping[str, Any], cookie: str) -> tuple[str, str]:
    header = environ.get("HTTP_AUTHORIZATION")
    if header is not None:
        scheme, _, secret = str(header).partition(" ")
        if scheme.lower() != "bearer" or not secret or "," in secret or " " in secret:
            raise Unauthenticated("send one header: Authorization: Bearer TOKEN")
        return secret, "bearer"
    value = _cookie(str(environ.get("HTTP_COOKIE", "")), cookie)
    if value is None:
        raise Unauthenticated("log in first, or send Authorization: Bearer TOKEN")
    return value, "cookie"


def _cookie(header: str, name: str) -> str | None:
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            try:
                return SimpleCookie(f"{key}={value}")[key].value
            except (CookieError, KeyError):
                return None
    return None
