"""Builds the model and its strategies once and says what is wrong, before a server starts.

The web process never imports torch, so the names in its settings are tried here, in a process of
their own: `python -m cincer.compute.preflight` reads {settings, width, classes} from standard
input, and writes one line and exits with 2 where they cannot be built.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict

from ..config import ModelSettings
from ..errors import CincerError, InvalidInput

BUILT = ("model", "suspicion", "counter_example", "neighbours", "training")
"""The settings that name something to be built."""


def check(settings: ModelSettings, width: int, classes: int) -> None:
    """Raises `InvalidInput` if `settings` cannot be built for examples of `width` numbers; at once
    where they are the defaults."""
    default = ModelSettings()
    if all(getattr(settings, name) == getattr(default, name) for name in BUILT):
        return
    told = json.dumps({"settings": asdict(settings), "width": width, "classes": classes})
    done = subprocess.run([sys.executable, "-m", __name__], input=told, text=True,
                          capture_output=True)
    if done.returncode:
        raise InvalidInput(done.stderr.strip().rpartition("\n")[2] or "the model cannot be built")


def main() -> None:
    """Try what standard input describes."""
    from .. import build
    from ..rows import Rows

    told = json.load(sys.stdin)
    try:
        build.engine(ModelSettings(**told["settings"]), Rows(), (told["width"],), told["classes"])
    except CincerError as error:
        sys.exit(str(error).replace("\n", " "))


if __name__ == "__main__":
    main()
