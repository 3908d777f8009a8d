"""Where a project keeps its things: the data folder, and the ledger in it."""

from __future__ import annotations

import os
from pathlib import Path

from ..config import load
from ..errors import InvalidInput

LEDGER = "ledger.db"


def data_folder(flag: str | None) -> Path:
    """The data folder by flag, `CINCER_DATA_DIR`, or the default."""
    return Path(load(env=os.environ, flags={"data_dir": flag}).server.data_dir)


def ledger_path(flag: str | None) -> Path:
    """The ledger's file; `InvalidInput` where there is none."""
    path = data_folder(flag) / LEDGER
    if not path.exists():
        raise InvalidInput(
            f"no ledger at {path}; name the folder of a `cincer serve` with --data-dir")
    return path
