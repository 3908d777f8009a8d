"""`cincer experiment rdia-*`: the tables of RDIA's paper on the data at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..errors import InvalidInput
from .options import json_option
from .output import Command, print_json, print_table

ABOUT = {
    "rdia-table1": "Test loss by strategy without added noise: breast-cancer, pima, mnist-1v7, "
                   "adult.",
    "rdia-noise": "Test loss of ERM, Dropout and RDIA by noise rate.",
    "rdia-alpha": "Relabelled rows and test loss by threshold and noise rate.",
    "rdia-validation": "Test loss by the size of the validation set, at 40 % noise.",
}


F = TypeVar("F", bound=Callable[..., Any])


def _shared(name: str) -> Callable[[F], F]:
    """The options of every study."""
    def decorate(command: F) -> F:
        for option in (
            json_option,
            click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None,
                         metavar="DIR",
                         help=f"Folder of the results. [default: cincer-studies/{name}]"),
            click.option("--repeats", default=5 if name != "rdia-ls" else 1, show_default=True,
                         type=click.IntRange(1), metavar="N", help="Draws to take the mean of."),
            click.option("--seed", default=0, show_default=True, metavar="N",
                         help="First seed of what is drawn."),
        ):
            command = option(command)
        return command

    return decorate


def _command(name: str) -> click.Command:
    @click.option("--data", default=None, metavar="NAME[,NAME…]",
                  help="breast-cancer, pima, mnist-1v7, mnist-1v7-released or adult. "
                       "[default: the paper's]")
    @_shared(name)
    def run(data: str | None, seed: int, repeats: int, out: Path | None, as_json: bool) -> None:
        from cincer_experiments.relabelling.studies import STUDIES

        study = STUDIES[name]
        found = study.run(_names(data) or study.data, seed, repeats, _told)
        report(found, out or Path("cincer-studies") / name, as_json)

    return click.command(name, cls=Command, help=ABOUT[name])(run)


@click.command("rdia-ls", cls=Command)
@click.option("--data", default="mnist", show_default=True, metavar="NAME[,NAME…]",
              help="Data sets of the project: mnist, digits and others.")
@click.option("--methods", default=None, metavar="NAME[,NAME…]",
              help="erm, forward, self_teaching, co_teaching, sigua, rdia_ls, rdia_ls_released. "
                   "[default: all]")
@click.option("--rates", default="0.2,0.4,0.6,0.8", show_default=True, metavar="SHARE[,SHARE…]",
              help="Rates of symmetric noise.")
@click.option("--noise-rate", default="given", show_default=True, metavar="given|estimated",
              type=click.Choice(["given", "estimated"]),
              help="Whether methods are told the rate, or an estimate.")
@click.option("--gamma", default=None, type=click.FloatRange(0, 1), metavar="SHARE",
              help="What the unlearned rows (as released: the kept ones) count. [default: chosen "
                   "by noisy rows held out]")
@click.option("--network", default="perceptron", show_default=True, metavar="NAME",
              help="perceptron (784-256-10, as released) or lenet.")
@click.option("--epochs", default=10, show_default=True, type=click.IntRange(1), metavar="N",
              help="Epochs, the paper's schedule in proportion.")
@click.option("--full", is_flag=True, help="The paper's 200 epochs and schedule.")
@_shared("rdia-ls")
def learning_by_loss(
    data: str, methods: str | None, rates: str, noise_rate: str, gamma: float | None, network: str,
    epochs: int, full: bool, seed: int, repeats: int, out: Path | None, as_json: bool,
) -> None:
    """Test accuracy of RDIA-LS and its baselines by noise rate."""
    from cincer_experiments.relabelling import ls_table

    plan = ls_table.Plan(
        ls_table.FULL if full else ls_table.short(epochs), _names(methods) or ls_table.METHODS,
        tuple(_rate(part) for part in _names(rates)), network, noise_rate == "estimated", gamma)
    found = ls_table.run(_names(data), seed, repeats, _told, plan)
    report(found, out or Path("cincer-studies") / "rdia-ls", as_json)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if text else ()


def _rate(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1:
        raise InvalidInput(f"rates must be 0 to below 1, not {text!r}", field="rates")
    return found


def _told(text: str) -> None:
    click.echo(f"  {text}", err=True)


def report(found: Any, folder: Path, as_json: bool) -> None:
    """Writes the findings into `folder` and shows them."""
    from cincer_experiments.document import write

    document = found.document()
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


COMMANDS = [*(_command(name) for name in ABOUT), learning_by_loss]
