"""`cincer experiment policies`: the whole loop, with what the machine does by itself."""

from __future__ import annotations

from pathlib import Path

import click

from .options import json_option
from .output import Command
from .reporting import names, show, told


@click.command(cls=Command)
@click.option("--data", default="mnist", show_default=True, metavar="NAME", help="Data set.")
@click.option("--arrivals", default=5000, show_default=True, type=click.IntRange(1), metavar="N",
              help="Arrivals after a bootstrap of 100.")
@click.option("--noise", default=0.2, show_default=True, type=click.FloatRange(0, 0.95),
              metavar="SHARE", help="Share of the labels that are made wrong.")
@click.option("--query-budget", default=50.0, show_default=True,
              type=click.FloatRange(0, min_open=True), metavar="X",
              help="Queries per 1,000 arrivals, audits among them.")
@click.option("--audit-share", default=0.3, show_default=True, type=click.FloatRange(0, 0.9),
              metavar="SHARE", help="Share of the queries that are audits.")
@click.option("--policies", "chosen", default=None, metavar="NAME[,NAME…]",
              help="cincer alone, drop, unlearn, relabel, chooser, held_out, lsw, fsr, "
                   "reweighter, l2rw. [default: all]")
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1), metavar="N",
              help="Streams.")
@click.option("--seed", default=1, show_default=True, metavar="N", help="Seed of the first one.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None,
              metavar="DIR", help="Folder of the results. [default: cincer-studies/policies]")
@json_option
def policies(
    data: str, arrivals: int, noise: float, query_budget: float, audit_share: float,
    chosen: str | None, repeats: int, seed: int, out: Path | None, as_json: bool,
) -> None:
    """The loop on a noisy stream with a query budget: relabelling, weights, the action chooser."""
    from cincer_experiments.document import write
    from cincer_experiments.policies.run import Setting
    from cincer_experiments.policies.study import POLICIES, Plan, study

    from ..errors import UnknownName

    wanted = names(chosen or "") or tuple(POLICIES)
    for name in wanted:
        if name not in POLICIES:
            raise UnknownName("policy", name, POLICIES)
    plan = Plan(data, arrivals, noise, seed, repeats,
                Setting(budget=query_budget, audit_share=audit_share), wanted)
    folder = out or Path("cincer-studies") / "policies"
    document = study(plan, told)
    write(document, folder)
    show(document, folder, as_json)
