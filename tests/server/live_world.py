"""A scorer without a process: opinions by a rule the test sets, answered in the caller's thread.

`says(position)` is the class it believes in; a given label that differs has margin 0.9, one that
agrees 0. `held` keeps answers back until `release`.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from cincer.compute import advice, survey
from cincer.compute.files import save
from cincer.compute.frames import Frame, pack_ints, unpack_ints
from cincer.compute.messages import labels_of
from cincer.config import Settings, merge
from cincer.curate.pairs import Pairs
from cincer.relabel.advice import Advice
from cincer.relabel.chooser import Verdict
from cincer.schema import Schema
from cincer.server.commands import Actor, Display, Item, Lease, Receive, Reply
from cincer.server.compute_client import Answered, Down, Post, Up
from cincer.server.notices import Notice
from cincer.server.referee import Referee
from cincer.server.service import Service
from cincer.session.events import Decision
from cincer.session.state import Query
from cincer.types import NO_LABEL, Action, AnnotatorId, ExampleId

CLASSES, WIDTH = 3, 4
SOURCE = Actor(AnnotatorId("source"), frozenset({"source"}))
ANN = Actor(AnnotatorId("ann"), frozenset({"annotator"}))
BEN = Actor(AnnotatorId("ben"), frozenset({"annotator"}))
PATIENCE = 5.0


class FakeScorer:
    """Stands in for a supervised process and for the link to it."""

    def __init__(self, name: str, post: Post) -> None:
        self.name, self.status, self.pid = name, "starting", None
        self._post = post
        self.says: Callable[[int], int] = lambda position: position % CLASSES
        self.folder = Path()
        self.labels: dict[int, int] = {}
        self.frames: list[Frame] = []
        self.version = self.head = 0
        self.held, self.slow = False, set[str]()
        self._kept: list[Frame] = []
        self.autostart = True
        self.change = 0.23
        self.refuses = ""

    def start(self) -> None:
        if self.autostart:
            self.come_up()

    def come_up(self) -> None:
        self.status, self.labels = "up", {}
        self._post(Up(self.name, self))  # type: ignore[arg-type]

    def die(self) -> None:
        self.status = "down"
        self._post(Down(self.name, -9))

    def kill(self) -> None: ...
    def close(self) -> None: ...

    def send(self, frame: Frame) -> None:
        self.frames.append(frame)
        if frame["op"] == "labels":
            self.version = frame["version"]
            for position, label in zip(*map(np.ndarray.tolist, labels_of(frame)), strict=True):
                self.labels[position] = label
            self.head += 1
        elif frame["op"] == "start":
            self.version, self.folder = frame["version"], Path(frame["models"])
        elif "job" in frame:
            self._answer(self._answered(frame))

    @property
    def picked(self) -> int:
        """How many picks it was asked for."""
        return sum(frame["op"] == "pick" for frame in self.frames)

    def word(self, frame: Frame) -> None:
        """Says something of a job that goes on."""
        self._post(Answered(self.name, frame))

    def release(self) -> None:
        self.held, self.slow = False, set()
        kept, self._kept = self._kept, []
        for frame in kept:
            self._answer(frame)

    def _answer(self, frame: Frame) -> None:
        if self.held or frame["op"] in self.slow:
            self._kept.append(frame)
        else:
            self._post(Answered(self.name, frame))

    def _answered(self, frame: Frame) -> Frame:
        known = sum(label != NO_LABEL for label in self.labels.values())
        head = {"version": self.head, "known": known, "flipped": 0, "exact": True}
        return {"op": frame["op"], "job": frame["job"], "version": self.version, "head": head,
                **getattr(self, f"_{frame['op']}")(frame)}

    def _opinion(self, position: int, given: int) -> list[Any]:
        said = self.says(position)
        margin = None if given == NO_LABEL else 0.9 * (said != given)
        return [said, margin, [[said, 0.9]]]

    def _score(self, frame: Frame) -> Frame:
        asked = zip(frame["positions"], frame["given"], strict=True)
        return {"scored": [[p, *self._opinion(p, g)] for p, g in asked]}

    def _rescore(self, frame: Frame) -> Frame:
        asked = zip(frame["queries"], frame["positions"], frame["given"], strict=True)
        return {"opinions": [[q, *self._opinion(p, g)] for q, p, g in asked]}

    def _pick(self, frame: Frame) -> Frame:
        opinions = self._rescore(frame)["opinions"]
        asked = zip(opinions, frame["positions"], frame["instead"], frame["exclude"],
                    frame["limit"], strict=True)
        return {"opinions": opinions, "picks": [
            self._others(opinion[1] if instead is None else instead, {at, *exclude}, limit)
            for opinion, at, instead, exclude, limit in asked]}

    def _others(self, label: int, barred: set[int], limit: int) -> list[Frame]:
        found = [p for p, known in sorted(self.labels.items())
                 if known == label and p not in barred]
        return [{"position": at, "label": label, "predicted": label, "score": 1.0,
                 "beliefs": [[label, 0.8]], "given_probability": 0.08,
                 "predicted_change": self.change} for at in found[:limit]]

    def _explain(self, frame: Frame) -> Frame:
        """The counter-example alone, and with the others of its label."""
        if self.refuses:
            return {"error": self.refuses, "code": "invalid"}
        at = frame["counter_example"]
        single = {"positions": [at], "predicted_change": 0.2, "real_change": 0.25, "exact": True,
                  "decrement": 1e-20, "steps": 4}
        others = [p for p, known in self.labels.items() if known == self.labels[at] and p != at]
        return {"query": frame["query"], "left": self.labels[at] == NO_LABEL, "probability": 0.08,
                "single": single, "group": single | {"positions": [at, *others]}}

    def _preview(self, frame: Frame) -> Frame:
        """Example 9 becomes a c, whatever is changed."""
        return {"name": frame["name"], "turned": pack_ints([9]), "classes": pack_ints([2])}

    def _look(self, frame: Frame) -> Frame:
        found = self._others(frame["predicted"], {frame["position"]}, 1)
        return {"name": frame["name"], "counter": found[0]["position"] if found else None}

    def _basis(self, frame: Frame) -> Frame:
        positions = unpack_ints(frame["positions"])
        path = self.folder / f"basis-{frame['job']}.npy"
        np.save(path, np.stack([positions, positions % 5], axis=1).astype(np.float32))
        return {"name": frame["name"], "path": str(path)}

    def _sync(self, frame: Frame) -> Frame:
        return {}

    def _measure(self, frame: Frame) -> Frame:
        return {"live": None, "never": None}


class FakeTrainer(FakeScorer):
    """Surveys by the same rule: all but certain of `says(position)`; its pairs are `pairs`."""

    def __init__(self, name: str, post: Post) -> None:
        super().__init__(name, post)
        self.pairs: list[tuple[int, int]] = []
        self.action = "relabel"

    def _survey(self, frame: Frame) -> Frame:
        positions = unpack_ints(frame["positions"])
        probs = np.full((len(positions), CLASSES), 0.02, np.float32)
        probs[np.arange(len(positions)), [self.says(at) for at in positions.tolist()]] = 0.96
        path = survey.save(self.folder, survey.Survey(
            frame["number"], frame["version"], True, 5.0, positions, probs))
        return {"file": path.name}

    def _umap(self, frame: Frame) -> Frame:
        count = len(unpack_ints(frame["positions"]))
        np.save(self.folder / "umap.npy", np.full((count, 2), 0.25))
        return {"file": "umap.npy", "positions": frame["positions"]}

    def _advise(self, frame: Frame) -> Frame:
        """Every label that is not what `says` holds is to be changed, the first one gaining most;
        example 0 is the reason. Its interval is as wide as the gain."""
        excluded = set(unpack_ints(frame["excluded"]).tolist())
        wrong = [at for at, label in sorted(self.labels.items()) if at not in excluded
                 and label not in (NO_LABEL, self.says(at))]
        gain = np.array([0.25 / (1 + n) for n in range(len(wrong))])
        reasons = np.tile([0, -1, -1], (len(wrong), 1))
        found = Advice(
            np.array(wrong, dtype=np.int64), (self.action,) * len(wrong),
            np.array([self.says(at) for at in wrong], dtype=np.int64), gain, gain / 2, gain * 1.5,
            gain * 2, reasons, np.where(reasons == 0, 0.125, 0.0), len(wrong), self.action, 0.0,
            (Verdict("nothing", 0.5, 0.0, 0.0, 0), Verdict(self.action, 0.25, -0.25, 0.01, 2)),
            30, 12, 30.0, 20, 0.5)
        path = advice.save(self.folder, found, advice.Made(
            frame["number"], frame["version"], frame["model"], 5.0,
            np.array([self.labels[at] for at in wrong], dtype=np.int64)))
        return {"file": path.name, "version": frame["version"]}

    def _preview(self, frame: Frame) -> Frame:
        """A sixteenth of a nat for each."""
        count = len(unpack_ints(frame["positions"]))
        return {"name": frame["name"], "together": count / 16, "selection": count / 32,
                "flips": count, "version": frame["version"]}

    def _train(self, frame: Frame) -> Frame:
        return {"error": "this trainer trains nothing", "code": "invalid"}

    def _weigh(self, frame: Frame) -> Frame:
        """In two epochs: labels that `says` holds come to 1, the others to 0.25."""
        places = sorted(at for at, label in self.labels.items() if label != NO_LABEL)
        given = np.array([self.labels[at] for at in places], dtype=np.int64)
        right = given == np.array([self.says(at) for at in places])
        last = np.where(right, 1.0, 0.25)
        table = np.stack([np.full(len(places), 0.5), last]).astype(np.float16)
        path = save(self.folder, "weights", frame["number"], meta=np.array(json.dumps({
            "number": frame["number"], "version": frame["version"], "policy": frame["policy"],
            "at": 5.0, "scale": "trust", "clean_from": 0.3, "note": ""})),
            positions=np.array(places), given=given, weights=last.astype(np.float32),
            weights_by_epoch=table, losses_by_epoch=2 - table)
        return {"file": path.name, "version": frame["version"]}

    def _effect(self, frame: Frame) -> Frame:
        return {"act": frame["act"], "measured": len(unpack_ints(frame["positions"])) / 8,
                "version": frame["version"]}

    def _similar(self, frame: Frame) -> Frame:
        first, second = np.array(self.pairs, dtype=np.int64).reshape(-1, 2).T
        labels = dict(zip(unpack_ints(frame["positions"]).tolist(),
                          unpack_ints(frame["labels"]).tolist(), strict=True))
        two = np.array([labels[a] != labels[b] for a, b in self.pairs], dtype=bool)
        one = np.ones(len(first), dtype=bool)
        path = survey.save_pairs(self.folder, frame["number"], Pairs(
            first, second, np.ones(len(first), np.float32), one, ~one, two))
        return {"file": path.name}


class World:
    """A service with a fake scorer; `notices` is everything told so far."""

    def __init__(self, folder: Path, referee: Referee | None = None, **settings: Any) -> None:
        defaults = {"bootstrap": 6, "audit_share": 0.0, "survey": "off",
                    "advice_every": 0}
        self.settings = merge(Settings(), defaults | settings)
        self.schema = Schema.declare("vector", ["a", "b", "c"], columns=WIDTH)
        self.scorer: FakeScorer
        self.trainer: FakeTrainer
        self.service = Service(
            self.settings, folder, self.schema, referee, process=self._process)
        self.notices: list[Notice] = []
        self.service.subscribe(self.notices.append)

    def _process(self, name: str, post: Post) -> FakeScorer:
        if name == "trainer":
            self.trainer = FakeTrainer(name, post)
            return self.trainer
        self.scorer = FakeScorer(name, post)
        return self.scorer

    def do(self, command: Any) -> Any:
        return self.service.submit(command).result(PATIENCE)

    def receive(self, *labels: int | None, start: int | None = None, wait: float = 0.0) -> Any:
        """Arrivals with these given labels; ids go on from what was received."""
        first = self.service.stats().received if start is None else start
        return self.do(Receive(SOURCE, tuple(
            item(first + n, label) for n, label in enumerate(labels)), wait))

    def bootstrap(self) -> None:
        """Six known examples, two of each class."""
        self.receive(0, 1, 2, 0, 1, 2)

    def pair(self, actor: Actor = ANN, count: int = 1) -> Query:
        """The first query `actor` holds, with its pair."""
        self.do(Lease(actor, count, "lease"))
        until(lambda: any(q.picked is not None for q in self.service.held(actor.name)))
        return self.service.held(actor.name)[0]

    def show(self, query: Query, actor: Actor = ANN) -> None:
        self.do(Display(actor, query.id, query.epoch))

    def reply(self, query: Query, label: int | None = None, key: str = "k1",
              actor: Actor = ANN) -> Any:
        """Relabels the example (keeps it without a label), keeps the counter-example."""
        said = Decision(Action.KEEP) if label is None else Decision(Action.RELABEL, label)
        other = Decision(Action.KEEP) if query.counter_example else None
        return self.do(Reply(actor, key, query.id, query.epoch, said, other))

    def told(self, kind: type) -> list[Any]:
        return [notice for notice in self.notices if isinstance(notice, kind)]


def item(number: int, given: int | None, value: float = 0.0) -> Item:
    row = np.full(WIDTH, value or number, dtype="<f4")
    digest = hashlib.sha256(row.tobytes() + bytes([0 if given is None else given + 1])).digest()
    return Item(ExampleId(f"e{number}"), row.tolist(), {}, given, row.tobytes(), digest)


def until(done: Callable[[], object], patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


@contextmanager
def world(folder: Path, **settings: Any) -> Iterator[World]:
    found = World(folder, **settings)
    found.service.start()
    try:
        yield found
    finally:
        found.service.close()
