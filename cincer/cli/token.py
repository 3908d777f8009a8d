"""`cincer token`: who may do what. Works beside a running server."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import click

from ..errors import Unavailable
from .options import data_dir_option, json_option
from .output import Command, print_json, print_table
from .store import data_folder

if TYPE_CHECKING:
    from ..server.auth.tokens import Tokens

DAY = 86400.0


@click.group()
def token() -> None:
    """Create, list and revoke tokens; make login links."""


@token.command(cls=Command)
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, metavar="ROLE",
              help="admin, curator, annotator, platform, source or reader; may be repeated.")
@click.option("--days", default=90.0, show_default=True, type=click.FloatRange(0, min_open=True),
              metavar="N", help="Days until it ends.")
@data_dir_option
@json_option
def create(
    name: str, roles: tuple[str, ...], days: float, data_dir: str | None, as_json: bool
) -> None:
    """Create a token for NAME and show it once; only its hash is kept."""
    made, secret = _tokens(data_dir).create(name, roles, lifetime=days * DAY)
    if as_json:
        print_json({"id": made.id, "name": made.name, "roles": made.roles, "token": secret,
                    "expires": made.expires})
    else:
        click.echo(secret)
        click.echo(f"shown this once; {made.name} ({', '.join(made.roles)}), id {made.id}, "
                   f"for {days:g} days", err=True)


@token.command("list", cls=Command)
@data_dir_option
@json_option
def list_(data_dir: str | None, as_json: bool) -> None:
    """List tokens, without their secrets."""
    rows = [
        {"id": t.id, "name": t.name, "roles": ", ".join(t.roles),
         "kind": "browser" if t.parent else "token",
         "state": "revoked" if t.revoked else
                  "ended" if t.expires and t.expires < time.time() else "valid",
         "expires": time.strftime("%Y-%m-%d", time.gmtime(t.expires)) if t.expires else "never"}
        for t in _tokens(data_dir).all()
    ]
    print_json(rows) if as_json else print_table(rows)


@token.command(cls=Command)
@click.argument("which", metavar="ID|NAME")
@data_dir_option
def revoke(which: str, data_dir: str | None) -> None:
    """End a token, or all of a name; their open connections are closed within a second."""
    ended = _tokens(data_dir).revoke(which)
    click.echo(f"revoked: {', '.join(t.id for t in ended)}")


@token.command(cls=Command)
@click.option("--url", default="http://127.0.0.1:8765", show_default=True, metavar="URL",
              help="The running server.")
@click.option("--token", "secret", envvar="CINCER_TOKEN", required=True, metavar="TOKEN",
              help="Whom the link logs in. [env: CINCER_TOKEN]")
def link(url: str, secret: str) -> None:
    """Make a link that logs a browser in: once, within 60 seconds."""
    request = urllib.request.Request(
        f"{url.rstrip('/')}/api/v1/login-links", data=b"{}", method="POST",
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            click.echo(json.load(answer)["url"])
    except urllib.error.HTTPError as error:
        told = json.load(error)
        raise Unavailable(f"the server refused: {told.get('error', error.code)}") from None
    except (urllib.error.URLError, TimeoutError) as error:
        raise Unavailable(f"no answer from {url}: {getattr(error, 'reason', error)}") from None


def _tokens(data_dir: str | None) -> Tokens:
    from ..server.auth.tokens import Tokens

    return Tokens(data_folder(data_dir))
