"""`cincer experiment rdia-*`: the tables of RDIA's paper on the data at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .options import json_option
from .output import Command, print_json, print_table

ABOUT = {
    "rdia-table1": "Test loss by strategy without added noise: breast-cancer, pima, mnist-1v7, "
                   "adult.",
    "rdia-noise": "Test loss of ERM, Dropout and RDIA by noise rate.",
    "rdia-alpha": "Relabelled rows and test loss by threshold and noise rate.",
    "rdia-validation": "Test loss by the size of the validation set, at 40 % noise.",
}


def _command(name: str) -> click.Command:
    @click.option("--data", default=None, metavar="NAME[,NAME…]",
                  help="breast-cancer, pima, mnist-1v7 or adult. [default: the paper's]")
    @click.option("--seed", default=0, show_default=True, metavar="N",
                  help="First seed of what is drawn.")
    @click.option("--repeats", default=5, show_default=True, type=click.IntRange(1), metavar="N",
                  help="Draws to take the mean of.")
    @click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None,
                  metavar="DIR", help=f"Folder of the results. [default: cincer-studies/{name}]")
    @json_option
    def run(data: str | None, seed: int, repeats: int, out: Path | None, as_json: bool) -> None:
        from cincer_experiments.relabelling.studies import STUDIES

        study = STUDIES[name]
        chosen = tuple(part.strip() for part in data.split(",")) if data else study.data
        found = study.run(chosen, seed, repeats, lambda text: click.echo(f"  {text}", err=True))
        report(found, out or Path("cincer-studies") / name, as_json)

    return click.command(name, cls=Command, help=ABOUT[name])(run)


def report(found: Any, folder: Path, as_json: bool) -> None:
    """Writes the findings into `folder` and shows them."""
    from cincer_experiments.relabelling.document import write

    document = write(found, folder)
    if as_json:
        print_json(document)
        return
    for table in document["tables"]:
        print_table([dict(zip(table["columns"], row, strict=True)) for row in table["rows"]],
                    table["title"])
    print_table(document["verdicts"], "verdicts")
    click.echo(f"written to {folder}")


COMMANDS = [_command(name) for name in ABOUT]
