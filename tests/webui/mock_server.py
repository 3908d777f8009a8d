"""A server that speaks the wire and knows nothing: for the browser tests and for development.

`python tests/webui/mock_server.py --kind table --classes 2` serves the built page with made-up
questions. Every message that comes is checked against `cincer.server.wire`; replies are counted,
keys remembered, and the line can be cut at the worst moments.
"""

from __future__ import annotations

import argparse
import json
import mimetypes
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import socketio
from pydantic import ValidationError
from werkzeug.serving import WSGIRequestHandler, make_server

from cincer.server.wire import EVENTS, PUSHES

from . import samples

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "cincer" / "server" / "static"
PLACE = "/annotate"
CSP = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class Mock:
    """One made-up server on a free port. `questions` wait in order; `replies`, `skips`, `flags`,
    `undone` are what came. Use as a context manager."""

    def __init__(
        self, questions: list[dict[str, Any]], classes: list[str], kind: str = "image", *,
        port: int = 0, flipped: int = 12, stats: dict[str, Any] | None = None,
        roles: tuple[str, ...] = ("annotator",), truth_known: bool = True,
    ) -> None:
        self.waiting = list(questions)
        self.held: list[dict[str, Any]] = []
        self.classes, self.kind, self.flipped, self.roles = classes, kind, flipped, roles
        self.truth_known = truth_known
        self.stats = stats or samples.stats(saved_at=time.time())
        self.replies: list[dict[str, Any]] = []
        self.skips: list[dict[str, Any]] = []
        self.flags: list[dict[str, Any]] = []
        self.displayed: list[str] = []
        self.undone: list[str] = []
        self.explained: list[str] = []
        self.explain: Callable[[dict[str, Any]], dict[str, Any]] = samples.explained
        self.patience = threading.Event()
        self.patience.set()
        self.wrong: list[str] = []
        self.down = self.denied = self.swallow = False
        self._answers: dict[str, dict[str, Any]] = {}
        self._wires: list[socket.socket] = []
        self._push, self._seq = int(time.time()), 100
        self._guard = threading.RLock()
        self._done: list[dict[str, Any]] = []
        self.sio = socketio.Server(async_mode="threading", async_handlers=False,
                                   cors_allowed_origins=None, transports=["websocket"])
        self._register()
        self._server = make_server("127.0.0.1", port, self._app(), threaded=True,
                                   request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Mock:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._server.shutdown()
        self._server.server_close()

    def cut(self) -> None:
        """Break every line and take no new one, until `mend`."""
        self.down = True
        for wire in self._wires:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
        self._wires.clear()

    def mend(self) -> None:
        self.down = False

    def push(self, event: str, **data: Any) -> None:
        """Send a push to everybody, numbered and checked."""
        self._push += 1
        message = PUSHES[PLACE][event].model_validate(data | {"push": self._push})
        self.sio.emit(event, message.model_dump(mode="json"), namespace=PLACE)

    def add(self, *questions: dict[str, Any]) -> None:
        """New questions: given out at once, as to somebody who holds too few."""
        self.waiting.extend(questions)
        for view in self._lease(3):
            self.push("query:push", query=view)

    def _lease(self, count: int) -> list[dict[str, Any]]:
        with self._guard:
            room = max(0, count - len(self.held))
            new, self.waiting = self.waiting[:room], self.waiting[room:]
            self.held.extend(new)
            return new

    def _register(self) -> None:
        def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
            self._wires.append(environ["werkzeug.socket"])
            hello = {
                "push": self._push, "annotator": "anna", "roles": list(self.roles),
                "project": "digits", "classes": self.classes, "kind": self.kind,
                "lease_seconds": 120.0, "prefetch": 2, "undo_depth": 10,
                "truth_known": self.truth_known, "version": "0.1.0"}
            threading.Timer(0.02, lambda: self._greet(sid, hello)).start()

        self.sio.on("connect", connect, namespace=PLACE)
        for event, (model, _) in EVENTS[PLACE].items():
            self.sio.on(event, self._handler(event, model), namespace=PLACE)

    def _greet(self, sid: str, hello: dict[str, Any]) -> None:
        PUSHES[PLACE]["session:hello"].model_validate(hello)
        self.sio.emit("session:hello", hello, to=sid, namespace=PLACE)
        stats = PUSHES[PLACE]["stats:updated"].model_validate(self.stats).model_dump(mode="json")
        self.sio.emit("stats:updated", stats, to=sid, namespace=PLACE)

    def _handler(self, event: str, model: Any) -> Callable[[str, Any], Any]:
        acts: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "query:lease": self._on_lease, "query:displayed": self._on_displayed,
            "query:reply": self._on_reply, "query:skip": self._on_skip,
            "query:flag": self._on_flag, "reply:undo": self._on_undo,
            "session:resume": lambda _: self._ack(),
            "query:explain": lambda _: {}}

        def handle(sid: str, data: Any) -> Any:
            try:
                model.model_validate(data)
            except ValidationError as error:
                self.wrong.append(f"{event}: {error}")
                return {"ok": False, "error": str(error), "code": "invalid", "status": 422,
                        "retry_after": None}
            with self._guard:
                return self._once(event, data, acts[event])

        return handle

    def _once(self, event: str, data: dict[str, Any], act: Any) -> Any:
        key = data.get("key")
        if key in self._answers:
            return self._answers[key]
        answer = act(data)
        EVENTS[PLACE][event][1].model_validate(answer)
        if key:
            self._answers[key] = answer
        if self.swallow and event == "query:reply":
            self.swallow = False
            self.cut()
        return answer

    def _ack(self, **more: Any) -> dict[str, Any]:
        self._seq += 1
        return {"ok": True, "seq": self._seq, **more}

    def _on_lease(self, data: dict[str, Any]) -> dict[str, Any]:
        self._lease(data["count"])
        names = [view["query"] for view in self.held]
        return self._ack(held=names, queries=self.held, waiting=len(self.waiting) + len(names))

    def _on_displayed(self, data: dict[str, Any]) -> dict[str, Any]:
        self.displayed.append(data["query"])
        return self._ack()

    def _on_reply(self, data: dict[str, Any]) -> dict[str, Any]:
        self.replies.append(data)
        view = self._take(data["query"])
        if view is None:
            return self._ack(counted=False, late=True, changes=[])
        self._done.append(view)
        shown = [view["example"], view["counter_example"], *view.get("others", ())]
        said = [data["example"], data.get("counter_example"), *data.get("others", ())]
        changes = [_change(side, decision) for side, decision in zip(shown, said, strict=False)
                   if side and decision]
        threading.Timer(0.05, lambda: self.push(
            "model:updated", model=129, known=1103, flipped=self.flipped, exact=True,
            after=view["query"])).start()
        return self._ack(counted=True, late=False, changes=changes)

    def _on_skip(self, data: dict[str, Any]) -> dict[str, Any]:
        self.skips.append(data)
        self._take(data["query"])
        return self._ack()

    def _on_flag(self, data: dict[str, Any]) -> dict[str, Any]:
        self.flags.append(data)
        return self._ack()

    def _on_undo(self, data: dict[str, Any]) -> dict[str, Any]:
        if not self._done:
            return {"ok": False, "error": "no reply of yours to take back", "code": "nothing",
                    "status": 409, "retry_after": None}
        view = self._done.pop()
        self.undone.append(view["query"])
        again = view | {"epoch": view["epoch"] + 1}
        self.held.insert(0, again)
        threading.Timer(0.03, lambda: self.push("query:push", query=again)).start()
        return self._ack(query=view["query"], changes=[])

    def _on_explain(self, query: str, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        said = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        EVENTS[PLACE]["query:explain"][0].model_validate(said | {"query": query})
        self.explained.append(query)
        self.patience.wait(5)
        view = next(view for view in self.held if view["query"] == query)
        answer = self.explain(view)
        if answer["ok"]:
            EVENTS[PLACE]["query:explain"][1].model_validate(answer)
        return _say(start, "200 OK" if answer["ok"] else "503 Down", json.dumps(answer).encode(),
                    "application/json")

    def _take(self, query: str) -> dict[str, Any] | None:
        found = next((view for view in self.held if view["query"] == query), None)
        if found:
            self.held.remove(found)
        return found

    def _app(self) -> Callable[..., Iterable[bytes]]:
        sockets = socketio.WSGIApp(self.sio, None)

        def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            if path.startswith("/socket.io/"):
                if self.down or self.denied:
                    return _say(start, "401 Unauthorized" if self.denied else "503 Down", b"")
                return sockets(environ, start)  # type: ignore[no-any-return]
            if path.endswith("/explain") and not self.down:
                return self._on_explain(path.split("/")[-2], environ, start)
            if path.startswith("/api/"):
                status = "503 Down" if self.down else "200 OK"
                return _say(start, "401 Unauthorized" if self.denied else status, b"{}")
            return _file(start, path)

        return app


def _change(side: dict[str, Any], decision: dict[str, Any]) -> dict[str, Any]:
    before = side["given_label"]
    after = decision["label"] if decision["action"] == "relabel" else before
    return {"id": side["id"], "before": before, "after": after, "action": decision["action"]}


def _file(start: Any, path: str) -> Iterable[bytes]:
    found = STATIC / path.lstrip("/")
    if not found.is_file():
        if "." in path.rsplit("/", 1)[-1]:
            return _say(start, "404 Not Found", b"")
        found = STATIC / "index.html"
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    return _say(start, "200 OK", found.read_bytes(), kind)


def _say(start: Any, status: str, body: bytes, kind: str = "text/plain") -> Iterable[bytes]:
    start(status, [("Content-Type", kind), ("Content-Length", str(len(body))),
                   ("Content-Security-Policy", CSP), ("X-Content-Type-Options", "nosniff")])
    return [body]


def make(kind: str = "image", count: int = 10, *, long: bool = False, questions: int = 60,
         **more: Any) -> Mock:
    """A mock with `questions` pairs of a kind over `count` classes."""
    names = samples.classes(count, long)
    made = [samples.question(i, kind, names) for i in range(1, questions + 1)]
    return Mock(made, names, kind, **more)


def main() -> None:
    parser = argparse.ArgumentParser(description="serve the page with made-up questions")
    parser.add_argument("--kind", default="image", choices=["image", "table", "text", "series"])
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--port", type=int, default=8765)
    given = parser.parse_args()
    with make(given.kind, given.classes, long=given.long, port=given.port) as mock:
        print(mock.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
