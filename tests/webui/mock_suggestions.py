"""The made-up server with suggestions and weights: what a curator reads and does over HTTP, and the
pushes of namespace `/curate`.

`python -m tests.webui.mock_suggestions --kind text --count 4000` serves the page by itself.
"""

from __future__ import annotations

import argparse
import json
import re
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, unquote

from pydantic import BaseModel, ValidationError

from cincer.server.wire import PUSHES, curate
from cincer.server.wire import suggestions as wire

from . import proposals, samples
from .mock_server import Mock, _say

CURATE = "/curate"
BECOMES = {"accept": "accepted", "reject": "rejected", "ask": "asked"}
Answer = tuple[int, dict[str, Any]]


class Suggesting(Mock):
    """`made`: all suggestions in the order of their gain. `acts`, `undone`, `policies`: what came.
    `refusing`: ids that are not accepted. `failing`: paths that answer with a status. `patience`
    cleared: acts and previews wait."""

    def __init__(self, count: int = 240, kind: str = "image", classes: int = 10, *,
                 long: bool = False, roles: tuple[str, ...] = ("curator",), truth: bool = True,
                 policy: str = "lsw", port: int = 0, trusted: int = 312) -> None:
        names = samples.classes(classes, long)
        self.made = proposals.suggestions(count, kind, names)
        self.chooser, self.meter = proposals.chooser(trusted=trusted), proposals.meter()
        self.calibration = proposals.calibration()
        self.weights = proposals.weights(kind, names, policy=policy, truth=truth)
        self.version, self.behind, self.running, self.auto_accept = 3, 0, False, False
        self.acts: list[tuple[str, list[str]]] = []
        self.policies: list[str] = []
        self.previewed: list[list[str]] = []
        self.read: list[str] = []
        self.refusing: dict[str, str] = {}
        self.failing: dict[str, int] = {}
        self.together: float | None = None
        self._stack: list[dict[str, str]] = []
        self._given: dict[str, Answer] = {}
        super().__init__([], names, kind, roles=roles, truth_known=truth, port=port)

    def _register(self) -> None:
        super()._register()

        def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
            hello = {"push": self._push, "seq": self._seq, "me": "anna", "selections": []}
            PUSHES[CURATE]["session:hello"].model_validate(hello)
            threading.Timer(0.02, lambda: self.sio.emit(
                "session:hello", hello, to=sid, namespace=CURATE)).start()

        self.sio.on("connect", connect, namespace=CURATE)
        self.sio.on("*", lambda *_: {"ok": True, "seq": self._seq}, namespace=CURATE)

    def tell(self, event: str, **data: Any) -> None:
        """Send a push of `/curate` to everybody."""
        self._push += 1
        message = PUSHES[CURATE][event].model_validate(data | {"push": self._push})
        self.sio.emit(event, message.model_dump(mode="json"), namespace=CURATE)

    def renew(self, made: list[dict[str, Any]]) -> None:
        """A newer list of suggestions, told to everybody."""
        self.made, self.version = made, self.version + 1
        self._told()

    def _told(self) -> None:
        total = sum(one["state"] == "open" for one in self.made)
        best = max((o["gain"] for o in self.made if o["state"] == "open"), default=None)
        self.tell("suggestions:updated", version=self.version, total=total, best_gain=best,
                  note=self.chooser["note"])

    def _app(self) -> Callable[..., Iterable[bytes]]:
        usual = super()._app()

        def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            if not path.startswith("/api/v1/") or self.down or self.denied:
                return usual(environ, start)
            status, answer = self._answer(environ, unquote(path.removeprefix("/api/v1")))
            return _say(start, f"{status} .", json.dumps(answer).encode(), "application/json")

        return app

    def _answer(self, environ: dict[str, Any], path: str) -> Answer:
        for part, status in self.failing.items():
            if path.startswith(part):
                return status, error(status, "made up to fail")
        try:
            if environ["REQUEST_METHOD"] == "POST":
                size = int(environ["CONTENT_LENGTH"])
                return self._post(path, json.loads(environ["wsgi.input"].read(size)))
            query = {k: v[0] for k, v in parse_qs(environ["QUERY_STRING"]).items()}
            self.read.append(path)
            return self._get(path, query)
        except ValidationError as wrong:
            self.wrong.append(f"{path}: {wrong}")
            return 422, error(422, str(wrong))

    def _get(self, path: str, query: dict[str, str]) -> Answer:
        if path == "/me":
            return 200, {"ok": True, "name": "anna", "roles": list(self.roles), "project": "digits",
                         "expires": None, "via": "cookie", "version": "0.1.0"}
        if path == "/suggestions":
            return ready(wire.SuggestionsView, self._list(query))
        if path == "/suggestions/calibration":
            return ready(wire.CalibrationView, self.calibration)
        if path == "/weights":
            return ready(wire.WeightsView, self.weights)
        if found := re.fullmatch(r"/weights/(.+)", path):
            return ready(wire.TrajectoryView, proposals.trajectory(found[1]))
        if found := re.fullmatch(r"/curate/items/(.+)", path):
            return self._detail(found[1])
        return 404, error(404, "nothing here")

    def _detail(self, name: str) -> Answer:
        known = [one["item"] for one in self.made]
        items = [*known, *self.weights["useful"], *self.weights["useless"]]
        one = next((i for i in items if i["id"] == name), None)
        if one is None:
            return 404, error(404, "no such example")
        return ready(curate.DetailView, proposals.detail(one, self.classes))

    def _list(self, query: dict[str, str]) -> dict[str, Any]:
        with self._guard:
            found = [one for one in self.made if one["state"] == query["state"]]
            at, limit = int(query["offset"]), int(query["limit"])
            return {"ok": True, "seq": self._seq, "version": self.version, "behind": self.behind,
                    "running": self.running, "total": len(found), "meter": self.meter,
                    "suggestions": found[at:at + limit], "chooser": self.chooser,
                    "auto_accept": self.auto_accept}

    def _post(self, path: str, data: dict[str, Any]) -> Answer:
        if path == "/suggestions/preview":
            wire.BatchPreviewIn.model_validate(data)
            return self._preview(data["ids"])
        with self._guard:
            if data["key"] in self._given:
                return self._given[data["key"]]
        self.patience.wait(5)
        with self._guard:
            answer = self._do(path, data)
            self._given[data["key"]] = answer
        return answer

    def _preview(self, ids: list[str]) -> Answer:
        self.previewed.append(ids)
        self.patience.wait(5)
        total = sum(one["gain"] for one in self.made if one["id"] in ids)
        together = 0.8 * total if self.together is None else self.together
        return ready(wire.BatchPreview, {
            "ok": True, "count": len(ids), "predicted": total, "together": together,
            "selection": 0.7 * total, "flips": 3 * len(ids)})

    def _do(self, path: str, data: dict[str, Any]) -> Answer:
        if path == "/weights/policy":
            wire.PolicyIn.model_validate(data)
            self.policies.append(data["policy"])
            self.weights = proposals.weights(self.kind, self.classes, policy=data["policy"])
            self.tell("weights:updated", version=8, policy=data["policy"])
            return 200, self._ack()
        if path == "/curate/undo":
            return self._undo()
        wire.SuggestionsIn.model_validate(data)
        return self._act(path.rsplit("/", 1)[1], data["ids"])

    def _act(self, verb: str, ids: list[str]) -> Answer:
        self.acts.append((verb, ids))
        may = ("open", "accepted") if verb == "reject" else ("open",)
        free = {one["id"]: one for one in self.made if one["state"] in may}
        done = [name for name in ids if name in free and name not in self.refusing]
        self._stack.append({name: free[name]["state"] for name in done})
        for name in done:
            free[name]["state"] = BECOMES[verb]
        refused = [{"id": name, "reason": self.refusing.get(name, "somebody was faster")}
                   for name in ids if name not in done]
        act = f"a-{len(self._stack)}" if done else None
        self._told()
        return ready(wire.SuggestionsAck, self._ack(act=act, done=done, refused=refused))

    def _undo(self) -> Answer:
        if not self._stack:
            return 409, error(409, "nothing of yours to take back")
        before = self._stack.pop()
        for one in self.made:
            one["state"] = before.get(one["id"], one["state"])
        self.undone.extend(before)
        self._told()
        return ready(curate.ActUndone, self._ack(
            act=f"a-{len(self._stack) + 1}", action="accept", count=len(before),
            more_undo=len(self._stack), more_redo=1))


def ready(model: type[BaseModel], answer: dict[str, Any]) -> Answer:
    return 200, model.model_validate(answer).model_dump(mode="json")


def error(status: int, text: str) -> dict[str, Any]:
    code = {401: "unauthenticated", 403: "forbidden", 404: "not_found"}.get(status, "unavailable")
    return {"ok": False, "error": text, "code": code, "status": status, "retry_after": None}


def main() -> None:
    parser = argparse.ArgumentParser(description="serve the page with made-up suggestions")
    parser.add_argument("--kind", default="image", choices=["image", "table", "text", "series"])
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--port", type=int, default=8765)
    given = parser.parse_args()
    with Suggesting(given.count, given.kind, given.classes, port=given.port) as mock:
        print(f"{mock.url}curate/suggestions", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
