"""The small state of a session: open queries, leases, counters, budgets, what can be undone.

Examples and labels are not here: they live in the column store, and `step` changes them through
effects. Everything is frozen; `step` returns a new state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..config import LoopSettings
from ..types import (
    AnnotatorId,
    Belief,
    ExampleId,
    Label,
    Position,
    QueryId,
    QueryKind,
    Seconds,
)
from .events import Counter


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a query, until when; `displayed_at` is None until the pair is on the screen."""

    annotator: AnnotatorId
    epoch: int
    deadline: Seconds
    displayed_at: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """An open question. `picked` is the model version of the pick, None = not picked yet;
    `propensity` (audits only) is the probability that this arrival is asked about and kept."""

    id: QueryId
    kind: QueryKind
    example: ExampleId
    position: Position
    given: Label | None
    predicted: Label
    margin: float | None
    beliefs: tuple[Belief, ...]
    opened_at: Seconds
    in_training: bool = False
    thin: float = 0.0
    propensity: float | None = None
    counter_example: Counter | None = None
    picked: int | None = None
    lease: Lease | None = None
    epoch: int = 0
    excluded: tuple[AnnotatorId, ...] = ()
    skipped_by: tuple[AnnotatorId, ...] = ()
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """What one reply did: the query as it stood before it, and what has to be taken back."""

    query: Query
    asserted: tuple[Position, ...]
    entered: bool
    left: tuple[Position, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class Counters:
    """Counts since the start."""

    received: int = 0
    labelled: int = 0
    entered: int = 0
    scored: int = 0
    suspicious: int = 0
    asked: int = 0
    audits: int = 0
    audits_answered: int = 0
    replies: int = 0
    fixed_examples: int = 0
    fixed_counter_examples: int = 0
    both_right: int = 0
    unsure: int = 0
    skipped: int = 0
    flagged: int = 0
    unasked: int = 0
    cleared: int = 0
    late: int = 0
    undone: int = 0
    removed: int = 0
    disputes: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """The audit lane: `credit` decides whose turn it is, `keep` is the share of drawn audits that
    still fit (it only falls while the lane is full), `rate` the present chance of being drawn."""

    credit: float = 0.0
    keep: float = 1.0
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What steers the threshold: running means of arrivals a second and of the share asked."""

    arrivals_per_second: float = 0.0
    last_arrival: Seconds | None = None
    asked_share: float = 0.0


@dataclass(frozen=True, slots=True)
class SessionState:
    """All that `step` knows. `threshold` is `ask_threshold`, or where the budget has moved it.
    `queries` holds open queries only; `undo` the newest replies of each annotator, oldest first."""

    settings: LoopSettings = field(default_factory=LoopSettings)
    classes: tuple[str, ...] = ()
    key: str = ""
    threshold: float = 0.2
    next_query: int = 1
    model: int = 0
    counters: Counters = field(default_factory=Counters)
    queries: Mapping[QueryId, Query] = field(default_factory=lambda: MappingProxyType({}))
    undo: Mapping[AnnotatorId, tuple[UndoEntry, ...]] = field(
        default_factory=lambda: MappingProxyType({}))
    lane: Lane = field(default_factory=Lane)
    budget: Budget = field(default_factory=Budget)
