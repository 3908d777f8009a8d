"""A server in processes of its own: started as a user would, found in /proc, killed."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CLASSES = ("ant", "bee", "cat")
FEATURES = 4
SETTINGS = {
    "model": "mlp", "epochs": "2", "bootstrap": "30", "lease-seconds": "3", "queue-size": "40",
    "host": "127.0.0.1"}
_URL = re.compile(r"http://[\d.]+:(\d+)/login")


class Server:
    """`cincer serve` on `folder`. `mode` as in `served`."""

    def __init__(self, folder: Path, mode: str = "good") -> None:
        self.folder, self.mode, self.port = folder, mode, 0
        self._log = folder.with_name(f"{folder.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = 60.0) -> None:
        """Start it and wait until it says that it is ready; later on the port it had first."""
        before = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        end = time.monotonic() + patience
        while not (found := _URL.search(self.log()[before:])):
            assert self._process.poll() is None, self.log()[-2000:]
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.05)
        self.port = int(found[1])

    def _command(self) -> list[str]:
        run = ["cincer"] if self.mode == "good" else ["tests.reliability.served", self.mode]
        options = {**SETTINGS, "data-dir": str(self.folder), "port": str(self.port),
                   "classes": ",".join(CLASSES), "features": str(FEATURES)}
        return [sys.executable, "-m", *run, "serve",
                *(part for name, value in options.items() for part in (f"--{name}", value))]

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def web(self) -> int | None:
        """The process that holds the state: gunicorn's worker, or the only one."""
        assert self._process is not None
        if self.mode == "werkzeug":
            return self._process.pid if self._process.poll() is None else None
        return next(iter(children(self._process.pid)), None)

    def compute(self, name: str) -> int | None:
        """The live `scorer` or `trainer` of the present web process."""
        web = self.web()
        for pid in children(web) if web else ():
            line = _command_line(pid)
            if b"cincer.compute" in line and name.encode() in line:
                return pid
        return None

    def victim(self, name: str) -> int | None:
        return self.web() if name == "web" else self.compute(name)

    def orphans_of(self, pids: list[int]) -> list[int]:
        """Which of a dead web process's compute processes have not ended yet."""
        return [pid for pid in pids if b"cincer.compute" in _command_line(pid)]

    def revive(self) -> None:
        """Werkzeug's server has nobody who starts it again; gunicorn's arbiter does it itself."""
        assert self._process is not None
        if self.mode == "werkzeug":
            self._process.wait(10)
            self.start()

    def health(self) -> dict[str, Any]:
        """What `/health` says; nothing while nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/api/v1/health")
            found: dict[str, Any] = json.loads(connection.getresponse().read())
            return found
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()

    def up(self) -> bool:
        """Whether all three processes work."""
        found = self.health()
        return all(found.get(name) == "up" for name in ("ledger", "scorer", "trainer"))

    def stop(self) -> int:
        """End it as a user would; the exit status."""
        assert self._process is not None
        self._process.terminate()
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.destroy()
            raise

    def destroy(self) -> None:
        """Leave nothing behind."""
        if self._process is None or self._process.poll() is not None:
            return
        web = self.web()
        doomed = [self._process.pid, *([web, *children(web)] if web else [])]
        for pid in doomed:
            kill(pid)
        self._process.wait(10)


def kill(pid: int) -> bool:
    """`kill -9`; whether there was something to kill."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def children(pid: int) -> list[int]:
    """Living child processes, the oldest first."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = each.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(each.parent.name))
    return sorted(found)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
