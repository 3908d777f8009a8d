"""`cincer experiment fsr | imbalance`: reweighting without a trusted set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..errors import InvalidInput
from .options import json_option
from .output import Command
from .reporting import figures_wanted, names, report, told

Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def _data(default: str) -> Option:
    return click.option("--data", default=default, show_default=True, metavar="NAME[,NAME…]",
                        help="Data sets of the project.")


def _shared(name: str, methods: str, about: str) -> Option:
    """The options of both studies."""
    options = (
        click.option("--methods", default=methods, show_default=True, metavar="NAME[,NAME…]",
                     help=about),
        click.option("--model", default="mlp", show_default=True, metavar="NAME",
                     help="logreg, mlp, cnn or module:factory."),
        click.option("--epochs", default=40, show_default=True, type=click.IntRange(1),
                     metavar="N", help="Passes over the rows in each training."),
        click.option("--seed", default=0, show_default=True, metavar="N",
                     help="First seed of what is drawn."),
        click.option("--repeats", default=3, show_default=True, type=click.IntRange(1), metavar="N",
                     help="Draws to take the mean of."),
        click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None,
                     metavar="DIR",
                     help=f"Folder of the results. [default: cincer-studies/{name}]"),
        json_option)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command("fsr", cls=Command)
@_data("digits,mnist")
@click.option("--labels", default="10,20,50,100", show_default=True, metavar="N[,N…]",
              help="True labels of each class; the rest gets pseudo-labels.")
@click.option("--rates", default="0.2,0.4,0.6", show_default=True, metavar="SHARE[,SHARE…]",
              help="Rates of symmetric noise.")
@click.option("--rows", default=3000, show_default=True, type=click.IntRange(20), metavar="N",
              help="Rows drawn from each data set at most.")
@_shared("fsr", "uniform,uniform_mixed,fsr,fsr_verified",
         "Also fsr_released, class_balanced, fsr_head and other reweighters of the last layer.")
def few_labels(
    data: str, labels: str, rates: str, rows: int, methods: str, model: str, epochs: int,
    seed: int, repeats: int, out: Path | None, as_json: bool,
) -> None:
    """FSR against uniform training: few labels with pseudo-labels, and noise."""
    from cincer_experiments.fast_reweighting import noise_table
    from cincer_experiments.fast_reweighting.methods import Plan

    figures = figures_wanted(as_json)
    found = noise_table.run(
        names(data), seed, repeats, told, names(methods), Plan(model, epochs), rows,
        [round(value) for value in _numbers(labels, "labels", 1, 1e9)],
        _numbers(rates, "rates", 0, 1))
    report(found, out or Path("cincer-studies") / "fsr", as_json, figures)


@click.command("imbalance", cls=Command)
@_data("digits,mnist")
@click.option("--factors", default="5,10,20,50", show_default=True, metavar="N[,N…]",
              help="How many times the largest class is the smallest.")
@click.option("--largest", default=None, type=click.IntRange(2), metavar="N",
              help="Examples of the largest class. [default: 130 of digits, else 1000]")
@_shared("imbalance", "uniform,class_balanced,fsr_shifted,fsr_shifted_released",
         "Also fsr and fsr_released.")
def long_tails(
    data: str, factors: str, largest: int | None, methods: str, model: str, epochs: int, seed: int,
    repeats: int, out: Path | None, as_json: bool,
) -> None:
    """FSR against uniform training and the class-balanced loss, on long tails."""
    from cincer_experiments.fast_reweighting import imbalance_table
    from cincer_experiments.fast_reweighting.methods import Plan

    figures = figures_wanted(as_json)
    found = imbalance_table.run(
        names(data), seed, repeats, told, names(methods), Plan(model, epochs), largest,
        _numbers(factors, "factors", 1, 1e9))
    report(found, out or Path("cincer-studies") / "imbalance", as_json, figures)


def _numbers(text: str, option: str, low: float, high: float) -> list[float]:
    found = []
    for part in names(text):
        try:
            value = float(part)
        except ValueError:
            value = float("nan")
        if not low <= value < high:
            raise InvalidInput(f"{option} must be numbers from {low:g} to below {high:g}, not "
                               f"{part!r}", field=option)
        found.append(value)
    return found


COMMANDS = (few_labels, long_tails)
