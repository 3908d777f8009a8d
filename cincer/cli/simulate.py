"""`cincer simulate`: the loop with a simulated annotator, for researchers."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from .options import device_option, json_option, read_settings, settings_options
from .output import Command, print_json, print_table

COLUMNS = ("queries", "follow_ups", "labels_inspected", "cleaned", "mislabelled_seen", "f1",
           "f1_clean")

AUDIT_SHARE = 0.0
"""The paper's protocol has no audits."""


@click.command(cls=Command)
@click.option("--data", required=True, metavar="NAME|FILE.npz",
              help="digits, breast, mnist, adult, newsgroups20, pima, wisconsin, "
                   "breast_cancer_scale, elec2, or a file with X_train, y_train, X_test, y_test. "
                   "What is neither shipped nor in CINCER_DATA is downloaded once (not "
                   "newsgroups20).")
@click.option("--selector", default="default", show_default=True, metavar="NAME[,NAME…]",
              help="Counter-example strategies to compare; 'default' is the default one.")
@click.option("--noise", default=0.2, show_default=True, metavar="SHARE",
              help="Share of mislabelled examples.")
@click.option("--noise-model", default="symmetric", show_default=True, metavar="NAME",
              help="symmetric, pair, class_conditional, instance_dependent or annotator.")
@click.option("--arrivals", default=100, show_default=True, metavar="N",
              help="Arrivals after the bootstrap.")
@click.option("--repeats", default=5, show_default=True, metavar="N", help="Streams to run.")
@click.option("--oracle-error", default=0.0, show_default=True, metavar="SHARE",
              help="How often the simulated annotator is wrong.")
@click.option("--streams", default="drawn", show_default=True, metavar="drawn|published",
              help="Streams drawn from the seed, or those of CINCER's published runs.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE.jsonl",
              help="Where the steps go; a file that was cut off is gone on with.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), metavar="N",
              help="Processes, one thread each; every one takes whole repeats. The file is the "
                   "same for any number.")
@device_option
@settings_options("loop", "model", leave_out=("counter_example",),
                  defaults={"audit_share": AUDIT_SHARE})
@json_option
def simulate(
    data: str, selector: str, out: Path, jobs: int, as_json: bool, **options: Any
) -> None:
    """Run the loop with an oracle and write one JSON line a selector, repeat and arrival.

    The first line of FILE states every setting, version and seed. Audits are off unless
    --audit-share says otherwise. With --training from_scratch all runs of logreg, mlp and cnn are
    trained side by side; with a model of your own, audits or a budget, one after the other.
    """
    plan_options = {name: options.pop(name) for name in (
        "noise", "noise_model", "arrivals", "repeats", "oracle_error", "streams", "device")}
    if options.get("audit_share") is None:
        options["audit_share"] = AUDIT_SHARE
    settings = read_settings(options)
    sys.path.append(os.getcwd())  # where --model module:factory is looked for
    from cincer_experiments.simulate import Plan, run

    plan = Plan(data, tuple(part.strip() for part in selector.split(",")), settings,
                seed=settings.model.seed, **plan_options).checked()
    with click.progressbar(length=1000, label="simulating", file=sys.stderr) as bar:
        shown = 0

        def progress(what: str, done: int, total: int) -> None:
            nonlocal shown
            bar.label = what
            bar.update(1000 * done // total - shown)
            shown = 1000 * done // total

        last = list(run(plan, out, progress, jobs=jobs))
    _report(plan.selectors, last, out, as_json)


def _report(
    selectors: tuple[str, ...], last: list[dict[str, Any]], out: Path, as_json: bool
) -> None:
    """Means over repeats at the end of the stream, with standard errors."""
    from cincer_experiments.summary import mean

    rows = [
        {"selector": name, **{column: str(mean(line[column] for line in last
                                               if line["selector"] == name))
                              for column in COLUMNS}}
        for name in selectors
    ]
    if as_json:
        print_json({"out": str(out), "rows": rows})
    else:
        print_table(rows, title=f"at the end of the stream, mean ± standard error ({out})")
