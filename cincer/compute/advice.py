"""Files of advice: what is suggested, as columns, and the rest of it as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..relabel.advice import Advice
from .files import save as save_file
from .frames import Ints


@dataclass(frozen=True, slots=True)
class Made:
    """When and from what advice was made: `number` counts from 1, `version` is the newest event its
    labels contain, `model` the version of the network (0: none was promoted); `given` (S,) int64
    the labels the suggestions are about."""

    number: int
    version: int
    model: int
    at: float
    given: Ints


def save(folder: Path, found: Advice, made: Made) -> Path:
    """Write advice whole or not at all, and let the oldest go."""
    columns: dict[str, NDArray[Any]] = {
        "positions": found.positions, "given": made.given, "proposed": found.proposed,
        "actions": np.array(found.actions, dtype="U8"), "gain": found.gain, "low": found.low,
        "high": found.high, "harm": found.harm, "evidence": found.evidence,
        "evidence_harm": found.evidence_harm}
    rest = {
        "number": made.number, "version": made.version, "model": made.model, "at": made.at,
        "total": found.total, "chosen": found.chosen, "threshold": found.threshold,
        "verdicts": [asdict(one) for one in found.verdicts], "trusted": found.trusted,
        "kept": found.kept, "effective_size": found.effective_size, "least": found.least,
        "loss": None if found.loss != found.loss else found.loss, "note": found.note}
    return save_file(folder, "advice", made.number, meta=np.array(json.dumps(rest)), **columns)
