"""A data set and a machine that predicts the true class of all but a few, behind the requests the
curator makes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import numpy as np


class FakePlace:
    """`given`, `predicted`: class by item; `true` is for the test's own figures alone."""

    def __init__(
        self, given: dict[str, str], predicted: dict[str, str], pairs: list[tuple[str, str]],
    ) -> None:
        self.labels, self.predicted, self.pairs = dict(given), predicted, pairs
        self.settled: set[str] = set()
        self.removed: list[str] = []
        self.shown: set[str] = set()
        self.version = 1
        self.asked: list[str] = []

    def get(self, path: str) -> Any:
        self.asked.append(path)
        match path.split("?")[0].strip("/").split("/"):
            case ["curate", "matrix"]:
                return self._matrix()
            case ["curate", "similar"]:
                return {"pairs": [
                    {"left": {"id": a}, "right": {"id": b}, "similarity": s}
                    for (a, b), s in zip(self.pairs, np.linspace(1.0, 0.9999, len(self.pairs)),
                                         strict=True)] + [
                    {"left": {"id": "x"}, "right": {"id": "y"}, "similarity": 0.5}]}
            case ["curate", "cell"]:
                given, predicted = (parse_qs(path.split("?")[1])[name][0]
                                    for name in ("given", "predicted"))
                ids = self._cell(given, predicted)
                return {"seq": 1, "ids": ids, "iies": [1 - n * 1e-4 for n in range(len(ids))]}
        raise AssertionError(path)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        if path == "/curate/items":
            self.shown.update(body["ids"])
            return {"items": [{"id": each} for each in body["ids"]]}
        if path == "/curate/iterations":
            self.version += 1
            return {"ok": True}
        assert path == "/curate/acts"
        assert set(body["ids"]) <= self.shown, "decided unseen"
        self._act(body)
        return {"seq": 2, "done": body["ids"], "left": []}

    def _act(self, body: dict[str, Any]) -> None:
        for each in body["ids"]:
            self.settled.add(each)
            if body["action"] == "relabel":
                self.labels[each] = body["label"]
            if body["action"] == "duplicate":
                self.removed.append(each)

    def _cell(self, given: str, predicted: str) -> list[str]:
        return [each for each, label in self.labels.items() if label == given
                and self.predicted[each] == predicted and each not in self.settled]

    def _matrix(self) -> dict[str, Any]:
        rows: dict[str, dict[str, int]] = {}
        for each, label in self.labels.items():
            if self.predicted[each] != label and each not in self.settled:
                row = rows.setdefault(label, {})
                row[self.predicted[each]] = row.get(self.predicted[each], 0) + 1
        return {
            "seq": 1, "survey": {"version": self.version, "running": False},
            "totals": {"items": len(self.labels)},
            "rows": [{"label": label, "cells": [{"predicted_label": p, "count": n}
                                                for p, n in row.items()]}
                     for label, row in rows.items()]}
