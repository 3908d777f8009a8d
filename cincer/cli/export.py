"""`cincer export`: the data set with all its label layers and history, for other tools."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .options import data_dir_option
from .output import Command


@click.command(cls=Command)
@data_dir_option
@click.option("--format", "formats", default="all", show_default=True, metavar="NAME[,NAME…]",
              help="labels.csv, cleaned.jsonl, cleaned.parquet (only if named), history.jsonl, "
              "datalab.csv, crowd.csv, label_studio.json.")
@click.option("--out", default="-", show_default=True, metavar="DIR|-",
              help="Folder for the files and their manifest; '-' prints one format.")
def export(data_dir: str | None, formats: str, out: str) -> None:
    """Write labels, history and tables that other tools read.

    Into a folder, each file is listed in manifest.json with its SHA-256. The server may be
    running; what is written is one moment of its ledger.
    """
    from ..errors import InvalidInput
    from ..ledger import Ledger
    from ..ledger.export import BINARY, FORMATS, write, write_binary
    from ..ledger.export import export as write_files
    from .store import ledger_path

    names = None if formats == "all" else [name.strip() for name in formats.split(",")]
    with Ledger.open(ledger_path(data_dir), readonly=True) as ledger:
        if out == "-":
            if names is None or len(names) != 1:
                raise InvalidInput("name one --format to print, or a folder with --out; "
                                   f"formats: {', '.join(FORMATS)}")
            if names[0] in BINARY:
                write_binary(ledger, names[0], sys.stdout.buffer)
            else:
                write(ledger, names[0], sys.stdout)
        else:
            click.echo(str(write_files(ledger, Path(out), names)))
