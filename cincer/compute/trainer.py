"""The trainer process: the whole network, in the background, at low priority.

Frames in (`op`): `start` once, `labels` and `never` (every label as given, where a never-ask run is
wanted) without an answer; `train`, `survey` (what a model says of every example that did not learn
its label), `similar` (pairs of near copies), `umap` (a cell's picture), and what the `advisor`
answers with one. Each training starts at the weights of the seed and runs over the known examples
in order of position, so the network is a function of (labels, what each counts, seed, epochs): the
same prefix of the ledger gives the same digest. What it said of the labels while it learned them
lies in a file beside the network; the digest is that of the weights.
"""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from .. import build
from ..config import ModelSettings
from ..curate.projection import project
from ..curate.similar import similar
from ..features import FeatureMatrix
from ..models import checkpoints, learned
from ..models.early_stop import accuracy_to_stop_at
from ..models.training import is_linear, train
from ..protocols import Network
from ..rng import derive
from ..types import NO_LABEL
from . import settings as wire
from . import survey
from .advisor import Advisor
from .frames import Frame, Ints, unpack_floats, unpack_ints
from .host import Host
from .inputs import Shaped
from .messages import labels_of

NICE = 10

QUICK = frozenset({"labels", "never", "preview"})
"""Frames that may be handled from within a long job."""

log = logging.getLogger("cincer.trainer")


