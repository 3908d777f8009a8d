"""`cincer experiment error-matrix`: a simulated curator at the error matrix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from .options import json_option
from .output import Command, print_json, print_table

SHOWN = ("fixed_share", "looked_at_share", "actions", "duplicates_found", "accuracy_before",
         "accuracy_after")


@click.command("error-matrix", cls=Command)
@click.option("--data", default="mnist", show_default=True, metavar="NAME",
              help="mnist (the paper's recipe) or digits (in proportion).")
@click.option("--seed", default=0, show_default=True, metavar="N",
              help="Seed of the planted errors and of the order.")
@click.option("--model", default="cnn", show_default=True, metavar="NAME",
              help="Model of the server that the curator works at.")
@click.option("--epochs", default=2, show_default=True, type=click.IntRange(1), metavar="N",
              help="Passes over the data a training.")
@click.option("--bound", default=0.0563, show_default=True, type=click.FloatRange(0, 1),
              metavar="SHARE", help="Share of the items that may be looked at.")
@click.option("--screen", default=60, show_default=True, type=click.IntRange(1), metavar="N",
              help="Thumbnails on the screen at once.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1), metavar="N",
              help="Trainings at most.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=None,
              metavar="FILE.json", help="Also write the figures here.")
@json_option
def error_matrix(
    data: str, seed: int, model: str, epochs: int, bound: float, screen: int, rounds: int,
    out: Path | None, as_json: bool,
) -> None:
    """The study of Bäuerle et al. (2020): planted errors, and a curator who finds them.

    The curator uses the same requests as the page, on a server of its own, learns a true class
    only by looking, and is charged for every item looked at and for every action.
    """
    from cincer_experiments.error_matrix.bot import Habits
    from cincer_experiments.error_matrix.study import run

    habits = Habits(screen=screen, bound=bound, rounds=rounds)
    settings = ("--model", model, "--epochs", str(epochs))
    found = run(data, seed, habits, lambda text: click.echo(f"  {text}", err=True), settings)
    if out is not None:
        out.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print_json(found) if as_json else print_table(_rows(found))


def _rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    published, targets = found["published"], found["targets"]
    return [{"figure": name, "here": found[name], "the paper's people": published.get(name),
             "target": targets.get(name)} for name in SHOWN]
