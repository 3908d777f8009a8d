"""Starting and stopping: refusals in clear words, order at the end, one process that owns all."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from server.wires import Wire

from cincer.config import ServerSettings
from cincer.errors import InvalidInput
from cincer.server.app import origins
from cincer.server.run import address, bind, check_address, serve

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and gunicorn")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.9.1"])
def test_loopback_needs_nothing(host: str) -> None:
    check_address(ServerSettings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", "2130706433", ""])
def test_other_addresses_need_tls_or_a_proxy(host: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="--behind-proxy"):
        check_address(ServerSettings(host=host))
    check_address(ServerSettings(host=host, behind_proxy=True))
    pem = tmp_path / "x.pem"
    pem.write_text("")
    check_address(ServerSettings(host=host, tls_cert=str(pem), tls_key=str(pem)))


def test_half_a_certificate_or_a_missing_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="belong together"):
        check_address(ServerSettings(tls_cert="x"))
    with pytest.raises(InvalidInput, match="no such file"):
        check_address(ServerSettings(tls_cert="/nowhere", tls_key="/nowhere"))


def test_a_taken_port_is_told_before_anything_is_made() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        def make() -> Any:
            raise AssertionError("made")

        with pytest.raises(InvalidInput, match=f"port {port} is taken"):
            serve(make, ServerSettings(port=port), lambda url, app: None)


def test_any_free_port() -> None:
    settings = ServerSettings(port=0)
    with bind(settings) as listener:
        assert address(settings, listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("text", ["*", "https://*.example.org", "example.org", "null"])
def test_origins_are_origins(text: str) -> None:
    with pytest.raises(InvalidInput, match="allowed_origins"):
        origins(text)
    assert origins(" https://a.org/, http://b:8000") == {"https://a.org", "http://b:8000"}


@dataclass
class Running:
    process: subprocess.Popen[str]
    url: str
    secret: str
    pid: int

    def get(self, path: str) -> tuple[int, bytes]:
        status, _, body = self.ask(path)
        return status, body

    def ask(self, path: str) -> tuple[int, Any, bytes]:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def line(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()


def _start(kind: str, folder: Path, *rest: str) -> subprocess.Popen[str]:
    places = [ROOT, ROOT / "streams", ROOT / "tests"]
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "serving.py"), kind,
         str(folder), *rest],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, places))})


@contextmanager
def running(kind: str, folder: Path) -> Iterator[Running]:
    process = _start(kind, folder)
    try:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        assert words[:1] == ["ready"], process.communicate(timeout=10)
        yield Running(process, words[1], words[2], int(words[3]))
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@posix
@pytest.mark.parametrize(("kind", "name"), [
    ("simple", "SIGINT"), ("gunicorn", "SIGINT"), ("gunicorn", "SIGTERM")])
def test_stopping_ends_requests_sockets_and_service_in_order(
    kind: str, name: str, tmp_path: Path
) -> None:
    with running(kind, tmp_path) as server:
        status, headers, _ = server.ask("/api/v1/health")
        assert (status, headers["Server"] in ("cincer", "gunicorn")) == (200, True)
        wire = Wire(server.url, server.secret)
        wire.join()
        assert wire.ask("query:lease", {"key": "k"})["ok"] is True
        slow: list[tuple[int, bytes]] = []
        asking = threading.Thread(target=lambda: slow.append(server.get("/slow")))
        asking.start()
        time.sleep(0.2)
        server.process.send_signal(signal.Signals[name])
        assert wire.closed(8)
        out, err = server.process.communicate(timeout=15)
        asking.join(5)
        assert slow == [(200, b"done")]
        lines = [line.split() for line in out.splitlines()]
        assert [words[0] for words in lines] == ["closed", "end"]
        assert lines[0][1] == str(server.pid)
        assert lines[1][1] == str(server.process.pid)
        assert (server.process.returncode, err) == (0, "")


@posix
def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    with running("gunicorn", tmp_path) as server:
        assert server.pid != server.process.pid
        os.kill(server.pid, signal.SIGKILL)
        words = server.line()
        assert words[0] == "ready"
        assert int(words[3]) != server.pid
        assert server.get("/api/v1/health")[0] == 200
        server.process.send_signal(signal.SIGTERM)
        server.process.communicate(timeout=15)
        assert server.process.returncode == 0


@posix
@pytest.mark.parametrize("kind", ["simple", "gunicorn"])
def test_what_cannot_be_made_is_told_in_one_line(kind: str, tmp_path: Path) -> None:
    process = _start(kind, tmp_path, "wrong")
    out, err = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "the ledger is damaged" in out + err
    assert "Traceback" not in out + err



@pytest.mark.parametrize(("host", "shown"), [
    ("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://localhost:"),
    ("::1", "http://[::1]:"), ("::", "http://localhost:"),
])
def test_the_address_is_one_that_can_be_opened(host: str, shown: str) -> None:
    settings = ServerSettings(host=host, port=0, behind_proxy=True)
    try:
        listener = bind(settings)
    except InvalidInput:
        pytest.skip(f"this machine has no {host}")
    with listener:
        assert address(settings, listener).startswith(shown)
