"""Measures a run whose truth is known (demo, simulation): NumPy only, reads and never tells.

What it counts. *Mislabelled*: of the examples that are in the training set or wait for an answer
and carry a label, the share whose effective label is not the true one. *Never mislabelled*: of all
labelled arrivals that were decided, the share whose given label is not the true one; that is the
data set of a run that never asks. *F1*: weighted by class on the hold-out, of the live model, and
of a head fitted to every labelled arrival as given. True labels stay in this object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ..dataset import Dataset
from ..errors import InvalidInput
from ..kernels.metrics import weighted_f1
from ..types import NO_LABEL, ExampleId, Label, Status
from .wire.annotate import CurvePoint

Ints = NDArray[np.int64]
_CODE = {status: code for code, status in enumerate(Status)}


class Sealed(Protocol):
    """True labels that open for a purpose (`cincer_streams.SealedTruth`)."""

    def open(self, purpose: Literal["oracle", "metrics"]) -> Mapping[ExampleId, Label]: ...


class Referee:
    """Holds the truth and the hold-out: x (M, width) float32, labels (M,)."""

    def __init__(self, truth: Sealed, x: NDArray[np.float32], labels: NDArray[Any]) -> None:
        if len(x) != len(labels):
            raise InvalidInput(f"{len(x)} hold-out rows with {len(labels)} labels")
        self._true = truth.open("metrics")
        self._x, self._labels = x, np.asarray(labels, dtype=np.int64)
        self._by_position: Ints = np.zeros(0, dtype=np.int64)

    def write_inputs(self, path: Path, shape: Sequence[int]) -> None:
        """The hold-out's inputs, without labels, where the scorer can read them."""
        np.save(path, self._x.reshape(-1, *shape), allow_pickle=False)

    def point(
        self, data: Dataset, ids: Sequence[ExampleId], live: Ints | None, never: Ints | None, *,
        at: float, replies: int, received: int,
    ) -> CurvePoint:
        """One point of the curve. `live` and `never` are predicted classes of the hold-out (M,)."""
        true = self._true_by_position(ids)
        status, given = data.column("status"), data.column("given")
        here = (status == _CODE[Status.KNOWN]) | (status == _CODE[Status.WAITING])
        return CurvePoint(
            at=at, replies=replies, received=received,
            mislabelled=share_wrong(data.column("effective"), true, here),
            never_mislabelled=share_wrong(given, true, status != _CODE[Status.UNDECIDED]),
            f1=None if live is None else weighted_f1(self._labels, live),
            never_f1=None if never is None else weighted_f1(self._labels, never))

    def compare(self, ids: Sequence[ExampleId], labels: Ints) -> Compared:
        """`labels` (N,) against the truth; what comes out are aggregates."""
        true = np.array([self._true.get(one, NO_LABEL) for one in ids], dtype=np.int64)
        return Compared(true != NO_LABEL, true != labels)

    def _true_by_position(self, ids: Sequence[ExampleId]) -> Ints:
        """(N,) true labels, `NO_LABEL` for an example whose truth is not known."""
        known = len(self._by_position)
        new = [self._true.get(example, NO_LABEL) for example in ids[known:]]
        if new:
            self._by_position = np.concatenate([self._by_position, np.array(new)])
        return self._by_position[:len(ids)]


@dataclass(frozen=True, slots=True)
class Detected:
    """Weights below a threshold taken for wrong labels; None where there is nothing to divide by.
    `auc`: the chance that a wrong label counts less than a right one."""

    fdr: float | None
    recall: float | None
    f1: float | None
    auc: float | None


class Compared:
    """N labels of which the truth says whether they are wrong, where it is `known`."""

    def __init__(self, known: NDArray[np.bool_], wrong: NDArray[np.bool_]) -> None:
        self._known, self._wrong = known, wrong

    def histograms(
        self, values: NDArray[Any], edges: NDArray[Any]
    ) -> tuple[list[int], list[int]]:
        """Of `values` (N,) of the right labels, and of the wrong ones."""
        return (np.histogram(values[self._known & ~self._wrong], edges)[0].tolist(),
                np.histogram(values[self._known & self._wrong], edges)[0].tolist())

    def detection(self, weights: NDArray[Any], threshold: float) -> Detected:
        """How well low `weights` (N,) tell the wrong labels."""
        return detected(weights[self._known], self._wrong[self._known], threshold)


def detected(
    weights: NDArray[Any], wrong: NDArray[np.bool_], threshold: float
) -> Detected:
    """Of (N,) weights and whether each label is wrong."""
    flagged = weights < threshold
    hits, total, right = int((flagged & wrong).sum()), int(wrong.sum()), int((~wrong).sum())
    both = int(flagged.sum()) + total
    auc = None
    if total and right:
        order = np.sort(weights[~wrong])
        below = np.searchsorted(order, weights[wrong], "left")
        upto = np.searchsorted(order, weights[wrong], "right")
        auc = float((right - (below + upto) / 2).sum() / (total * right))
    return Detected(
        1 - hits / int(flagged.sum()) if flagged.any() else None,
        hits / total if total else None, 2 * hits / both if both else None, auc)


def share_wrong(
    labels: NDArray[Any], true: Ints, rows: NDArray[np.bool_]
) -> float | None:
    """Share of `rows` (N,) with a label that is not the true one; None where there are none."""
    counted = rows & (labels != NO_LABEL) & (true != NO_LABEL)
    return float((labels[counted] != true[counted]).mean()) if counted.any() else None

