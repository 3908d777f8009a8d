"""Forms that cross the pipe, beside plain numbers: label changes, beliefs, opinions.

The server sends label changes as the newest word on each position: a class, one to be unlearned
(`types.unlearning`), or `NO_LABEL` for "not in the training set". Every job's answer carries
`version`, the newest change it contains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..types import Belief
from ..verified import Verified
from .frames import Frame, Ints, pack_floats, pack_ints, unpack_floats, unpack_ints

BELIEFS = 5
"""Classes named in an opinion, the most probable first."""


def labels_frame(op: str, version: int, positions: Iterable[int] | Ints,
                 labels: Iterable[int] | Ints) -> Frame:
    """Changes of the training set (`op` labels) or of the never-ask run's (`never`); which
    positions a person has settled (`settled`: 1, or 0 where it was taken back)."""
    return {"op": op, "version": version, "positions": pack_ints(positions),
            "labels": pack_ints(labels)}


def labels_of(frame: Frame) -> tuple[Ints, Ints]:
    """Positions and labels of a `labels_frame`, (N,) each."""
    return unpack_ints(frame["positions"]), unpack_ints(frame["labels"])


def verified_fields(verified: Verified) -> Frame:
    """The labels people vouched for, as fields of a frame."""
    return {"verified": pack_ints(verified.positions),
            "verified_labels": pack_ints(verified.labels),
            "propensity": pack_floats(verified.propensity),
            "selection": pack_ints(verified.selection.astype(np.int64))}


def verified_of(frame: Frame) -> Verified:
    """What `verified_fields` packed."""
    return Verified(unpack_ints(frame["verified"]), unpack_ints(frame["verified_labels"]),
                    unpack_floats(frame["propensity"]), unpack_ints(frame["selection"]) > 0)


def beliefs_of(probs: NDArray[np.float32]) -> list[list[list[float]]]:
    """(N, K) probabilities to the `BELIEFS` largest of each row as [class, probability]."""
    count = min(BELIEFS, probs.shape[1])
    order = np.argsort(-probs, axis=1, kind="stable")[:, :count]
    values = np.take_along_axis(probs, order, axis=1).astype(np.float64).round(4)
    return np.stack([order, values], axis=2).tolist()  # type: ignore[no-any-return]


def as_beliefs(pairs: Sequence[Sequence[Any]]) -> tuple[Belief, ...]:
    """What `beliefs_of` made of one row."""
    return tuple((int(label), float(p)) for label, p in pairs)


def margin_of(value: float) -> float | None:
    """A margin as a plain number; NaN (no label) becomes None."""
    return None if value != value else round(float(value), 6)
