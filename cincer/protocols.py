"""What a user may bring: a model, a stream, a suspicion score, a counter-example strategy.

Only shapes and promises live here. Arrays are torch tensors on one device, float32 unless said
otherwise; N rows, D features, K classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

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

    def solve_near(self, gradient: Tensor) -> Tensor:
        """The same by the factor at hand, at the cost of one pass over it. In the live loop the
        factor may be behind by a fiftieth of the rows; above 4,000 weights it is
        Kronecker-factored."""
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


@dataclass(frozen=True, slots=True)
class Suspects:
    """Examples whose given labels are judged, as the head sees them. N of them; strategies that are
    `batched` may also be given (..., N), with leading dimensions for many models at once.

    positions (N,) int64, in the column store
    rows      (N,) int64 row numbers of the `TopLayer` that knows them; -1 = not in the training set
    features  (N, D+1) with a trailing 1 for the bias
    probs     (N, K) softmax outputs, rows sum to 1
    given     (N,) int64 labels they came with
    """

    positions: Tensor
    rows: Tensor
    features: Tensor
    probs: Tensor
    given: Tensor

    def __getitem__(self, at: Any) -> Suspects:
        """Each array at the same index, which concerns no more than the dimensions of `given`."""
        return Suspects(self.positions[at], self.rows[at], self.features[at], self.probs[at],
                        self.given[at])

    @property
    def doubted(self) -> Tensor:
        """(N,) bool: whether the model predicts another class than the given one."""
        return self.probs.argmax(dim=-1) != self.given


Score: TypeAlias = "Callable[[Suspects], Tensor]"
"""Suspects (N) to (N,) scores in [-1, 1] in the dtype of their probs, row by row."""


class Suspicion(Protocol):
    """How suspicious given labels are, by one state of the model. Higher = more suspicious.

    Scores lie in [-1, 1], so that `ask_threshold` is always a number on that scale. Of an arrival
    that the model predicts as given, a score other than `always` and `never` says 0, and of the
    others more: at a threshold of 0 or more a query needs both, as in Algorithm 1 (Teso et al.
    2021); below 0 everything is asked about.
    """

    @property
    def batched(self) -> bool:
        """Whether suspects and known examples may have leading dimensions, one model each."""
        ...

    def __call__(self, known: Callable[[], TopLayer]) -> Score:
        """The score under this state of the model. `known` gives the known examples; a score that
        does not compare with them never calls it, and what it prepares from them serves all calls.
        """
        ...


class CounterExample(Protocol):
    """Ranks the candidates for the other side of the pair. Pure: nothing is remembered."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        """`candidates`: (M,) int64 row numbers of `top` to rank; the best `limit` come back."""
        ...
