"""`cincer push`: send a file of examples to a running server, in batches that can be resumed."""

from __future__ import annotations

from pathlib import Path

import click

from .options import json_option
from .output import Command, print_json


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--url", default="http://127.0.0.1:8765", show_default=True, metavar="URL",
              help="The server.")
@click.option("--token", envvar="CINCER_TOKEN", metavar="TOKEN",
              help="A token with the role source. [env: CINCER_TOKEN]")
@click.option("--label-column", default=None, metavar="NAME", help="Column of the labels.")
@click.option("--id-column", default=None, metavar="NAME",
              help="Column of the ids; without one, the file's name and the row's number.")
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 10_000),
              metavar="N", help="Examples a request.")
@click.option("--restart", is_flag=True, help="Begin at the first row, whatever was sent before.")
@json_option
def push(
    file: Path, url: str, token: str | None, label_column: str | None, id_column: str | None,
    batch: int, restart: bool, as_json: bool,
) -> None:
    """Send FILE (CSV, JSONL, NPZ or a folder of images) to a server.

    Sending again is safe: the server knows every id it has stored, and a push that was cut off
    goes on after the last batch that was acknowledged.
    """
    from cincer_streams.source import open_source

    from .pushing import Progress, Pusher

    source = open_source(file, label_column=label_column, id_column=id_column)
    pusher = Pusher(url, token, batch)
    with Progress(source.count, quiet=as_json) as progress:
        total = pusher.send(file, source, progress, restart=restart)
    if as_json:
        print_json(total.as_dict())
    else:
        click.echo(total.sentence())
    if total.rejected:
        raise SystemExit(1)
