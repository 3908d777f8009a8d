"""True labels under seal: made by the noise models, opened only by the oracle and the metrics.

A loop that never calls `open` cannot have looked at the truth; every opening is recorded. A test
searches the library for calls of `open` outside the modules that may.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal, NoReturn, get_args

import numpy as np
from numpy.typing import NDArray

from cincer.errors import Forbidden, InvalidInput
from cincer.types import ExampleId, Label

Purpose = Literal["oracle", "metrics"]
PURPOSES: tuple[str, ...] = get_args(Purpose)
Labels = NDArray[np.int64]


class SealedTruth:
    """True labels by example id. Shows nothing, compares as itself, cannot be written out."""

    __slots__ = ("_openings", "_reveal")

    def __init__(self, ids: Iterable[ExampleId], labels: Labels) -> None:
        names = tuple(ids)
        if len(set(names)) != len(labels) or len(names) != len(labels):
            raise InvalidInput(f"{len(set(names))} distinct ids for {len(labels)} true labels")
        held = MappingProxyType(dict(zip(names, labels.tolist(), strict=True)))
        self._reveal: Callable[[], Mapping[ExampleId, Label]] = lambda: held
        self._openings: list[tuple[str, str]] = []

    def open(self, purpose: Purpose) -> Mapping[ExampleId, Label]:
        """The true labels, read-only, for `oracle` or `metrics`; anything else is `Forbidden`."""
        if purpose not in PURPOSES:
            raise Forbidden(f"the truth opens for {' and '.join(PURPOSES)} only, not {purpose!r}")
        self._openings.append((purpose, sys._getframe(1).f_globals.get("__name__", "?")))
        return self._reveal()

    @property
    def openings(self) -> tuple[tuple[str, str], ...]:
        """(purpose, module) of every opening so far, in order."""
        return tuple(self._openings)

    def __repr__(self) -> str:
        return "<SealedTruth>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a sealed truth cannot be pickled or copied")
