"""Writes docs/reference.md from the code: settings, commands, routes, events.

    python docs/make.py

A test checks that the committed file is what this writes, so nothing can be added without being
documented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from cincer.cli import main
from cincer.config import GROUPS
from cincer.server.routes import ROUTES
from cincer.server.wire import EVENTS, PUSHES

TARGET = Path(__file__).parent / "reference.md"

HEAD = """# Reference

Written by `python docs/make.py` from the code itself.

"""


def reference() -> str:
    """The whole text."""
    parts = [*settings(), *commands(), *routes(), *events()]
    return HEAD + "\n".join(parts) + "\n"


def settings() -> Iterator[str]:
    yield "## Settings\n"
    yield ("A flag wins over an environment variable, that over the file given with `--config`, "
           "that over the default. `ask_threshold` is the flag `--ask-threshold`, the variable "
           "`CINCER_ASK_THRESHOLD`, and `ask_threshold` in the file's table `[loop]`.\n")
    for name, group in GROUPS.items():
        yield f"### [{name}]\n"
        yield f"{(group.__doc__ or '').strip()}\n"
        yield "| setting | default | meaning | values |"
        yield "| --- | --- | --- | --- |"
        for spec in fields(group):
            default = "none" if spec.default is None else str(spec.default).lower()
            yield f"| `{spec.name}` | {default} | {spec.metadata['help']} | {_values(spec)} |"
        yield ""


def _values(spec: Any) -> str:
    low, high, choices = (spec.metadata[key] for key in ("low", "high", "choices"))
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    if low is not None and high is not None:
        return f"{low} to {high}"
    return "" if low is None else f"at least {low}"


def commands() -> Iterator[str]:
    yield "## Commands\n"
    yield "Exit codes: 0 done, 1 failed, 2 bad input, 130 interrupted.\n"
    yield from _group(main, "cincer")


def _group(group: click.Group, path: str) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _group(command, f"{path} {name}")
        else:
            yield from _command(command, f"{path} {name}")


def _command(command: click.Command, path: str) -> Iterator[str]:
    arguments = [p.make_metavar(click.Context(command)) for p in command.params
                 if isinstance(p, click.Argument)]
    yield f"### `{' '.join([path, *arguments])}`\n"
    yield f"{(command.help or '').strip()}\n"
    options = [p for p in command.params if isinstance(p, click.Option)]
    if options:
        yield "| option | meaning |"
        yield "| --- | --- |"
        for option in options:
            names = ", ".join(f"`{opt}`" for opt in [*option.opts, *option.secondary_opts])
            yield f"| {names} | {(option.help or '').replace('|', chr(92) + '|')} |"
        yield ""


def routes() -> Iterator[str]:
    yield "## HTTP\n"
    yield ("Every path is below `/api/v1`; bodies and answers are JSON. An error is always "
           "`{ok: false, error, code, status}`. A token goes into `Authorization: Bearer …`. "
           "`GET /api/v1/openapi.json` describes every message.\n")
    yield "| method | path | what it does | action |"
    yield "| --- | --- | --- | --- |"
    for route in ROUTES:
        path = re.sub(r"<(?:path:)?(\w+)>", r"{\1}", route.rule)
        yield f"| {route.method} | `{path}` | {route.what} | `{route.action}` |"
    yield ""


def events() -> Iterator[str]:
    yield "## Socket.IO\n"
    yield ("Websocket transport only. Every client event is acknowledged, with its own shape or "
           "with the error shape. Pushes carry `push`, a number to resume from.\n")
    for namespace, table in EVENTS.items():
        yield f"### `{namespace}`\n"
        yield "| client event | fields | acknowledged with |"
        yield "| --- | --- | --- |"
        for name, (message, ack) in table.items():
            yield f"| `{name}` | {_fields(message)} | {_fields(ack)} |"
        yield ""
        yield "| server push | fields |"
        yield "| --- | --- |"
        for name, message in PUSHES[namespace].items():
            yield f"| `{name}` | {_fields(message)} |"
        yield ""


def _fields(message: type[BaseModel]) -> str:
    return ", ".join(f"`{name}`" if field.is_required() else f"`{name}`?"
                     for name, field in message.model_fields.items())


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
