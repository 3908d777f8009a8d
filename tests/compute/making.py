"""A folder with features as the server leaves it, and the frames it would send."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from cincer.compute import settings as wire
from cincer.compute.frames import Frame
from cincer.compute.messages import labels_frame
from cincer.compute.scorer import Scorer
from cincer.compute.trainer import Trainer
from cincer.config import ModelSettings
from cincer.features import FeatureMatrix

W = TypeVar("W", Scorer, Trainer)
WIDTH, CLASSES, STAMP = 6, 3, b"s" * 32


class Place:
    """Three clusters in six dimensions; the first `wrong` labels are one class off."""

    def __init__(self, folder: Path, count: int = 90, wrong: int = 5) -> None:
        self.folder = folder
        draws = np.random.default_rng(1)
        self.true = np.arange(count) % CLASSES
        centres = np.eye(CLASSES, WIDTH) * 4
        self.rows = (centres[self.true] + draws.normal(size=(count, WIDTH))).astype("<f4")
        self.given = self.true.copy()
        self.given[:wrong] = (self.given[:wrong] + 1) % CLASSES
        self.matrix = FeatureMatrix.create(folder / "features.bin", WIDTH, STAMP)
        self.matrix.append(self.rows)
        self._workers: list[Scorer | Trainer] = []

    def scorer(self, *frames: Frame, networks: Sequence[Frame] = (), **settings: Any) -> Scorer:
        """One that was started and told `frames`."""
        start = self.start(**settings) | {"networks": list(networks)}
        return self._told(Scorer(), start, *frames)

    def trainer(self, *frames: Frame, worker: Trainer | None = None, **settings: Any) -> Trainer:
        return self._told(worker or Trainer(), self.start(**settings), *frames)

    def _told(self, worker: W, *frames: Frame) -> W:
        self._workers.append(worker)
        for frame in frames:
            assert worker.handle(frame) is None
        return worker

    def close(self) -> None:
        for worker in self._workers:
            worker.close()
        self.matrix.close()

    def start(self, **settings: Any) -> Frame:
        return {"op": "start", "version": 1, "settings": wire.as_frame(ModelSettings(**settings)),
                "features": str(self.folder / "features.bin"), "shape": [WIDTH],
                "stamp": STAMP.hex(), "classes": CLASSES, "models": str(self.folder),
                "networks": []}

    def labels(self, version: int, positions: range, op: str = "labels") -> Frame:
        return labels_frame(op, version, list(positions), self.given[list(positions)])
