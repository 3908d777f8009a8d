"""What requests ask the scorer: each waits a while, and does without where there is no answer."""

from __future__ import annotations

from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as Late
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compute.frames import pack_ints, unpack_ints
from ..curate.measures import Ints
from ..errors import CincerError, Unavailable
from ..types import NO_LABEL, Label, Position
from .commands import Actor, AskModel, ModelSaid
from .core import Parts

PATIENCE = 3.0
"""Seconds a page waits for the scorer."""


def turned(parts: Parts, actor: Actor, where: Ints, labels: Ints) -> tuple[Ints, Ints] | None:
    """Examples that the model would take for another class, and which, if those at `where` had
    `labels` (`NO_LABEL`: left); None where the model does not answer."""
    said = _ask(parts, actor, {"op": "preview", "positions": pack_ints(where),
                               "labels": pack_ints(labels)})
    return None if said is None else (unpack_ints(said["turned"]), unpack_ints(said["classes"]))


def counter_example(
    parts: Parts, actor: Actor, position: Position, given: Label, predicted: Label
) -> Position | None:
    """The known example that most supports the doubt about a label, if the model names one."""
    if given in (NO_LABEL, predicted):
        return None
    said = _ask(parts, actor, {"op": "look", "position": int(position), "given": given,
                               "predicted": predicted})
    return None if said is None or said["counter"] is None else Position(said["counter"])


def basis_rows(parts: Parts, actor: Actor, basis: str, where: Ints) -> NDArray[np.float32]:
    """(N, D): the examples as the model sees them (features), or what it looks at (saliency).
    `Unavailable` where it does not answer."""
    said = _ask(parts, actor, {"op": "basis", "basis": basis, "positions": pack_ints(where)})
    if said is None:
        raise Unavailable("the model is busy or starting; ask again", retry_after=1.0)
    path = Path(said["path"])
    try:
        found: NDArray[np.float32] = np.load(path, allow_pickle=False)
    finally:
        path.unlink(missing_ok=True)
    return found


def _ask(parts: Parts, actor: Actor, question: dict[str, Any]) -> dict[str, Any] | None:
    future = parts.core.submit(AskModel(actor, question))
    try:
        found = future.result(PATIENCE)
    except (Late, CancelledError, CincerError):
        future.cancel()
        return None
    return found.said if isinstance(found, ModelSaid) else None
