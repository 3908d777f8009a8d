"""`cincer bench`: speed and memory, measured on this machine, side by side in one run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from ..config import ModelSettings
from .options import json_option
from .output import Command, print_json, print_table


@click.group()
def bench() -> None:
    """Measure speed and memory on this machine."""


@bench.command(cls=Command)
@click.option("--known", default="1000,10000,100000,1000000", metavar="N,N,…",
              help="Numbers of known examples. [default: 1000,10000,100000,1000000]")
@click.option("--features", default=64, show_default=True, metavar="D", help="Features.")
@click.option("--classes", default=10, show_default=True, metavar="K", help="Classes.")
@click.option("--repeats", default=50, show_default=True, metavar="N", help="Picks a size.")
@click.option("--selector", default="default,top_fisher", metavar="NAME[,NAME…]",
              help="Strategies, measured side by side. [default: default,top_fisher]")
@click.option("--seed", default=1, show_default=True, metavar="N", help="Seed.")
@json_option
def pick(known: str, selector: str, as_json: bool, **options: int) -> None:
    """Choosing a counter-example, beside one pass over the candidates' features."""
    from ..bench.pick import run

    default = ModelSettings().counter_example
    names = dict.fromkeys(default if n == "default" else n for n in selector.split(","))
    _show(run(sizes=_sizes(known), progress=_progress, selectors=tuple(names), **options), as_json)


@bench.command(cls=Command)
@click.option("--known", default="1000,10000,100000", metavar="N,N,…",
              help="Numbers of known examples. [default: 1000,10000,100000]")
@click.option("--replies", default=600, show_default=True, metavar="N", help="Replies a size.")
@click.option("--seed", default=1, show_default=True, metavar="N", help="Seed.")
@json_option
def loop(known: str, as_json: bool, **options: int) -> None:
    """The live loop: arrivals stored and decided a second, reply latency, memory, start-up."""
    from ..bench.loop import run

    _show(run(known=_sizes(known), progress=_progress, **options), as_json)


@bench.command(cls=Command)
@click.option("--known", default="1000,10000,100000", metavar="N,N,…",
              help="Numbers of known examples. [default: 1000,10000,100000]")
@click.option("--vouched", default=300, show_default=True, type=click.IntRange(0), metavar="N",
              help="Labels that people have vouched for.")
@click.option("--refreshes", default=5, show_default=True, type=click.IntRange(1), metavar="N",
              help="New lists a size.")
@click.option("--seed", default=1, show_default=True, metavar="N", help="Seed.")
@json_option
def suggestions(known: str, as_json: bool, **options: int) -> None:
    """Suggestions and weights as the live server makes them: refresh time and memory."""
    from ..bench.suggestions import run

    _show(run(known=_sizes(known), progress=_progress, **options), as_json)


@bench.command(cls=Command)
@click.option("--data", default="breast,digits", show_default=True, metavar="NAME,NAME,…",
              help="Data sets; others than these two need CINCER_DATA.")
@click.option("--known", default=1000, show_default=True, metavar="N",
              help="Known examples of a data set at most.")
@click.option("--suspects", default=10, show_default=True, metavar="N", help="Suspects.")
@click.option("--left-out", default=100, show_default=True, metavar="N",
              help="Known examples that are really left out.")
@click.option("--noise", default=0.2, show_default=True, metavar="X",
              help="Share of the labels made wrong.")
@click.option("--seed", default=1, show_default=True, metavar="N", help="Seed.")
@json_option
def exactness(
    data: str, known: int, noise: float, seed: int, as_json: bool, suspects: int, left_out: int
) -> None:
    """Influences against real refits of the head; every approximation against the exact value."""
    from ..bench.exactness import load_problem, run

    problems = [load_problem(name.strip(), known + suspects, noise, seed)
                for name in data.split(",")]
    _show(run(problems, suspects, left_out, seed, _progress), as_json)


@bench.command(cls=Command)
@click.option("--python", default="", metavar="PATH,PATH…",
              help="Interpreters that have captum, pyDVL or kronfluence. [default: ours alone]")
@click.option("--known", default=100_000, show_default=True, type=click.IntRange(100), metavar="N",
              help="Training examples.")
@click.option("--queries", default=10, show_default=True, type=click.IntRange(1), metavar="N",
              help="Queries after the first.")
@click.option("--seed", default=1, show_default=True, metavar="N", help="Seed.")
@json_option
def influence(python: str, as_json: bool, **options: int) -> None:
    """One influence ranking of all training examples, beside captum, pyDVL and kronfluence."""
    from ..bench.influence import run

    paths = [path for path in python.split(",") if path]
    result = run(paths, progress=_progress, **options)
    _show(result, as_json)
    if not as_json:
        if result["verdicts"]:
            print_table(result["verdicts"])
        _notes([*result["failed"], *filter(None, [result["setup"]])])


@bench.command(cls=Command)
@click.option("--cases", default="breast-mlp,mnist-mlp,mnist-cnn", show_default=True,
              metavar="NAME,NAME…", help="Data and model.")
@click.option("--cores", default="1,2", show_default=True, metavar="N,N…",
              help="Processes that share the repeats, a thread each.")
@click.option("--repeats", default=None, type=click.IntRange(1), metavar="N",
              help="Repeats side by side. [default: 24, 6, 2]")
@click.option("--full", is_flag=True, help="All 100 arrivals instead of a few late ones.")
@json_option
def protocol(
    cases: str, cores: str, repeats: int | None, full: bool, as_json: bool
) -> None:
    """The published protocol: training from scratch and picking, a received example."""
    from ..bench.protocol import run

    result = run(cases.split(","), _sizes(cores), repeats=repeats, full=full,
                 progress=_progress)
    _show(result, as_json)
    if not as_json:
        _notes(result["missing"])


def _notes(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


def _sizes(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part.replace("_", "")) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a list of numbers such as 1000,10000") from None


def _progress(text: str) -> None:
    click.echo(f"  {text}", err=True)


def _show(result: Any, as_json: bool) -> None:
    if as_json:
        print_json(result)
    else:
        print_table(result["rows"])
