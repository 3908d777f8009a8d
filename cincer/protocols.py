"""What a user may bring: a model, a stream, a suspicion score, a counter-example strategy.

Only shapes and promises live here. Arrays are torch tensors on one device, float32 unless said
otherwise; N rows, D features, K classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from .types import ExampleId, Label, Position, Seconds

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Arrival:
    """One example as it comes in. `content` is what people see and what is encoded to numbers:
    a mapping of column to value, a nested list of pixels, or a text. `label` is a class name."""

    id: ExampleId
    content: Any
    label: str | None = None
    at: Seconds | None = None
    meta: dict[str, Any] = field(default_factory=dict)


@runtime_checkable
class Stream(Protocol):
    """A source of arrivals, in order."""

    def __iter__(self) -> Iterator[Arrival]: ...


@runtime_checkable
class Network(Protocol):
    """A torch module whose last layer is linear: a trunk that gives features, and a head.

    `features(x)`: (N, ...) inputs to (N, D), differentiable; `head`: an `nn.Linear(D, K)`.
    `forward(x)` must equal `head(features(x))`.
    """

    @property
    def head(self) -> nn.Linear: ...

    def features(self, x: Tensor) -> Tensor: ...


class TopLayer(Protocol):
    """The cache every influence is computed from: the known examples as the head sees them.

    features  (N, D+1) with a trailing 1 for the bias
    probs     (N, K) softmax outputs, rows sum to 1
    labels    (N,) int64 effective labels
    positions (N,) int64, the rows' positions in the column store; rows are in order of entry
    weights   (N,) what each row counts in the Fisher matrix; 0 = it has left the training set
    damping   what `solve` adds to the Fisher matrix's diagonal, above 0
    learning  (N,) where the features were learned from labels of these rows: the mean over the
              epochs of each label's loss, in nats, just before the step that learned from it, NaN
              for rows (or labels) that came later; else None
    """

    @property
    def features(self) -> Tensor: ...

    @property
    def probs(self) -> Tensor: ...

    @property
    def labels(self) -> Tensor: ...

    @property
    def positions(self) -> Tensor: ...

    @property
    def weights(self) -> Tensor: ...

    @property
    def damping(self) -> float: ...

    @property
    def learning(self) -> Tensor | None: ...

    def inputs(self, rows: Tensor) -> Tensor:
        """(M,) row numbers to (M, F): what the network is given of them, flat; where that is not at
        hand, their features."""
        ...

    def solve(self, gradient: Tensor) -> Tensor:
        """Inverse damped Fisher matrix times `gradient`, (K, D+1) or (B, K, D+1), same shape."""
        ...

    def held_out(self, rows: Tensor) -> Tensor:
        """(M,) row numbers to (M, K): what a head that was not fitted to these rows says of them,
        rows sum to 1."""
        ...

    def neighbours_doubt(self, rows: Tensor) -> Tensor:
        """(M,) row numbers to (M,) float64: the log odds against their labels by kernel ridge on
        the inputs of other known rows, nats; higher = more likely mislabelled. NaN for rows that
        were not looked at: those that matter come first, and 256 at least are looked at."""
        ...

    def jacobians(self, positions: Tensor) -> Tensor:
        """(M,) positions, known or not, to (M, K, Q): the derivative of their logits by all
        parameters of the network. `InvalidInput` where the network is not at hand."""
        ...


@dataclass(frozen=True, slots=True)
class Suspect:
    """The example that is asked about, as the head sees it: features (D+1,), probs (K,)."""

    position: Position
    features: Tensor
    probs: Tensor
    given: Label
    predicted: Label


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates best first: `positions` (M,) int64 and `scores` (M,), higher = stronger support
    for the suspicion. Empty when there is no candidate."""

    positions: Tensor
    scores: Tensor


class Suspicion(Protocol):
    """How suspicious a given label is, from the model's probabilities."""

    def __call__(self, probs: Tensor, given: Tensor) -> Tensor:
        """(N, K) probs and (N,) labels to (N,) scores; higher = more suspicious."""
        ...


class CounterExample(Protocol):
    """Ranks the candidates for the other side of the pair. Pure: nothing is remembered."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        """`candidates`: (M,) int64 row numbers of `top` to rank; the best `limit` come back."""
        ...
