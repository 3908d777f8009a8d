"""The one module where threads of the server live.

Everything that runs beside the web server's own threads is started here by name: the session
thread, for each compute process its supervisor and its writer, and simulated annotators.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("cincer.threads")


def start(name: str, work: Callable[[], None]) -> threading.Thread:
    """Run `work` in a thread of its own that does not keep the process alive."""

    def guarded() -> None:
        try:
            work()
        except Exception:
            log.exception("thread %s ended by an error", name)

    thread = threading.Thread(target=guarded, name=f"cincer-{name}", daemon=True)
    thread.start()
    return thread
