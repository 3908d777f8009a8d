"""`cincer experiment lsw`: wrong labels found from a few trusted ones."""

from __future__ import annotations

from pathlib import Path

import click

from .options import json_option
from .output import Command
from .reporting import figures_wanted, names, report, told


@click.command("lsw", cls=Command)
@click.option("--data", default="digits,mnist", show_default=True, metavar="NAME[,NAME…]",
              help="Data sets of the project, or a file .npz.")
@click.option("--methods", default="uniform,lsw,l2rw,meta_weight_net", show_default=True,
              metavar="NAME[,NAME…]", help="Reweighters; lsw must be among them.")
@click.option("--rows", default=10_000, show_default=True, type=click.IntRange(20), metavar="N",
              help="Rows of a data set to judge at most.")
@click.option("--trusted", default=10, show_default=True, type=click.IntRange(1), metavar="N",
              help="Trusted labels a class; Table 7 goes on to 20, 50 and 100.")
@click.option("--seed", default=0, show_default=True, metavar="N",
              help="First seed of what is drawn.")
@click.option("--repeats", default=1, show_default=True, type=click.IntRange(1), metavar="N",
              help="Draws to take the mean of.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None,
              metavar="DIR", help="Folder of the results. [default: cincer-studies/lsw]")
@json_option
def finding(
    data: str, methods: str, rows: int, trusted: int, seed: int, repeats: int, out: Path | None,
    as_json: bool,
) -> None:
    """LSW, L2RW and Meta-Weight-Net: wrong labels found from ten trusted ones a class."""
    from cincer_experiments.trust import study

    figures = figures_wanted(as_json)
    counts = tuple(sorted({trusted, *(n for n in study.TRUSTED if n > trusted)}))
    plan = study.Plan(rows, names(methods), trusted=counts)
    found = study.run(names(data), seed, repeats, told, plan)
    report(found, out or Path("cincer-studies") / "lsw", as_json, figures)


COMMANDS = (finding,)
