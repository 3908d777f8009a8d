"""What commands print: tables for people, JSON for programs, one line for an error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click

from ..errors import CincerError, InvalidInput

EXIT_ERROR = 1
EXIT_USAGE = 2


class Command(click.Command):
    """A command whose errors are one clear line on stderr: exit 2 for bad input, else 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except CincerError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(EXIT_USAGE if isinstance(error, InvalidInput) else EXIT_ERROR)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(value, indent=2, default=str))


def print_table(rows: Iterable[Mapping[str, Any]], title: str = "") -> None:
    """Rows of equal keys as an aligned table."""
    from rich.console import Console
    from rich.table import Table

    found = list(rows)
    if not found:
        click.echo("nothing to show")
        return
    table = Table(title=title or None, title_justify="left")
    for key in found[0]:
        table.add_column(str(key).replace("_", " "), justify="right")
    for row in found:
        table.add_row(*(_cell(value) for value in row.values()))
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
