"""`cincer push` against a small HTTP server that answers like the real one."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from cincer.cli import main


class Answering(BaseHTTPRequestHandler):
    """Stores ids in memory; `fail` holds statuses to answer with first."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        server = self.server
        server.seen.append((self.path, self.headers.get("Authorization")))
        if server.fail:
            status = server.fail.pop(0)
            return self._answer(status, {"ok": False, "error": "not now", "code": "busy",
                                         "status": status})
        items = []
        for line in body.splitlines():
            row = json.loads(line)
            answer = "duplicate" if row["id"] in server.stored else "stored"
            server.stored[row["id"]] = row
            items.append({"id": row["id"], "answer": answer, "error": None})
        counts = {kind: sum(i["answer"] == kind for i in items)
                  for kind in ("stored", "duplicate", "rejected")}
        return self._answer(200, {"ok": True, **counts, "items": items})

    def _answer(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as found:
        found.stored, found.seen, found.fail = {}, [], []
        thread = threading.Thread(target=found.serve_forever, args=(0.01,))
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def rows(tmp_path):
    file = tmp_path / "rows.csv"
    lines = [f"{n},{n * 2},{'cat' if n % 2 else 'dog'}" for n in range(25)]
    file.write_text("\n".join(["a,b,label", *lines]) + "\n")
    return file


@pytest.fixture
def push(server, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("cincer.cli.pushing.time.sleep", lambda seconds: None)
    url = f"http://127.0.0.1:{server.server_address[1]}"

    def run(file, *flags):
        return CliRunner().invoke(main, ["push", str(file), "--url", url, "--batch", "10",
                                         "--json", *flags])

    return run


def test_sends_all_rows_in_batches(push, server, rows):
    found = push(rows, "--token", "secret")
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["stored"] == 25
    assert server.seen == [("/api/v1/examples", "Bearer secret")] * 3
    first = next(iter(server.stored.values()))
    assert first["content"] == {"a": 0, "b": 0}
    assert first["label"] == "dog"


def test_sending_again_doubles_nothing(push, server, rows):
    push(rows)
    assert json.loads(push(rows).stdout)["duplicate"] == 25
    assert len(server.stored) == 25


def test_waits_while_the_server_is_busy(push, server, rows):
    server.fail = [429, 503]
    assert json.loads(push(rows).stdout)["stored"] == 25


def test_goes_on_where_it_was_cut_off(push, server, rows):
    server.fail = [500]
    assert push(rows).exit_code == 1
    push(rows)
    server.seen.clear()
    server.stored.clear()
    original = server.RequestHandlerClass.do_POST

    def once_then_break(self):
        if len(server.seen) >= 2:
            server.fail = [400]
        return original(self)

    server.RequestHandlerClass.do_POST = once_then_break
    try:
        cut = push(rows, "--restart")
    finally:
        server.RequestHandlerClass.do_POST = original
    assert cut.exit_code == 2
    assert len(server.stored) == 20
    server.fail = []
    done = json.loads(push(rows).stdout)
    assert (done["stored"], done["resumed_at"]) == (5, 20)


def test_a_bad_row_is_told_and_sinks_nothing(push, server, tmp_path):
    file = tmp_path / "bad.jsonl"
    good = [json.dumps({"content": [n, 1.0], "label": str(n % 2)}) for n in range(5)]
    file.write_text("\n".join([*good[:2], "{not json", *good[2:]]) + "\n")
    found = push(file)
    told = json.loads(found.stdout)
    assert found.exit_code == 1
    assert (told["stored"], told["rejected"]) == (5, 1)
    assert "line 3" in told["reasons"][0]


@pytest.mark.parametrize(("file", "flags", "words"), [
    ("missing.csv", (), "missing.csv"),
    ("rows.csv", ("--url", "ftp://x"), "http://"),
    ("rows.csv", ("--label-column", "nope"), "nope"),
])
def test_bad_input_is_one_clear_line(push, rows, tmp_path, file, flags, words):
    found = push(tmp_path / file, *flags)
    assert found.exit_code == 2
    assert found.stderr.startswith("Error: ")
    assert words in found.stderr
    assert found.stderr.count("\n") == 1
