"""UMAP pictures of cells: asked of the trainer, kept on the board until it has many."""

from __future__ import annotations

import numpy as np

from ...compute.frames import Frame, pack_ints, unpack_ints
from .. import commands as c
from ..curation import Curation
from .desk import Job, Urgency
from .group import Group
from .live import MODELS, Live
from .training import Training

KEPT = 32
"""Pictures kept, the newest."""


class Mapping:
    """Asks for one picture after the other; `view.maps` holds them, None while one is made."""

    def __init__(self, live: Live, training: Training, view: Curation) -> None:
        self._live, self._training, self._view = live, training, view
        self._under_way: tuple[int, int, int] | None = None
        training.handlers["umap"] = self._mapped
        training.refused["umap"] = self._failed

    def ask(self, group: Group, command: c.MapCell) -> c.Answer:
        """Have a cell mapped, unless it is being mapped."""
        key = (command.given, command.predicted, command.seed)
        with self._view.lock:
            running = key in self._view.maps and self._view.maps[key] is None
            if not running:
                self._view.maps[key] = None
        if not running:
            self._training.desk.ask(
                Job(f"umap:{key}", Urgency.LATER, lambda: self._job(key, command)))
        return c.Done(group.seq)

    def down(self) -> None:
        """The trainer has died: what it was asked for may be asked again."""
        with self._view.lock:
            for key in [key for key, found in self._view.maps.items() if found is None]:
                del self._view.maps[key]

    def _job(self, key: tuple[int, int, int], command: c.MapCell) -> Frame:
        self._under_way = key
        return {"op": "umap", "positions": pack_ints(np.array(command.positions, dtype=np.int64)),
                "seed": command.seed}

    def _mapped(self, group: Group, frame: Frame) -> None:
        path = self._live.folder / MODELS / frame["file"]
        points = np.load(path, allow_pickle=False)
        path.unlink(missing_ok=True)
        key = self._under_way
        if key is None:
            return
        with self._view.lock:
            self._view.maps.pop(key, None)
            self._view.maps[key] = (unpack_ints(frame["positions"]), points)
            while len(self._view.maps) > KEPT:
                del self._view.maps[next(iter(self._view.maps))]

    def _failed(self) -> None:
        if self._under_way is not None:
            with self._view.lock:
                self._view.maps.pop(self._under_way, None)
