"""The known examples as the head sees them: growable arrays, one row an example.

Rows keep their place. An example that leaves keeps its row with weight 0 and takes it up again if
it comes back. The rows of each class are listed, so that candidates are found without a scan.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Ints = NDArray[np.int64]
START = 256


class KnownRows:
    """N rows so far, D+1 columns, K classes; float32 features with a trailing 1.

    `features` (N, D+1), `probs` (N, K), `labels` (N,), `weights` (N,), `positions` (N,) are views.
    `class_sums` (K, D+1) float64 holds sum of w x over the rows of each label, `total` sum of w:
    the part of the head's gradient that labels decide, exact at any moment. `changes` counts what
    rows, labels and weights have gone through.

    Rows whose label is *unlearned* have weight 0, as if they had left, and are told apart by
    `unlearned`: whoever does not ask for them does not meet them.
    """

    def __init__(self, columns: int, classes: int) -> None:
        self.columns, self.classes, self.count = columns, classes, 0
        self._features = torch.empty(START, columns)
        self._probs = torch.empty(START, classes)
        self._labels = torch.empty(START, dtype=torch.int64)
        self._weights = torch.empty(START)
        self._positions = torch.empty(START, dtype=torch.int64)
        self._slots: Ints = np.zeros(START, dtype=np.int64)
        self._row_of: Ints = np.full(START, -1, dtype=np.int64)
        self._members: list[Ints] = [np.empty(16, dtype=np.int64) for _ in range(classes)]
        self._sizes = [0] * classes
        self.class_sums = torch.zeros(classes, columns, dtype=torch.float64)
        self.total = 0.0
        self.changes = 0
        self._against: dict[int, float] = {}

    @property
    def features(self) -> Tensor:
        return self._features[: self.count]

    @property
    def probs(self) -> Tensor:
        return self._probs[: self.count]

    @property
    def labels(self) -> Tensor:
        return self._labels[: self.count]

    @property
    def weights(self) -> Tensor:
        return self._weights[: self.count]

    @property
    def positions(self) -> Tensor:
        return self._positions[: self.count]

    def __len__(self) -> int:
        return sum(self._sizes)

    def members(self, label: int) -> Tensor:
        """(M,) row numbers of the class, weight above 0; a view, valid until the next change."""
        return torch.from_numpy(self._members[label][: self._sizes[label]])

    def unlearned(self) -> tuple[Tensor, Tensor]:
        """Rows whose label is unlearned (U,), ascending, and what each counts (U,) float32."""
        rows = sorted(self._against)
        return (torch.tensor(rows, dtype=torch.int64),
                torch.tensor([self._against[row] for row in rows], dtype=torch.float32))

    def against(self, row: int) -> float:
        """What the unlearning of a row's label counts, 0 where it is not unlearned."""
        return self._against.get(row, 0.0)

    @property
    def unlearning(self) -> float:
        """The sum of what unlearned rows count."""
        return sum(self._against.values())

    def sizes(self) -> list[int]:
        """Rows of each class."""
        return list(self._sizes)

    def rows_of(self, positions: Ints) -> Ints:
        """Row numbers of positions (N,), -1 where a position was never here."""
        found = np.full(len(positions), -1, dtype=np.int64)
        inside = positions < len(self._row_of)
        found[inside] = self._row_of[positions[inside]]
        return found

    def append(
        self, positions: Ints, features: Tensor, labels: Ints, weights: NDArray[np.float32],
        probs: Tensor,
    ) -> slice:
        """New rows: features (n, D+1), labels (n,), weights (n,) > 0, probs (n, K). Their slice."""
        rows = slice(self.count, self.count + len(positions))
        self._reserve(rows.stop, int(positions.max(initial=-1)) + 1)
        self.count = rows.stop
        self._features[rows], self._probs[rows] = features, probs
        self._labels[rows] = torch.from_numpy(labels)
        self._weights[rows] = torch.from_numpy(weights)
        self._positions[rows] = torch.from_numpy(positions)
        numbers = np.arange(rows.start, rows.stop)
        self._row_of[positions] = numbers
        self._tally(rows)
        self.changes += 1
        for label in np.unique(labels).tolist():
            self._list(label, numbers[labels == label])
        return rows

    def change(self, row: int, label: int, weight: float, against: float = 0.0) -> None:
        """Sets the label and weight of one row; weight 0 takes it out of the training set, and
        `against` > 0 has its label unlearned instead."""
        old, before = int(self._labels[row]), float(self._weights[row])
        x = self._features[row].double()
        self.class_sums[old] -= before * x
        self.class_sums[label] += weight * x
        self.total += weight - before
        if before > 0 and (weight <= 0 or label != old):
            self._unlist(old, row)
        if weight > 0 and (before <= 0 or label != old):
            self._list(label, np.array([row]))
        self._labels[row], self._weights[row] = label, weight
        if against > 0:
            self._against[row] = against
        else:
            self._against.pop(row, None)
        self.changes += 1

    def reweigh(self, rows: Ints, weights: NDArray[np.float32]) -> None:
        """Other weights (n,) > 0 for `rows` (n,) that are there, at once."""
        self._weights[rows] = torch.from_numpy(weights)
        self.class_sums = torch.zeros(self.classes, self.columns, dtype=torch.float64)
        self.total = 0.0
        self._tally(slice(0, self.count))
        self.changes += 1

    def replace_features(self, columns: int) -> None:
        """Room for features of another trunk, to be filled by `refill` from row 0."""
        self.columns = columns
        self._features = torch.zeros(len(self._labels), columns)
        self.class_sums = torch.zeros(self.classes, columns, dtype=torch.float64)
        self.total = 0.0

    def refill(self, rows: slice, features: Tensor) -> None:
        """New features (n, D+1) of `rows` after `replace_features`."""
        self._features[rows] = features
        self._tally(rows)

    def _tally(self, rows: slice) -> None:
        weights = self._weights[rows].double()
        scaled = self._features[rows].double() * weights[:, None]
        self.class_sums.index_add_(0, self._labels[rows], scaled)
        self.total += float(weights.sum())

    def _list(self, label: int, rows: Ints) -> None:
        size = self._sizes[label]
        self._members[label] = _grown(self._members[label], size + len(rows))
        self._members[label][size : size + len(rows)] = rows
        self._slots[rows] = np.arange(size, size + len(rows))
        self._sizes[label] += len(rows)

    def _unlist(self, label: int, row: int) -> None:
        last = self._sizes[label] - 1
        slot, moved = int(self._slots[row]), int(self._members[label][last])
        self._members[label][slot] = moved
        self._slots[moved] = slot
        self._sizes[label] = last

    def _reserve(self, rows: int, positions: int) -> None:
        self._row_of = _grown(self._row_of, positions, fill=-1)
        if rows <= len(self._labels):
            return
        room = max(rows, 2 * len(self._labels))
        for name in ("_features", "_probs", "_labels", "_weights", "_positions"):
            old: Tensor = getattr(self, name)
            new = torch.empty((room, *old.shape[1:]), dtype=old.dtype)
            new[: self.count] = old[: self.count]
            setattr(self, name, new)
        self._slots = _grown(self._slots, room)


def _grown(array: Ints, size: int, fill: int = 0) -> Ints:
    """`array` with room for at least `size` entries, doubling."""
    if size <= len(array):
        return array
    new = np.full(max(size, 2 * len(array)), fill, dtype=np.int64)
    new[: len(array)] = array
    return new


def evenly(count: int, wanted: int) -> Sequence[int]:
    """At most `wanted` row numbers spread evenly over `count` rows."""
    if count <= wanted:
        return range(count)
    return [(i * count) // wanted for i in range(wanted)]
