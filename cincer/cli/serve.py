"""`cincer serve`: the server, for streams and people of your own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import Conflict, InvalidInput
from .options import read_settings, settings_options
from .output import Command
from .welcome import announce

if TYPE_CHECKING:
    from cincer_streams.source import Source

    from ..schema import Schema
    from ..server.service import Service


@click.command(cls=Command)
@click.argument("source", required=False, metavar="[FILE]")
@click.option("--label-column", default=None, metavar="NAME", help="Column of FILE's labels.")
@click.option("--id-column", default=None, metavar="NAME", help="Column of FILE's ids.")
@click.option("--schema", "schema_file", default=None, metavar="FILE.json",
              type=click.Path(path_type=Path),
              help="What examples look like; without it, it is inferred from FILE.")
@click.option("--classes", default=None, metavar="NAME,NAME…",
              help="With --features: the classes of examples that are vectors of numbers.")
@click.option("--features", default=None, type=click.IntRange(1), metavar="D",
              help="With --classes: how many numbers an example has.")
@click.option("--browser/--no-browser", default=False, show_default=True,
              help="Open the link in a browser where there is a desktop.")
@settings_options("loop", "model", "server")
def serve(
    source: str | None, label_column: str | None, id_column: str | None,
    schema_file: Path | None, classes: str | None, features: int | None, browser: bool,
    **options: Any,
) -> None:
    """Serve a project: examples come in over HTTP or a websocket, people answer in a browser.

    FILE (CSV, JSONL, NPZ or a folder of images), if given, is streamed in as the first source.
    A data folder that was used before goes on where it was; its schema need not be given again.
    """
    settings = read_settings(options)
    folder = Path(settings.server.data_dir)
    from ..server.hosting import Host, store_schema, stored_schema

    before = stored_schema(folder)
    given = _given_schema(schema_file, classes, features)
    stream = _open(source, label_column, id_column, before or given)
    schema = before or given or (stream.schema if stream else None)
    if schema is None:
        raise InvalidInput("nothing says what examples look like: give a FILE, --schema, or "
                           "--classes with --features")
    if before is not None and given is not None and before != given:
        raise Conflict(f"{folder} was started with another schema; use another --data-dir")
    store_schema(folder, schema)
    host = Host(settings, schema, begin=_feeding(stream, schema) if stream else None)
    host.run(announce("serve", browser, kept=str(folder)))


def _given_schema(
    file: Path | None, classes: str | None, features: int | None
) -> Schema | None:
    from ..schema import Schema

    if file is not None:
        try:
            return Schema.from_json(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise InvalidInput(f"cannot read {file}: {error.strerror}") from None
    if (classes is None) != (features is None):
        raise InvalidInput("--classes and --features belong together; give both or none")
    if classes is None or features is None:
        return None
    names = [name.strip() for name in classes.split(",")]
    return Schema.declare("vector", names, columns=features)


def _open(
    source: str | None, label_column: str | None, id_column: str | None, schema: Schema | None
) -> Source | None:
    if source is None:
        return None
    from cincer_streams.source import open_source

    return open_source(source, label_column=label_column, id_column=id_column, schema=schema)


def _feeding(stream: Source, schema: Schema) -> Callable[[Service], Callable[[], None]]:
    def begin(service: Service) -> Callable[[], None]:
        from ..server.feeding import Feeder

        feeder = Feeder(service, schema, stream, source=stream.stem, rate=None)
        feeder.start()
        return feeder.stop

    return begin
