"""UMAP pictures of cells: asked of the trainer, kept on the board until it has many."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...compute.frames import Frame, pack_ints, unpack_ints
from .. import commands as c
from ..curation import Curation, Picture
from ..notices import CellMapped
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
        self._asked: dict[Picture, c.MapCell] = {}
        self._under_way: Picture | None = None
        self._news: list[Picture] = []
        training.handlers["umap"] = self._mapped
        training.refused["umap"] = self._failed

    def ask(self, group: Group, command: c.MapCell) -> c.Answer:
        """Have a cell mapped, unless it is being mapped."""
        key = Picture(command.given, command.predicted, command.basis, command.seed)
        if key in self._asked:
            _forget(command)
            return c.Done(group.seq)
        self._asked[key] = command
        with self._view.lock:
            self._view.maps[key] = None
        self._training.desk.ask(Job(f"umap:{key}", Urgency.LATER, lambda: self._job(key)))
        return c.Done(group.seq)

    def down(self) -> None:
        """The trainer has died: what it was asked for may be asked again."""
        with self._view.lock:
            for key, command in self._asked.items():
                self._view.maps.pop(key, None)
                _forget(command)
        self._asked.clear()
        self._under_way = None

    def commit(self, group: Group) -> None:
        """Say which pictures came, or will not."""
        group.notices += [CellMapped(key.given, key.predicted) for key in self._news]
        self._news.clear()

    def _job(self, key: Picture) -> Frame | None:
        command = self._asked.get(key)
        if command is None:
            return None
        self._under_way = key
        return {"op": "umap", "positions": pack_ints(np.array(command.positions, dtype=np.int64)),
                "seed": command.seed, "rows": command.rows}

    def _mapped(self, group: Group, frame: Frame) -> None:
        path = self._live.folder / MODELS / frame["file"]
        points = np.load(path, allow_pickle=False)
        path.unlink(missing_ok=True)
        key = self._over()
        if key is None:
            return
        with self._view.lock:
            self._view.maps.pop(key, None)
            self._view.maps[key] = (unpack_ints(frame["positions"]), points)
            while len(self._view.maps) > KEPT:
                del self._view.maps[next(iter(self._view.maps))]

    def _failed(self) -> None:
        key = self._over()
        if key is not None:
            with self._view.lock:
                self._view.maps[key] = self._training.reason

    def _over(self) -> Picture | None:
        """What was under way is not any more."""
        key, self._under_way = self._under_way, None
        if key is not None and key in self._asked:
            _forget(self._asked.pop(key))
            self._news.append(key)
        return key


def _forget(command: c.MapCell) -> None:
    """The numbers it came with are not needed any more."""
    if command.rows is not None:
        Path(command.rows).unlink(missing_ok=True)
