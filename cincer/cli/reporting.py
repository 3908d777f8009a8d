"""What the commands of the studies share: lists in options, progress, files and tables."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from ..errors import InvalidInput
from .output import print_json, print_table


def names(text: str | None) -> tuple[str, ...]:
    """The names in a list with commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip()) if text else ()


def told(text: str) -> None:
    click.echo(f"  {text}", err=True)


def figures_wanted(as_json: bool) -> bool:
    """Whether figures can be drawn; without them there must be JSON."""
    there = find_spec("matplotlib") is not None
    if not there and not as_json:
        raise InvalidInput("figures need matplotlib: pip install matplotlib; or use --json")
    return there


def report(found: Any, folder: Path, as_json: bool, figures: bool) -> None:
    """Writes the findings into `folder`, with or without figures, and shows them."""
    from cincer_experiments.document import write
    from cincer_experiments.studies.report import draw

    document = found.document(draw(found.pictures, folder, figures))
    write(document, folder)
    show(document, folder, as_json)


def show(document: dict[str, Any], folder: Path, as_json: bool) -> None:
    """The content of a `study.json`, which was written into `folder`."""
    if as_json:
        print_json(document)
        return
    for table in document["tables"]:
        print_table([dict(zip(table["columns"], row, strict=True)) for row in table["rows"]],
                    table["title"])
    print_table(document["verdicts"], "verdicts")
    click.echo(f"written to {folder}")
