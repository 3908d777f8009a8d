"""A server in a process of its own, for `test_run`: `python serving.py simple|gunicorn FOLDER`.

Prints `ready URL SECRET PID` when it serves and `closed PID` when its service was closed.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from flask import Flask
from server.fakes import FakeService, image_schema

from cincer.config import ServerSettings, Settings
from cincer.errors import CincerError, Corrupt
from cincer.server.app import create_app
from cincer.server.auth.tokens import Tokens
from cincer.server.run import Made, serve


def main(kind: str, folder: Path, wrong: str = "") -> None:
    server = ServerSettings(data_dir=str(folder), port=0, max_sockets=5)
    tokens = Tokens(folder)

    def make() -> Made:
        if wrong:
            raise Corrupt("the ledger is damaged")
        app = create_app(FakeService(), Settings(server=server), image_schema(), tokens,
                         FakeService())
        app.add_url_rule("/slow", "slow", _slow)
        return Made(app, lambda: print("closed", os.getpid(), flush=True))

    def ready(url: str, app: Flask) -> None:
        print("ready", url, tokens.create("anna", ["annotator"])[1], os.getpid(), flush=True)

    try:
        serve(make, server, ready, simple=kind == "simple")
    except CincerError as error:
        print("refused", error, flush=True)
        raise SystemExit(3) from None
    print("end", os.getpid(), flush=True)


def _slow() -> str:
    time.sleep(0.5)
    return "done"


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
