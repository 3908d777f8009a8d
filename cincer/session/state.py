"""The small state of a session: open queries, leases, counters, budgets, what can be undone.

Examples and labels are not here: they live in the column store, and `step` changes them through
effects. Everything is frozen; `step` returns a new state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..config import LoopSettings
from ..types import (
    ActId,
    AnnotatorId,
    Belief,
    Deed,
    Entry,
    ExampleId,
    Label,
    Position,
    QueryId,
    QueryKind,
    Role,
    Seconds,
)
from .events import Counter, Decision, Proposal, Stood


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a query, until when; `displayed_at` is None until the pair is on the screen."""

    annotator: AnnotatorId
    epoch: int
    deadline: Seconds
    displayed_at: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a follow-up comes from: `depth` questions in a row with it (2 for the first), the query
    whose reply opened it, and the label its example was corrected to, None where it was only called
    bad."""

    depth: int
    follows: QueryId
    settled: Label | None


@dataclass(frozen=True, slots=True)
class Query:
    """An open question. `given` is the label shown; `picked` the model version of the pick, None =
    not picked yet; `others` the further counter-examples, the strongest first. A follow-up has a
    `chain`: its example is settled, `given` is its old label, `predicted` what it was corrected to.
    Audits only: `drawn` is the chance with which the arrival was drawn, and
    `propensity` that times the smallest share the lane kept while the query waited in it.
    `last` is the newest lease that ended without a reply, while the pair it displayed still
    stands; `holders` everybody who ever held it. `judged` are counter-examples that somebody has
    judged in this query already; they are not shown again."""

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
    drawn: float | None = None
    propensity: float | None = None
    counter_example: Counter | None = None
    picked: int | None = None
    lease: Lease | None = None
    last: Lease | None = None
    epoch: int = 0
    holders: tuple[AnnotatorId, ...] = ()
    judged: tuple[Position, ...] = ()
    excluded: tuple[AnnotatorId, ...] = ()
    skipped_by: tuple[AnnotatorId, ...] = ()
    unsure: int = 0
    others: tuple[Counter, ...] = ()
    chain: Chain | None = None

    @property
    def counters(self) -> tuple[Counter, ...]:
        """All counter-examples shown, in order."""
        return () if self.counter_example is None else (self.counter_example, *self.others)


@dataclass(frozen=True, slots=True)
class Mark:
    """What one reply did to one example, and how that stood before: `entry` None = it was not in
    the training set. `moved`: it entered or left."""

    position: Position
    entry: Entry | None
    role: Role
    asserted: bool
    moved: bool
    role_set: bool


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """What one reply did: the query as it stood before it, the marks it left, whether it closed
    the query, the other queries it closed, the disputes it opened, the counts it raised, the
    follow-ups it led on to. `over`: its query was a follow-up of a reply that was taken back since,
    and is not asked again."""

    query: Query
    at: Seconds
    marks: tuple[Mark, ...]
    closed: bool
    others: tuple[Query, ...] = ()
    disputes: tuple[QueryId, ...] = ()
    tally: tuple[str, ...] = ()
    follow_ups: tuple[QueryId, ...] = ()
    over: bool = False


@dataclass(frozen=True, slots=True)
class ActMark:
    """Examples that stood alike, with the same label (`shown`), and to which the same was done."""

    positions: tuple[Position, ...]
    stood: Stood
    shown: Label | None
    decision: Decision | None = None
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class ActEntry:
    """What one act did, and when: its marks, the queries it closed or (shown to somebody) turned
    into questions about a known example, those it opened, the counts it raised."""

    act: ActId
    action: Deed
    at: Seconds
    marks: tuple[ActMark, ...]
    queries: tuple[Query, ...] = ()
    opened: tuple[QueryId, ...] = ()
    tally: tuple[tuple[str, int], ...] = ()
    comment: str = ""
    of: ExampleId | None = None

    @property
    def positions(self) -> tuple[Position, ...]:
        return tuple(position for mark in self.marks for position in mark.positions)


@dataclass(frozen=True, slots=True)
class Acts:
    """A curator's acts in effect, and those taken back since the last new one; oldest first."""

    done: tuple[ActEntry, ...] = ()
    undone: tuple[ActEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Counters:
    """Counts since the start. `asked` are questions about arrivals; `follow_ups` those that replies
    led on to, for which a known example was looked for; `requested` those that curators wanted
    asked; `replies` answers to all. `resolved`: examples that curators' acts have settled."""

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
    follow_ups: int = 0
    follow_ups_answered: int = 0
    acts: int = 0
    acts_undone: int = 0
    resolved: int = 0
    requested: int = 0


@dataclass(frozen=True, slots=True)
class Lane:
    """The audit lane: `credit` decides whose turn it is, `keep` is the share of drawn audits that
    still fit (it only falls while the lane is full), `rate` the present chance of being drawn."""

    credit: float = 0.0
    keep: float = 1.0
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """An undecided arrival that was drawn for an audit: with which chance, and its thinning."""

    chance: float
    thin: float


@dataclass(frozen=True, slots=True)
class Budget:
    """What steers the threshold. `arrivals` and `span` (seconds) are decayed sums whose quotient
    is the present rate of arrivals; `asked_share` is the running share of the scored asked,
    `level` the log-odds of a threshold that is steered."""

    arrivals: float = 0.0
    span: float = 0.0
    last_arrival: Seconds | None = None
    asked_share: float = 0.0
    level: float = 0.0

    @property
    def arrivals_per_second(self) -> float:
        return self.arrivals / self.span if self.span > 0 else 0.0


@dataclass(frozen=True, slots=True)
class SessionState:
    """All that `step` knows. `threshold` is `ask_threshold`, or where the budget has moved it.
    `queries` holds open queries only, `closed` the holders of the newest closed ones, `drawn` the
    undecided arrivals drawn for an audit; `undo` the newest replies of each annotator, oldest
    first, `acts` the newest acts of each curator. Empty `classes`: not started."""

    settings: LoopSettings = field(default_factory=LoopSettings)
    classes: tuple[str, ...] = ()
    key: str = ""
    threshold: float = 0.2
    next_query: int = 1
    model: int = 0
    counters: Counters = field(default_factory=Counters)
    queries: Mapping[QueryId, Query] = field(default_factory=dict)
    closed: Mapping[QueryId, tuple[AnnotatorId, ...]] = field(default_factory=dict)
    undo: Mapping[AnnotatorId, tuple[UndoEntry, ...]] = field(default_factory=dict)
    drawn: Mapping[Position, Drawn] = field(default_factory=dict)
    lane: Lane = field(default_factory=Lane)
    budget: Budget = field(default_factory=Budget)
    next_act: int = 1
    acts: Mapping[AnnotatorId, Acts] = field(default_factory=dict)
    iterations: int = 0
