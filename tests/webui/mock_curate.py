"""A server that speaks curators' wire over generated data: 70,000 items, planted confusions,
images, tables or texts. Every message that comes or goes is checked against `cincer.server.wire`.

`python -m webui.mock_curate --kind text --classes 100` serves the built page with it.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, unquote

import numpy as np
from pydantic import ValidationError

from cincer.server.wire import PUSHES, curate
from cincer.server.wire.http import Me

from . import samples
from .mock_server import Mock, _say

PLACE = "/curate"
BARS = 10
SPLITS = ["train", "val", "test"]
RECIPE = {(9, 6): 1400, (1, 4): 700, (3, 1): 700, (8, 2): 350, (7, 3): 175}
"""Planted confusions of 70,000 items: given, predicted, number (the paper's study)."""


class Data:
    """Columns of a made-up data set. `open`: shown in the matrix; `resolved` by people."""

    def __init__(self, items: int = 70_000, classes: int = 10, *, dense: int = 0) -> None:
        draw = np.random.default_rng(7)
        self.given = draw.integers(0, classes, items)
        self.predicted = self.given.copy()
        wrong = draw.choice(items, items // 100, replace=False)
        self.predicted[wrong] = draw.integers(0, classes, len(wrong))
        scale = items / 70_000
        recipe = {(1, 0): dense} if dense else RECIPE
        free = draw.permutation(items)
        for (given, predicted), count in recipe.items():
            part = dense or max(3, int(count * scale))
            rows, free = free[:part], free[part:]
            self.given[rows], self.predicted[rows] = given % classes, predicted % classes
        self.margin = draw.beta(3, 1.2, items)
        self.x, self.y = (np.clip(0.5 + (self.margin - 0.7) * 0.6 * s + draw.normal(0, 0.11, items),
                                  0, 1) for s in (1, -1))
        self.resolved = np.zeros(items, bool)
        self.removed = np.zeros(items, bool)
        self.reopen = draw.random(items) < 0.001
        self.split = draw.choice(3, items, p=[0.8, 0.1, 0.1])

    @property
    def open(self) -> np.ndarray:
        return (self.given != self.predicted) & ~self.resolved

    def cell(self, given: int, predicted: int) -> np.ndarray:
        return np.flatnonzero(self.open & (self.given == given) & (self.predicted == predicted))


class CurateMock(Mock):
    """`Mock` and curators' routes. `acts` are what came; `refuse`, `slow`, `failing` spoil the
    next ones; `spoken` are items somebody else has spoken on."""

    def __init__(
        self, data: Data | None = None, kind: str = "image", *, classes: int = 10,
        roles: tuple[str, ...] = ("curator",), long: bool = False, port: int = 0,
    ) -> None:
        self.data = data or Data(classes=classes)
        self.acts: list[dict[str, Any]] = []
        self.selections: list[dict[str, Any]] = []
        self.undos: list[np.ndarray] = []
        self.redos: list[np.ndarray] = []
        self.spoken: set[str] = set()
        self.refuse, self.umap, self.asked = "", "", 0
        self.slow = 0.0
        self.failing: dict[str, int] = {}
        self.fixes: Counter[tuple[int, int]] = Counter()
        self.survey = {"version": 3, "at": time.time() - 700, "held_out": True, "behind": 12,
                       "running": False, "progress": None}
        self.greet_selections: list[dict[str, Any]] = []
        super().__init__([], samples.classes(classes, long), kind, roles=roles, port=port)

    def _register(self) -> None:
        super()._register()

        def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
            self._wires.append(environ["werkzeug.socket"])
            threading.Timer(0.02, lambda: self._hello(sid)).start()

        def selected(sid: str, data: Any) -> Any:
            try:
                curate.SelectIn.model_validate(data)
            except ValidationError as error:
                self.wrong.append(f"selection:set: {error}")
            self.selections.append(data)
            return self._ack()

        self.sio.on("connect", connect, namespace=PLACE)
        self.sio.on("selection:set", selected, namespace=PLACE)

    def _hello(self, sid: str) -> None:
        hello = {"push": self._push, "seq": self._seq, "me": "anna",
                 "selections": self.greet_selections}
        PUSHES[PLACE]["session:hello"].model_validate(hello)
        self.sio.emit("session:hello", hello, to=sid, namespace=PLACE)

    def tell(self, event: str, **data: Any) -> None:
        """Send a push of `/curate` to everybody, numbered and checked."""
        self._push += 1
        message = PUSHES[PLACE][event].model_validate(data | {"push": self._push})
        self.sio.emit(event, message.model_dump(mode="json"), namespace=PLACE)

    def name(self, row: int) -> str:
        return f"digits-{row:05d}"

    def row(self, name: str) -> int:
        return int(name.rsplit("-", 1)[1])

    def totals(self) -> dict[str, Any]:
        data = self.data
        count = int(data.open.sum())
        return {"items": len(data.given), "open": count, "resolved": int(data.resolved.sum()),
                "removed": int(data.removed.sum()), "bound": count / len(data.given)}

    def summary(self, given: int, predicted: int, most: int) -> dict[str, Any]:
        rows = self.data.cell(given, predicted)
        bars = np.histogram(self.data.margin[rows], BARS, (0, 1))[0]
        return {"predicted_label": self.classes[predicted], "count": len(rows),
                "saturation": min(1.0, len(rows) / max(1, most)), "bars": bars.tolist(),
                "duplicates": 2 if (given + predicted) % 5 == 0 else 0,
                "reopen": int(self.data.reopen[rows].sum())}

    def matrix(self, query: dict[str, list[str]]) -> Any:
        names = query.get("classes", self.classes)
        data, size = self.data, len(self.classes)
        grid = np.bincount(data.given[data.open] * size + data.predicted[data.open],
                           minlength=size * size).reshape(size, size)
        most = int(grid.max())
        wanted = [self.classes.index(name) for name in names]
        rows = [{"label": self.classes[g], "open": int(grid[g, wanted].sum()),
                 "correct": int(((data.given == g) & (data.predicted == g)).sum()),
                 "cells": [self.summary(g, p, most) for p in
                           sorted(wanted, key=lambda p: -grid[g, p]) if grid[g, p]]}
                for g in wanted]
        rows.sort(key=lambda row: -int(row["open"]))  # type: ignore[call-overload]
        return curate.MatrixView.model_validate({
            "seq": self._seq, "classes": self.classes, "shown": names, "rows": rows,
            "totals": self.totals(), "survey": self.survey, "kind": self.kind})

    def cell(self, given: str, predicted: str, query: dict[str, list[str]]) -> Any:
        data = self.data
        where = data.cell(self.classes.index(given), self.classes.index(predicted))
        seed = int(query.get("seed", ["0"])[0])
        turn = np.pi * seed / 3
        x, y = data.x[where] - 0.5, data.y[where] - 0.5
        spun = 0.5 + np.cos(turn) * x - np.sin(turn) * y, 0.5 + np.sin(turn) * x + np.cos(turn) * y
        return curate.CellView.model_validate({
            "seq": self._seq, "given_label": given, "predicted_label": predicted,
            "ids": [self.name(row) for row in where], "margin": data.margin[where].tolist(),
            "iies": ((1 + data.margin[where]) / 2).tolist(),
            "gain": [None if row % 3 == 0 else row % 11 / 1e4 for row in where],
            "trust": [row % 17 / 17 for row in where],
            "x": np.clip(spun[0], 0, 1).tolist(), "y": np.clip(spun[1], 0, 1).tolist(),
            "split": data.split[where].tolist(), "splits": SPLITS,
            "reopen": data.reopen[where].tolist(), "basis": query.get("basis", ["pixels"])[0],
            "bases": ["pixels", "features", "saliency"], "seed": seed,
            **self._map(query)})

    def _map(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """UMAP is made when it is asked for, and there with the second asking; or it fails."""
        if not self.umap:
            return {"method": "pca", "methods": ["pca"]}
        found: dict[str, Any] = {"method": "pca", "methods": ["pca", "umap"]}
        if query.get("method") == ["umap"]:
            self.asked += 1
            ready = self.asked > 1
            found |= {"umap": self.umap if ready else "running",
                      "umap_error": "no room" if ready and self.umap == "failed" else "",
                      "method": "umap" if ready and self.umap == "ready" else "pca"}
        return found


    def content(self, row: int) -> dict[str, Any]:
        label = int(self.data.predicted[row])
        return samples.content(self.kind, label, random.Random(int(row)))

    def item(self, row: int) -> dict[str, Any]:
        data = self.data
        is_open = bool(data.open[row])
        label = self.classes[data.given[row]]
        status = "removed" if data.removed[row] else "resolved" if data.resolved[row] else "known"
        return {"id": self.name(row), "content": self.content(row), "given_label": label,
                "label": label, "predicted_label": self.classes[data.predicted[row]],
                "iies": (1 + data.margin[row]) / 2 if is_open else None,
                "margin": data.margin[row] if is_open else None,
                "split": SPLITS[data.split[row]], "status": status}

    def detail(self, name: str) -> Any:
        row = self.row(name)
        top = (1 + float(self.data.margin[row])) / 2
        given, machine = self.data.given[row], self.data.predicted[row]
        rest = [c for c in range(len(self.classes)) if c not in (given, machine)][:8]
        beliefs = [(machine, top * 0.97), (given, (1 - top) * 0.9), *((c, 0.004) for c in rest)]
        near = [{"id": self.name(int(other)), "content": self.content(int(other)),
                 "similarity": 0.99 - k / 50,
                 "label": self.classes[machine if k % 4 else given],
                 "predicted_label": self.classes[machine]}
                for k, other in enumerate((row + np.arange(1, 9)) % len(self.data.given))]
        said = [{"at": time.time() - 5000, "who": "bo", "action": "confirm",
                 "label": self.classes[given], "retracted": True, "note": ""}]
        return curate.DetailView.model_validate({
            "item": self.item(row), "treatment": "ce", "machine": None, "human": None,
            "beliefs": [{"label": self.classes[c], "p": p} for c, p in beliefs],
            "observed": self.classes[given], "history": said, "nearest": near,
            "counter_example": near[1] | {"similarity": None}, "gain": 0.0004, "trust": 0.12})

    def pairs(self, query: dict[str, list[str]]) -> Any:
        given, predicted = (self.classes.index(query[n][0]) for n in ("given", "predicted"))
        rows = self.data.cell(given, predicted)[:12]
        made = [{"left": self.item(int(a)), "right": self.item(int(b)), "similarity": 1 - k / 80,
                 "crosses_splits": k % 2 == 0, "two_labels": k == 1}
                for k, (a, b) in enumerate(zip(rows[::2], rows[1::2], strict=False))]
        return curate.PairsView.model_validate({"pairs": made, "total": len(made)})

    def review(self, query: dict[str, list[str]]) -> Any:
        given, to = (self.classes.index(query[n][0]) for n in ("given", "to"))
        rows = self.data.cell(given, to)[:50]
        return curate.ReviewView.model_validate({
            "given_label": self.classes[given], "to": self.classes[to],
            "ids": [self.name(row) for row in rows],
            "iies": ((1 + self.data.margin[rows]) / 2).tolist()})

    def iterations(self) -> Any:
        made = [{"number": k, "at": time.time() - 86_400 * (3 - k), "open": 3900 - 900 * k,
                 "bound": (3900 - 900 * k) / 70_000, "resolved": 800 + k, "relabelled": 700,
                 "removed": 9, "accuracy": 0.94 + k / 100, "holdout": None} for k in range(3)]
        return curate.IterationsView.model_validate({"iterations": made, "survey": self.survey})

    def preview(self, said: dict[str, Any]) -> Any:
        told = curate.PreviewIn.model_validate(said)
        cells = Counter((int(self.data.given[r]), int(self.data.predicted[r]))
                        for r in map(self.row, told.ids))
        count = int(self.data.open.sum())
        made = [{"given_label": self.classes[g], "predicted_label": self.classes[p],
                 "before": len(self.data.cell(g, p)),
                 "after": max(0, len(self.data.cell(g, p)) - n)}
                for (g, p), n in cells.items()]
        return curate.PreviewView.model_validate({
            "cells": made, "open_before": count, "open_after": max(0, count - sum(cells.values())),
            "exact": False})

    def act(self, said: dict[str, Any]) -> Any:
        time.sleep(self.slow)
        told = curate.ActIn.model_validate(said)
        if self.refuse:
            why, self.refuse = self.refuse, ""
            return {"ok": False, "error": why, "code": "invalid", "status": 422,
                    "retry_after": None}
        self.acts.append(said)
        free = [name for name in told.ids if name not in self.spoken]
        rows = np.array([self.row(name) for name in free], int)
        undo = self._settle(rows, told.action != "reopen", told.action in ("remove", "duplicate"))
        self.undos.append(undo)
        self.redos.clear()
        self.fixes.update((int(self.data.given[r]), int(self.data.predicted[r])) for r in rows)
        offer = self._offer() if told.action == "relabel" and len(told.ids) == 1 else None
        left = [{"id": n, "reason": "bo said 6 meanwhile"} for n in told.ids if n in self.spoken]
        return curate.ActAck.model_validate({
            "seq": self._seq, "act": f"a-{len(self.acts)}", "done": free, "left": left,
            "offer": offer})

    def _offer(self) -> dict[str, Any] | None:
        (given, to), count = self.fixes.most_common(1)[0]
        rest = len(self.data.cell(given, to))
        return None if count != 3 else {"given_label": self.classes[given],
                                        "to": self.classes[to], "count": rest}

    def _settle(self, rows: np.ndarray, done: bool, removed: bool = False) -> np.ndarray:
        before = self.data.resolved[rows] != done
        self.data.resolved[rows] = done
        self.data.removed[rows] = removed
        self.changed(rows, "anna", came=not done)
        return rows[before]

    def changed(self, rows: np.ndarray, by: str, *, came: bool = False) -> None:
        """Tell everybody that these items left their cells, or came."""
        self._seq += 1
        cells: dict[tuple[int, int], list[str]] = {}
        for row in rows:
            key = int(self.data.given[row]), int(self.data.predicted[row])
            cells.setdefault(key, []).append(self.name(int(row)))
        now = []
        for (g, p), names in cells.items():
            cell = self.summary(g, p, 1400)
            now.append({k: cell[k] for k in ("predicted_label", "count", "saturation", "bars")} | {
                "given_label": self.classes[g], "left": [] if came else names,
                "came": names if came else []})
        self.tell("matrix:changed", seq=self._seq, by=by, act=None, cells=now, correct={},
                  totals=self.totals(), whole=False)

    def move(self, undo: bool) -> Any:
        stack, other = (self.undos, self.redos) if undo else (self.redos, self.undos)
        if not stack:
            return {"ok": False, "error": "nothing to take back", "code": "conflict",
                    "status": 409, "retry_after": None}
        rows = stack.pop()
        other.append(rows)
        self._settle(rows, not undo)
        return curate.ActUndone.model_validate({
            "seq": self._seq, "act": "a-1", "action": "relabel", "count": len(rows),
            "more_undo": len(self.undos), "more_redo": len(self.redos)})

    def _answer(self, method: str, path: str, query: dict[str, list[str]], said: Any) -> Any:
        parts = path.removeprefix("/api/v1/curate/").split("/")
        if method == "POST":
            routes: dict[str, Callable[[], Any]] = {
                "items": lambda: curate.ItemsView.model_validate(
                    {"items": [self.item(self.row(name)) for name in said["ids"]]}),
                "preview": lambda: self.preview(said), "acts": lambda: self.act(said),
                "undo": lambda: self.move(True), "redo": lambda: self.move(False),
                "iterations": self.iterations}
            return routes[parts[0]]()
        if parts[0] == "cell":
            return self.cell(query["given"][0], query["predicted"][0], query)
        if parts[0] == "items":
            return self.detail(unquote(parts[1]))
        reads: dict[str, Callable[[], Any]] = {
            "matrix": lambda: self.matrix(query), "similar": lambda: self.pairs(query),
            "review": lambda: self.review(query), "iterations": self.iterations}
        return reads[parts[0]]()

    def _app(self) -> Callable[..., Iterable[bytes]]:
        plain = super()._app()

        def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            if path == "/api/v1/me" and not self.down:
                me = Me(name="anna", roles=list(self.roles), project="digits", expires=None,
                        via="cookie", version="0.1.0")
                return _json(start, 200, me.model_dump_json())
            if not path.startswith("/api/v1/curate/") or self.down:
                return plain(environ, start)
            return self._curate(environ, start, path)

        return app

    def _curate(self, environ: dict[str, Any], start: Any, path: str) -> Iterable[bytes]:
        status = next((code for part, code in self.failing.items() if part in path), None)
        if status is not None:
            return _json(start, status, json.dumps({"ok": False, "error": "as asked", "code": "x",
                                                    "status": status, "retry_after": None}))
        length = int(environ.get("CONTENT_LENGTH") or 0)
        said = json.loads(environ["wsgi.input"].read(length)) if length else None
        query = parse_qs(environ.get("QUERY_STRING", ""))
        try:
            answer = self._answer(environ["REQUEST_METHOD"], path, query, said)
        except (ValidationError, KeyError) as error:
            self.wrong.append(f"{path}: {error!r}")
            raise
        if isinstance(answer, dict):
            return _json(start, answer["status"], json.dumps(answer))
        return _json(start, 200, answer.model_dump_json())


def _json(start: Any, status: int, body: str) -> Iterable[bytes]:
    return _say(start, f"{status} Said", body.encode(), "application/json")


def main() -> None:
    parser = argparse.ArgumentParser(description="serve the workspace over made-up data")
    parser.add_argument("--kind", default="image", choices=["image", "table", "text", "series"])
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--dense", type=int, default=0, help="items in one crowded cell")
    parser.add_argument("--port", type=int, default=8765)
    given = parser.parse_args()
    data = Data(classes=given.classes, dense=given.dense)
    with CurateMock(data, given.kind, classes=given.classes, port=given.port) as mock:
        print(f"{mock.url}curate/matrix", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
