"""From weights to the messages of `wire.suggestions`: histograms, galleries, and where the truth is
known what low weights tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import LoopSettings
from ..curate.board import Standing
from ..curate.measures import Ints
from ..types import ExampleId, Position
from .core import Parts
from .curate_views import item_views
from .curation import Curation
from .referee import Compared
from .weighed import Learned, Weighed
from .wire import suggestions as w

BINS = 20
SHOWN = 12
"""Examples of a gallery."""

HIGH, LOW = 0.7, 0.1
"""Weights from which a wrong label is useful, and up to which a right one is useless: of trust, or
where weights are relative shares of the weighed that count less."""

SCALES = {"trust": "trust in the label, from 0 to 1", "relative": "relative, 1 on average",
          "uniform": "all count 1"}

POLICIES: tuple[str, ...] = LoopSettings.__dataclass_fields__["weight_policy"].metadata["choices"]


def weights_view(parts: Parts, view: Weighed) -> w.WeightsView:
    """What each example counts in training."""
    with view.lock:
        policy, found, running = view.policy, view.learned, view.running
    if found is None:
        return _none(policy, running)
    shown = _shown(view, found, parts.core.curation)
    useful, useless = _galleries(parts.core.curation, found)
    return w.WeightsView(
        policy=policy, policies=list(POLICIES), version=found.version, running=running,
        note=found.note, scale=SCALES[found.scale], now=shown.now,
        epochs=list(shown.epochs), detection=shown.detection,
        useful=_items(parts, found, useful), useful_weights=found.weights[useful].tolist(),
        useless=_items(parts, found, useless), useless_weights=found.weights[useless].tolist())


def _none(policy: str, running: bool) -> w.WeightsView:
    note = "" if policy == "uniform" or running else "nothing was learned yet"
    return w.WeightsView(
        policy=policy, policies=list(POLICIES), version=0, running=running, note=note,
        scale=SCALES["uniform"], now=w.Histogram(edges=[0.0, 1.0], counts=[0]), epochs=[],
        detection=None, useful=[], useful_weights=[], useless=[], useless_weights=[])


@dataclass(frozen=True, slots=True)
class Shown:
    """What does not change while the weights are these."""

    of: Learned
    now: w.Histogram
    epochs: tuple[w.EpochView, ...]
    detection: w.DetectionView | None


def _shown(view: Weighed, found: Learned, board: Curation) -> Shown:
    """Made once for each file of weights."""
    held = view.shown
    if isinstance(held, Shown) and held.of is found:
        return held
    compared = None
    if view.judge is not None:
        compared = view.judge.compare(_ids(board, found.positions), found.given)
    judge = _Judge(compared)
    view.shown = made = Shown(
        found, judge.histogram(found.weights, _edges(found.weights)), _epochs(found, judge),
        judge.detection(found))
    return made


class _Judge:
    """Histograms, split by the truth where somebody knows it."""

    def __init__(self, compared: Compared | None) -> None:
        self._compared = compared

    def histogram(self, values: NDArray[Any], edges: NDArray[Any]) -> w.Histogram:
        inside = np.clip(values.astype(np.float64), edges[0], edges[-1])
        counts = np.histogram(inside, edges)[0].tolist()
        if self._compared is None:
            return w.Histogram(edges=edges.tolist(), counts=counts)
        clean, wrong = self._compared.histograms(inside, edges)
        return w.Histogram(edges=edges.tolist(), counts=counts, clean=clean, corrupted=wrong)

    def detection(self, found: Learned) -> w.DetectionView | None:
        if self._compared is None or not len(found.weights):
            return None
        told = self._compared.detection(found.weights, found.clean_from)
        return w.DetectionView(threshold=found.clean_from, fdr=told.fdr, recall=told.recall,
                               f1=told.f1, auc=told.auc)


def _edges(values: NDArray[Any]) -> NDArray[np.float64]:
    """From 0 to 1, or to the largest."""
    top = max(float(values.max(initial=0.0)), 1.0)
    return np.linspace(0.0, top, BINS + 1)


def _epochs(found: Learned, judge: _Judge) -> tuple[w.EpochView, ...]:
    weights, losses = _edges(found.weights_by_epoch), _edges(found.losses_by_epoch)
    return tuple(
        w.EpochView(epoch=epoch, weights=judge.histogram(a, weights),
                    losses=judge.histogram(b, losses))
        for epoch, (a, b) in enumerate(
            zip(found.weights_by_epoch, found.losses_by_epoch, strict=True), 1))


def _galleries(view: Curation, found: Learned) -> tuple[Ints, Ints]:
    """Numbers of the weighed whose label the model contradicts and that count much, and of those
    that a person has confirmed and that count next to nothing; the most telling first."""
    with view.lock:
        board = view.board
        inside = found.positions < len(board)
        where = found.positions[inside]
        contradicted = np.zeros(len(found.positions), dtype=bool)
        contradicted[inside] = ((board.standing[where] == Standing.OPEN)
                                & (board.predicted[where] != board.given[where]))
        confirmed = np.zeros(len(found.positions), dtype=bool)
        confirmed[inside] = board.standing[where] == Standing.RESOLVED
    rank = _rank(found)
    useful = np.flatnonzero(contradicted & (rank >= HIGH))
    useless = np.flatnonzero(confirmed & (rank <= LOW))
    return (useful[np.argsort(-found.weights[useful], kind="stable")][:SHOWN],
            useless[np.argsort(found.weights[useless], kind="stable")][:SHOWN])


def _rank(found: Learned) -> NDArray[np.float64]:
    """(C,) in [0, 1]: trust as it is, or the share of the weighed that count less."""
    if found.scale == "trust":
        return found.weights.astype(np.float64)
    below = np.searchsorted(np.sort(found.weights), found.weights, "left")
    return below / max(len(found.weights), 1)


def _ids(view: Curation, where: Ints) -> list[ExampleId]:
    with view.lock:
        return [view.ids[at] for at in where.tolist()]


def _items(parts: Parts, found: Learned, rows: Ints) -> list[Any]:
    return item_views(parts, parts.core.curation.members(found.positions[rows]))


def trajectory_view(parts: Parts, position: Position, example: str) -> w.TrajectoryView:
    """Weight and loss of one example by epoch."""
    with parts.core.weighed.lock:
        weights, losses, below = parts.core.weighed.trajectory(position)
    return w.TrajectoryView(id=example, weights=weights, losses=losses, share_below=below)
