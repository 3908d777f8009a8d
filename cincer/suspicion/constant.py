"""The two ends: every label is suspicious, or none is. Baselines for experiments."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from ..protocols import Score, Suspects, TopLayer


class Constant:
    """The same score for every label: 1 for `always`, -1 for `never`."""

    batched = True

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, known: Callable[[], TopLayer]) -> Score:
        return self._score

    def _score(self, suspects: Suspects) -> Tensor:
        return suspects.probs.new_full(suspects.given.shape, self.value)
