"""`cincer experiment q1 | q2 | q3 | selectors`: one command a study, all with the same options."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .options import device_option, json_option
from .output import Command, print_json, print_table
from .reporting import figures_wanted, names

HELP = {
    "q1": "Is it worth showing a counter-example? Cleaned labels and F1 over the stream.",
    "q2": "Which counter-example? Every strategy, beside the published results.",
    "q3": "How many of the first counter-examples are mislabelled? Precision at 5 and 10.",
    "selectors": "Every strategy against every other, at equal queries and equal labels inspected.",
}


def _many(context: click.Context, option: click.Parameter, text: str) -> tuple[str, ...]:
    return names(text)


OPTIONS = (
    click.option("--data", default="", metavar="NAME[,NAME…]", callback=_many,
                 help="Data sets: digits, breast, mnist, adult, newsgroups20. [default: the "
                      "study's own]"),
    click.option("--model", "models", default="", metavar="NAME[,NAME…]", callback=_many,
                 help="Models: logreg, mlp, cnn. [default: the study's own]"),
    click.option("--selectors", default="", metavar="NAME[,NAME…]", callback=_many,
                 help="Strategies; 'default' is the default one, '*' all. [default: the study's "
                      "own]"),
    click.option("--repeats", default=None, type=click.IntRange(1), metavar="N",
                 help="Streams to run. [default: the study's own]"),
    click.option("--seed", default=1, show_default=True, metavar="N",
                 help="Seed of weights, batches and strategies; the streams are the published "
                      "ones."),
    click.option("--arrivals", default=100, show_default=True, type=click.IntRange(1), metavar="N",
                 help="Arrivals after the bootstrap."),
    click.option("--epochs", default=100, show_default=True, type=click.IntRange(1), metavar="N",
                 help="Passes over the known examples in each training."),
    click.option("--out", default=None, type=click.Path(path_type=Path, file_okay=False),
                 metavar="DIR", help="Where runs, tables and figures go; what is there is gone on "
                                     "with. [default: cincer-studies/ and the study's name]"),
    click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), metavar="N",
                 help="Processes, one thread each; every one takes whole repeats. The runs are "
                      "the same for any number."),
    device_option,
    click.option("--report-only", is_flag=True,
                 help="Run nothing: make tables and figures again from the runs in DIR."),
    json_option,
)


def _command(name: str) -> click.Command:
    def run(
        out: Path | None, jobs: int, report_only: bool, as_json: bool, **options: Any
    ) -> None:
        from cincer_experiments.studies.run import run as run_study
        from cincer_experiments.studies.run import tell
        from cincer_experiments.studies.study import study

        figures = figures_wanted(as_json)
        chosen, folder = study(name, **options), out or Path("cincer-studies") / name
        if report_only:
            found = tell(chosen, folder, finished=True, figures=figures)
        else:
            with click.progressbar(length=1000, file=sys.stderr) as bar:
                found = run_study(
                    chosen, folder, _told(bar), figures=figures, jobs=jobs)
        print_json(found) if as_json else _show(found, folder)

    command: Callable[..., Any] = run
    for option in reversed(OPTIONS):
        command = option(command)
    return click.command(name, cls=Command, help=HELP[name])(command)


def _told(bar: Any) -> Callable[[str, int, int], None]:
    def told(what: str, done: int, total: int) -> None:
        bar.label = what if len(what) < 60 else f"{what[:28]} … {what[-28:]}"
        bar.update(1000 * done // total - bar.pos)

    return told


def _show(found: dict[str, Any], folder: Path) -> None:
    """Tables without their matrices, which are in the files, and the verdicts."""
    for table in found["tables"]:
        if len(table["columns"]) <= 14:
            print_table(_rows(table), table["title"])
    print_table(
        ({"row": v["row"], "claim": v["claim"], "ours": v["ours"], "published": v["published"],
          "holds": {True: "yes", False: "no", None: "–"}[v["holds"]]}
         for v in found["verdicts"]), "verdicts")
    click.echo(f"tables, figures and runs: {folder}")


def _rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    """A row a mapping; a column of a name that was there before is named after its left one."""
    names: list[str] = []
    for name in table["columns"]:
        names.append(f"{names[-1]}, {name}" if name in names or name == "published" else name)
    return [dict(zip(names, row, strict=True)) for row in table["rows"]]


COMMANDS = tuple(_command(name) for name in HELP)
