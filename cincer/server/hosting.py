"""A whole server put together: service, ledger, tokens, application; `demo` and `serve` use it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from ..compute import preflight
from ..config import Settings
from ..ledger import Ledger
from ..ledger.export import BINARY, FORMATS, write, write_binary
from ..schema import Schema
from .app import create_app
from .auth.tokens import Tokens
from .run import Made, check_address, serve
from .service import Service
from .service.live import LEDGER

SCHEMA = "schema.json"
MEDIA = {".parquet": "application/vnd.apache.parquet", ".csv": "text/csv",
         ".jsonl": "application/x-ndjson", ".json": "application/json"}


@dataclass(frozen=True)
class Host:
    """What a server is made of. `begin(service)` is called once it runs, in the serving process,
    and gives what is to be called before it closes."""

    settings: Settings
    schema: Schema
    truth_known: bool = False
    begin: Callable[[Service], Callable[[], None]] | None = None
    make_service: Callable[[Settings, Path, Schema], Service] = Service

    @property
    def folder(self) -> Path:
        return Path(self.settings.server.data_dir)

    def run(self, on_ready: Callable[[str, Flask], None], *, simple: bool = False) -> None:
        """Serve until told to stop. `InvalidInput` where the model cannot be built or the address
        cannot be bound."""
        check_address(self.settings.server)
        preflight.check(self.settings.model, self.schema.width, len(self.schema.classes))
        serve(self.make, self.settings.server, on_ready, simple=simple)

    def make(self) -> Made:
        """Start the service and put the application around it."""
        service = self.make_service(self.settings, self.folder, self.schema)
        service.start()
        app = create_app(
            service, self.settings, self.schema, Tokens(self.folder), service.archive,
            truth_known=self.truth_known, export=lambda name: exported(self.folder, name))
        stop = self.begin(service) if self.begin is not None else None

        def close() -> None:
            if stop is not None:
                stop()
            service.close()

        return Made(app, close)


def exported(folder: Path, name: str) -> tuple[str, str, bytes]:
    """File name, media type and content of one export format; `labels` is `labels.csv`."""
    known = (*FORMATS, *BINARY)
    full = next((each for each in known if name in (each, each.split(".")[0])), name)
    text, data = io.StringIO(), io.BytesIO()
    with Ledger.open(folder / LEDGER, readonly=True) as reader:
        if full in BINARY:
            write_binary(reader, full, data)
        else:
            write(reader, full, text)
    return full, MEDIA[Path(full).suffix], data.getvalue() or text.getvalue().encode()


def stored_schema(folder: Path) -> Schema | None:
    """The schema a data folder was started with."""
    file = folder / SCHEMA
    return Schema.from_json(file.read_text(encoding="utf-8")) if file.exists() else None


def store_schema(folder: Path, schema: Schema) -> None:
    """Note the schema beside the ledger, so that the server can be started again without it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCHEMA).write_text(schema.to_json(), encoding="utf-8")


def login_url(url: str, app: Flask, name: str, roles: tuple[str, ...]) -> str:
    """A link that logs a browser in as a new `name`: once, within 60 seconds."""
    parts = app.extensions["cincer"]
    known = [t for t in parts.tokens.all() if t.name == name and not t.parent and not t.revoked]
    token = known[0] if known else parts.tokens.create(name, roles)[0]
    code, _ = parts.codes.issue(token.id)
    return f"{url}/login?code={code}"
