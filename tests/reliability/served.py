"""`cincer`, wrong on purpose or on another web server; made to be killed.

    python -m tests.reliability.served MODE serve --data-dir ...

`good` is `python -m cincer`, `werkzeug` the same on Werkzeug's server in one process. The others
are mutants, to show that the checker finds what it is for:

    early    answers people and sources before the commit
    keyless  keeps no idempotency keys
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partialmethod
from typing import Any

from cincer.cli import main


def werkzeug() -> None:
    from cincer.server.hosting import Host

    Host.run = partialmethod(Host.run, simple=True)  # type: ignore[assignment]


def early() -> None:
    from cincer.server.service.group import Group

    close = Group.close

    def answer_then_commit(self: Group) -> None:
        close(self)
        for item, answer in self.answers:
            item.answer(answer)

    Group.close = answer_then_commit  # type: ignore[method-assign]


def keyless() -> None:
    from cincer.ledger.batch import Batch

    def forget(self: Batch, *args: Any) -> None:
        pass

    Batch._key = forget  # type: ignore[method-assign, assignment]


MODES: dict[str, Callable[[], None]] = {
    "good": lambda: None, "werkzeug": werkzeug, "early": early, "keyless": keyless,
}

if __name__ == "__main__":
    MODES[sys.argv.pop(1)]()
    main()
