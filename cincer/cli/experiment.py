"""`cincer experiment`: studies that reproduce and extend the papers' figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from . import fsr, lsw, rdia
from .error_matrix import error_matrix
from .options import json_option, read_settings, settings_options
from .output import Command, print_json, print_table
from .policies import policies
from .studies import COMMANDS


@click.group()
def experiment() -> None:
    """Run a study with a simulated annotator."""


@experiment.command(cls=Command)
@click.option("--data", default="digits", show_default=True, metavar="NAME", help="Data set.")
@click.option("--seeds", default=30, show_default=True, type=click.IntRange(1), metavar="N",
              help="Streams to run.")
@click.option("--answers", default=10, show_default=True, type=click.IntRange(1), metavar="N",
              help="Answers given on each.")
@click.option("--noise", default=0.2, show_default=True, metavar="SHARE",
              help="Share of mislabelled examples.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.json",
              help="Also write the figures of every seed here.")
@settings_options("model", only=("counter_example",))
@json_option
def demo(
    data: str, seeds: int, answers: int, noise: float, out: Path | None, as_json: bool,
    **options: Any,
) -> None:
    """What ten answers do to the demo's stream: mislabelled share and F1, before and after."""
    from cincer_experiments.demo import run

    result = run(data, seeds, answers, noise, read_settings(options),
                 progress=lambda text: click.echo(f"  {text}", err=True))
    if out is not None:
        out.write_text(json.dumps(result, indent=2), encoding="utf-8")
    print_json(result) if as_json else print_table(result["rows"])


_MORE = (*rdia.COMMANDS, *fsr.COMMANDS, *lsw.COMMANDS, error_matrix, policies)
for _study in (*COMMANDS, *_MORE):
    experiment.add_command(_study)
