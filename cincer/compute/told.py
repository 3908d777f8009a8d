"""Label changes, as the server tells them, carried into an engine."""

from __future__ import annotations

from ..dataset import Treatment
from ..engine import Engine
from ..types import NO_LABEL, unlearning
from .frames import Ints


def tell(engine: Engine, positions: Ints, labels: Ints) -> None:
    """(N,) positions and what each is now: a class, one to be unlearned, or `NO_LABEL`."""
    inside, against = labels > NO_LABEL, labels < NO_LABEL
    engine.leave(positions[labels == NO_LABEL])
    engine.enter(positions[inside], labels[inside])
    engine.enter(positions[against], [unlearning(label) for label in labels[against].tolist()],
                 treatments=[Treatment.UNLEARN] * int(against.sum()))
