"""`cincer backup`: a consistent copy of a ledger, taken while the server runs."""

from __future__ import annotations

from pathlib import Path

import click

from .options import data_dir_option, json_option
from .output import Command, print_json


@click.command(cls=Command)
@click.argument("target", type=click.Path(path_type=Path))
@data_dir_option
@json_option
def backup(target: Path, data_dir: str | None, as_json: bool) -> None:
    """Copy the ledger to the file TARGET, checked before it is put in place.

    Features, models and tokens are not in it: the first two are computed again, and tokens are
    made anew with `cincer token`.
    """
    from ..ledger import Ledger
    from .store import ledger_path

    with Ledger.open(ledger_path(data_dir), readonly=True) as ledger:
        ledger.backup(target)
    with Ledger.open(target, readonly=True) as copy:
        seq, head = copy.head()
    if as_json:
        print_json({"target": str(target), "seq": seq, "head": head.hex()})
    else:
        click.echo(f"{target}: everything up to event {seq:,}; head {seq}:{head.hex()}")
