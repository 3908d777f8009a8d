"""`cincer verify`: refold every event of a ledger and compare with what is stored."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import click

from .options import data_dir_option, json_option
from .output import EXIT_ERROR, Command, print_json


@click.command(cls=Command)
@data_dir_option
@click.option("--head", default=None, metavar="SEQ:HASH",
              help="A head noted earlier; shows whether the ledger was cut since.")
@json_option
def verify(data_dir: str | None, head: str | None, as_json: bool) -> None:
    """Check a ledger: the hash chain, and that its events give exactly its tables."""
    from ..ledger.verify import verify as check
    from .store import ledger_path

    report = check(Path(ledger_path(data_dir)), head=head)
    if as_json:
        print_json(dataclasses.asdict(report))
    else:
        for line in report.lines():
            click.echo(line)
    sys.exit(0 if report.ok else EXIT_ERROR)
