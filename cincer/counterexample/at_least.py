"""Keeps of any strategy's ranking what reaches a least score.

A counter-example that nothing speaks against costs a person's look and finds nothing. The unit is
the strategy's own; of those that `unlearned` and `unlearned_influence` find, more are mislabelled
than not from about 2 nats on.
"""

from __future__ import annotations

from torch import Tensor

from ..protocols import CounterExample, Ranking, Suspect, TopLayer


class AtLeast:
    """`inner`, without what scores below `least`."""

    def __init__(self, inner: CounterExample, least: float) -> None:
        self.inner, self.least = inner, least

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        found = self.inner(suspect, top, candidates, limit)
        kept = found.scores >= self.least
        return Ranking(found.positions[kept], found.scores[kept])
