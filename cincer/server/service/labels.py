"""What the processes are told of an example's label: what the model is to do with it now."""

from __future__ import annotations

from collections.abc import Iterable

from ...compute.frames import Frame
from ...compute.messages import labels_frame
from ...loop import Loop
from ...types import NO_LABEL, Label, Position, unlearning


def label_told(loop: Loop, position: Position) -> Label:
    """The class that is learned, one to be unlearned (`types.unlearning`), or `NO_LABEL`."""
    label = loop.data.effective(position)
    if loop.trained(position):
        return label
    return unlearning(label) if loop.unlearned(position) else NO_LABEL


def changed(loop: Loop, version: int, positions: Iterable[Position]) -> Frame:
    """Word of these examples, for a process that knows the others."""
    places = sorted(positions)
    return labels_frame("labels", version, places, [label_told(loop, p) for p in places])


def every(loop: Loop, version: int) -> Frame:
    """Word of all that is learned or unlearned, for a process that knows nothing."""
    learned, against = loop.all_trained(), loop.all_unlearned()
    labels = loop.data.column("effective")[learned].tolist()
    return labels_frame(
        "labels", version, [*learned.tolist(), *against.tolist()],
        [*labels, *(label_told(loop, Position(p)) for p in against.tolist())])