class Trainer:
    """Keeps the labels as the server tells them; trains when asked."""

    def __init__(
        self, tell: Callable[[Frame], None] = lambda frame: None,
        interrupted: Callable[[Trainer], object] = lambda trainer: None,
    ) -> None:
        """`tell` takes word of a job that goes on; `interrupted` is called now and then in what
        takes long and may hand in frames of `QUICK`."""
        self._tell, self._interrupted = tell, interrupted
        self._settings: ModelSettings
        self._matrix: FeatureMatrix
        self._empty: Callable[[], Network]
        self._advisor: Advisor | None = None
        self._shape: tuple[int, ...] = ()
        self._folder = Path()
        self._labels: dict[int, int] = {}
        self._never: dict[int, int] = {}
        self._version = 0

    def handle(self, frame: Frame) -> Frame | None:
        match frame["op"]:
            case "start":
                self._start(frame)
            case "labels":
                _tell(self._labels, *labels_of(frame))
                self.advisor.tell(*labels_of(frame))
                self._version = frame["version"]
            case "never":
                _tell(self._never, *labels_of(frame))
            case "train":
                return self._train(frame)
            case "survey":
                return self._survey(frame)
            case "similar":
                return self._similar(frame)
            case "umap":
                return self._map(frame)
            case "advise" | "weigh" | "preview" | "effect" as asked:
                self._matrix.refresh()
                answer: Frame = getattr(self.advisor, asked)(frame)
                return answer
            case other:
                raise RuntimeError(f"the trainer has no job {other!r}")
        return None

    def _go_on(self) -> bool:
        """Between two steps of a job, which goes on: False. Its draws are as if nothing had been.
        """
        with torch.random.fork_rng(devices=[]):
            self._interrupted(self)
        return False

    def idle(self, waiting: Callable[[], bool]) -> bool:
        return self._advisor is not None and not waiting() and self._advisor.idle()

    @property
    def advisor(self) -> Advisor:
        if self._advisor is None:
            raise RuntimeError("the trainer was not started")
        return self._advisor

    def close(self) -> None:
        """Let go of the feature matrix."""
        self._matrix.close()

    def _start(self, frame: Frame) -> None:
        self._settings = wire.model_settings(frame["settings"])
        self._shape, classes = tuple(frame["shape"]), frame["classes"]
        self._matrix = FeatureMatrix.open(
            frame["features"], math.prod(self._shape), stamp=bytes.fromhex(frame["stamp"]))
        self._empty = lambda: build.network(
            self._settings.model, self._shape, classes, self._settings.seed)
        self._folder, self._classes = Path(frame["models"]), classes
        self._version = frame["version"]
        inputs = Shaped(self._matrix, self._shape)
        self._advisor = Advisor(
            lambda: build.engine(self._settings, inputs, self._shape, classes), self._empty,
            self._labels, self._folder, self._settings.seed, self._go_on)

    def _train(self, frame: Frame) -> Frame:
        """Networks trained on the labels as they are, each written to a file of its own."""
        self._matrix.refresh()
        version, labels, never = self._version, _learned(self._labels), dict(self._never)
        found: Frame = {"op": "train", "job": frame["job"], "version": version,
                        "rows": len(labels),
                        **self._trained(labels, f"network-{version:012d}.pt", _counts(frame))}
        if never:
            found["never"] = self._trained(never, f"never-{version:012d}.pt", {})
        return found

    def _survey(self, frame: Frame) -> Frame:
        """Probabilities of all named examples, in a file of their own."""
        self._matrix.refresh()
        positions, labels, known = (unpack_ints(frame[n]) for n in ("positions", "labels", "known"))
        inputs = torch.from_numpy(self._rows(positions))
        probs = survey.probabilities(
            self._settings, self._empty, inputs, torch.from_numpy(labels),
            torch.from_numpy(known).bool(), self._classes,
            lambda share: self._tell({"op": "survey", "job": frame["job"], "share": share}),
            self._go_on)
        path = survey.save(self._folder, survey.Survey(
            frame["number"], frame["version"], self._settings.survey != "in_sample", time.time(),
            positions, probs.float().clamp(0, 1).numpy()))
        return {"op": "survey", "job": frame["job"], "version": frame["version"],
                "file": path.name}

    def _similar(self, frame: Frame) -> Frame:
        """Near copies among the named examples, in a file of their own."""
        self._matrix.refresh()
        positions, version = unpack_ints(frame["positions"]), self._version
        rows = self._rows(positions)
        found = similar(
            rows, rows.reshape(len(rows), -1), positions, image=tuple(frame["image"]) or None,
            predicted=_by_position(positions, unpack_ints(frame["predicted"])),
            given=_by_position(positions, unpack_ints(frame["labels"])),
            source=_by_position(positions, unpack_ints(frame["splits"])).astype(np.uint8))
        path = survey.save_pairs(self._folder, frame["number"], found)
        return {"op": "similar", "job": frame["job"], "version": version, "file": path.name}

    def _map(self, frame: Frame) -> Frame:
        """A cell's examples in the plane by UMAP of their numbers, or of those in a file, in
        a file that the server takes away."""
        self._matrix.refresh()
        file = frame.get("rows")
        rows = (self._rows(unpack_ints(frame["positions"])) if file is None
                else np.load(file, allow_pickle=False))
        points = project("umap", rows, frame["seed"])
        path = self._folder / "umap.npy"
        np.save(path, points, allow_pickle=False)
        return {"op": "umap", "job": frame["job"], "version": self._version, "file": path.name,
                "positions": frame["positions"]}

    def _rows(self, positions: Ints) -> NDArray[np.float32]:
        """(N, *shape): the numbers the model is given."""
        return self._matrix.rows(positions).reshape(-1, *self._shape)

    def _trained(
        self, told: dict[int, int], name: str, counts: dict[int, float]
    ) -> dict[str, str]:
        positions = np.array(sorted(told), dtype=np.int64)
        labels = np.array([told[p] for p in positions.tolist()], dtype=np.int64)
        rows = self._rows(positions)
        network, seen = self._empty(), torch.zeros(len(labels))
        weights = torch.tensor([counts.get(p, 1.0) for p in positions.tolist()]) if counts else None
        train(network, torch.from_numpy(rows), torch.from_numpy(labels), weights,
              epochs=self._settings.epochs, seed=derive(self._settings.seed, "trainer"),
              should_stop=self._go_on, seen=seen,
              stop_at=accuracy_to_stop_at(self._settings, is_linear(network)))
        path = self._folder / name
        learned.save(learned.learned_path(path), learned.Learned(
            torch.from_numpy(positions), torch.from_numpy(labels), seen))
        return {"path": str(path), "digest": checkpoints.save(path, network)}


def _by_position(positions: Ints, values: Ints) -> Ints:
    """(highest position + 1,): values by position, 0 where none was named."""
    found = np.zeros(int(positions.max(initial=-1)) + 1, dtype=np.int64)
    found[positions] = values
    return found


def _learned(told: Mapping[int, int]) -> dict[int, int]:
    """The labels that are learned, by position: without those that are unlearned."""
    return {position: label for position, label in told.items() if label > NO_LABEL}


def _counts(frame: Frame) -> dict[int, float]:
    """What examples count, by position, that do not count 1."""
    if "weighed" not in frame:
        return {}
    return dict(zip(unpack_ints(frame["weighed"]).tolist(),
                    unpack_floats(frame["weights"]).tolist(), strict=True))


def _tell(known: dict[int, int], positions: Ints, labels: Ints) -> None:
    for position, label in zip(positions.tolist(), labels.tolist(), strict=True):
        if label == NO_LABEL:
            known.pop(position, None)
        else:
            known[position] = label


def main(host: Host) -> None:
    """Work for the server until its pipe ends."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    torch.set_num_threads(1)
    host.answer({"op": "ready"})
    host.serve(Trainer(host.answer, lambda trainer: host.interrupt(trainer, QUICK)))
