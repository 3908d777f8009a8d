"""`cincer experiment rdia-*`: the tables of RDIA's paper on the data at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..errors import InvalidInput
from .options import device_option, json_option
from .output import Command
from .reporting import figures_wanted, names, report, told

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

        study, figures = STUDIES[name], figures_wanted(as_json)
        found = study.run(names(data) or study.data, seed, repeats, told)
        report(found, out or Path("cincer-studies") / name, as_json, figures)

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
@device_option
@_shared("rdia-ls")
def learning_by_loss(
    data: str, methods: str | None, rates: str, noise_rate: str, gamma: float | None, network: str,
    epochs: int, full: bool, device: str, seed: int, repeats: int, out: Path | None, as_json: bool,
) -> None:
    """Test accuracy of RDIA-LS and its baselines by noise rate."""
    from cincer_experiments.relabelling import ls_table

    figures = figures_wanted(as_json)
    plan = ls_table.Plan(
        ls_table.FULL if full else ls_table.short(epochs), names(methods) or ls_table.METHODS,
        tuple(_rate(part) for part in names(rates)), network, noise_rate == "estimated", gamma,
        device)
    found = ls_table.run(names(data), seed, repeats, told, plan)
    report(found, out or Path("cincer-studies") / "rdia-ls", as_json, figures)


def _rate(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1:
        raise InvalidInput(f"rates must be 0 to below 1, not {text!r}", field="rates")
    return found


COMMANDS = [*(_command(name) for name in ABOUT), learning_by_loss]
