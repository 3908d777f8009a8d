"""What a server says when it is ready: one link, and how to end it."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask

ROLES = ("admin", "curator", "annotator")


def announce(
    name: str, browser: bool, *, watching: bool = False, kept: str | None = None
) -> Callable[[str, Flask], None]:
    """A callback for when requests are taken: prints the link, opens it on a desktop, and prints a
    fresh one whenever Enter is pressed."""

    def ready(url: str, app: Flask) -> None:
        from ..server.hosting import login_url

        link = login_url(url, app, "you", ROLES)
        click.echo(f"cincer {name} is ready:\n\n    {link}\n")
        click.echo("The link logs one browser in and works for 60 seconds"
                   + ("; press Enter for a new one." if sys.stdin.isatty() else "."))
        if watching:
            click.echo("A simulated annotator is answering; watch it work.")
        if kept:
            click.echo(f"Everything is kept in {kept}.")
        click.echo("Ctrl-C ends it.")
        if browser and has_desktop():
            webbrowser.open(link)
        if sys.stdin.isatty():
            _renew_on_enter(lambda: login_url(url, app, "you", ROLES))

    return ready


def has_desktop() -> bool:
    """Whether a browser window can be opened for a person."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _renew_on_enter(make: Callable[[], str]) -> None:
    from ..server import threads

    def loop() -> None:
        for _ in sys.stdin:
            click.echo(f"    {make()}\n")

    threads.start("links", loop)
