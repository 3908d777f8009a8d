"""What the engine answers, as arrays and numbers: no torch, so that any process can read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .types import Label, Position

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Refit:
    """What a refit did. `exact`: the head is at the optimum of all that is known. `changed`: rows
    absorbed. `flips`: known examples whose predicted class changed, None where the rows are looked
    through later. `behind`: rows changed since all were last evaluated. `decrement`: estimated
    distance to the optimum before the last step, nats. `l2`: the head's penalty. `unlooked`: rows
    whose neighbours were not asked again since others changed; 0 where they never were."""

    version: int
    exact: bool
    changed: int
    flips: int | None
    behind: int
    decrement: float
    l2: float
    seconds: float
    unlooked: int


@dataclass(frozen=True, slots=True)
class Scores:
    """predicted (N,) int64; margin (N,) float32, higher = more suspicious, NaN without a label;
    probs (N, K) float32."""

    predicted: Ints
    margin: Floats
    probs: Floats
    version: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A known example for the other side: `score`, higher = stronger support for the suspicion;
    `probs` (K,), `label` its present one; `predicted_change` as in `Pick`."""

    position: Position
    score: float
    probs: Floats
    label: Label
    predicted_change: float = float("nan")


@dataclass(frozen=True, slots=True)
class Pick:
    """The other side of a pair, None if there is no candidate. `score`: higher = stronger support
    for the suspicion, NaN without one. `probs` (K,) of the suspect, `ce_probs` (K,) of the
    counter-example, `ce_label` its present label; `others`: the next best, where more were asked
    for. `predicted_change`: by how much p(given label of the suspect) rises, to first order, if the
    counter-example is left out, whoever chose it."""

    counter_example: Position | None
    score: float
    probs: Floats
    ce_probs: Floats | None
    ce_label: Label | None
    version: int
    predicted_change: float = float("nan")
    others: tuple[Candidate, ...] = ()

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All that were found, the best first."""
        if self.counter_example is None or self.ce_probs is None or self.ce_label is None:
            return ()
        first = Candidate(self.counter_example, self.score, self.ce_probs, self.ce_label,
                          self.predicted_change)
        return (first, *self.others)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What leaving `positions` out of the training set does to p(given | suspect); above 0 = they
    speak against the given label. `predicted_change`: to first order, the sum over the positions.
    `real_change`: after refitting the head without them, between the two optima. `exact`: that
    refit reached its optimum; otherwise `decrement` (nats) is what its Newton decrement had come
    down to after `steps` looks at all known examples."""

    positions: tuple[Position, ...]
    predicted_change: float
    real_change: float
    exact: bool
    decrement: float
    steps: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a counter-example does to the suspicion. `given_probability`: p(given | suspect) with
    everything known, at the head's optimum; `single`: the counter-example alone; `group`: it and
    the known examples that say the same, None where there are none."""

    given_probability: float
    single: LeftOut
    group: LeftOut | None
    version: int
