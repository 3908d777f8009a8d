"""What can happen to a session: the events that `step` folds and the ledger records.

An event is complete in itself: whatever was drawn, measured or looked up (a random draw, a margin,
the time, the label that stood) is one of its fields, so that folding the log again gives the same
state. Labels are class indices; instants are seconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ..config import LoopSettings
from ..types import (
    ActId,
    Action,
    AnnotatorId,
    Belief,
    Deed,
    Entry,
    ExampleId,
    Label,
    Position,
    QueryId,
    Remedy,
    Role,
    Seconds,
    Status,
)


@dataclass(frozen=True, slots=True)
class Started:
    """The first event of every ledger. `key` (hex) keys the role hash."""

    settings: LoopSettings
    classes: tuple[str, ...]
    key: str
    at: Seconds


@dataclass(frozen=True, slots=True)
class Received:
    """An arrival was stored. `draw` in [0, 1) decides whether it is audited, `thin` in [0, 1)
    whether it stays in a full audit lane; `given` is None for an arrival without a label."""

    example: ExampleId
    position: Position
    given: Label | None
    source: str
    draw: float
    thin: float
    at: Seconds


@dataclass(frozen=True, slots=True)
class Scored:
    """The model's opinion of an undecided example. `margin` = max p - p(given), Eq. 1 of
    Teso et al. (2021), in [0, 1]; None without a given label. `beliefs`: the largest first.
    `example` and `given` are looked up by the driver."""

    example: ExampleId
    position: Position
    given: Label | None
    predicted: Label
    margin: float | None
    beliefs: tuple[Belief, ...]
    version: int
    at: Seconds


@dataclass(frozen=True, slots=True)
class Opinion:
    """A later opinion of an example that an open query asks about."""

    query: QueryId
    predicted: Label
    margin: float | None
    beliefs: tuple[Belief, ...]


@dataclass(frozen=True, slots=True)
class Rescored:
    """The model moved: new opinions of waiting examples (only those that changed)."""

    opinions: tuple[Opinion, ...]
    version: int
    at: Seconds


@dataclass(frozen=True, slots=True)
class Counter:
    """The other side of a pair: a known example, with the label it had when it was picked.
    `score`: higher = stronger support for the suspicion. `given_probability`: what the model gave
    the suspect's given label then; `predicted_change`: by how much that rises, to first order, if
    this example is left out (None: not said by the version that picked it)."""

    example: ExampleId
    position: Position
    label: Label
    predicted: Label
    beliefs: tuple[Belief, ...]
    score: float
    given_probability: float | None = None
    predicted_change: float | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """The counter-example of an open, undisplayed query; None = there is no candidate. `others`:
    further ones, the strongest first."""

    query: QueryId
    counter_example: Counter | None
    version: int
    at: Seconds
    others: tuple[Counter, ...] = ()


@dataclass(frozen=True, slots=True)
class Leased:
    """An annotator holds a query until `deadline`. `epoch` fences off earlier leases."""

    query: QueryId
    annotator: AnnotatorId
    epoch: int
    deadline: Seconds
    at: Seconds


@dataclass(frozen=True, slots=True)
class Displayed:
    """The annotator sees the pair: from here on it does not change under the eyes."""

    query: QueryId
    annotator: AnnotatorId
    epoch: int
    at: Seconds


@dataclass(frozen=True, slots=True)
class Released:
    """A lease ended without a reply; `reason`: expired, disconnected or returned."""

    query: QueryId
    annotator: AnnotatorId
    epoch: int
    reason: str
    at: Seconds


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reply says about one side; `label` only with `relabel`."""

    action: Action
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a side stood when the reply came: its human label, whose it was and since when; its
    role, and why it was in the training set (`entry` None: it was not)."""

    label: Label | None = None
    annotator: AnnotatorId | None = None
    at: Seconds = 0.0
    entry: Entry | None = None
    role: Role = Role.NONE


@dataclass(frozen=True, slots=True)
class Replied:
    """A person's answer. `standing` is looked up by the driver, one for each side shown;
    `annotator` is who holds the token, `worker` whom a platform answers for. `others` has one
    verdict for each further counter-example in the order shown, None = not judged. The example of a
    follow-up is settled: it is kept."""

    query: QueryId
    annotator: AnnotatorId
    epoch: int
    example: Decision
    counter_example: Decision | None
    at: Seconds
    standing_example: Standing | None = None
    standing_counter_example: Standing | None = None
    comment: str = ""
    seconds: float | None = None
    worker: str | None = None
    others: tuple[Decision | None, ...] = ()
    standing_others: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """The annotator passes; the query goes to somebody else first."""

    query: QueryId
    annotator: AnnotatorId
    epoch: int
    at: Seconds


@dataclass(frozen=True, slots=True)
class Flagged:
    """The annotator marks an example for a curator's eyes; the query stays as it is."""

    query: QueryId
    annotator: AnnotatorId
    comment: str
    at: Seconds


@dataclass(frozen=True, slots=True)
class Undone:
    """The annotator takes back a reply: the newest of theirs that is not yet undone.
    `superseded` are the sides on which somebody else's word is newer, looked up by the driver."""

    query: QueryId
    annotator: AnnotatorId
    epoch: int
    deadline: Seconds
    at: Seconds
    superseded: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a method of this version suggested for an example (`label` only with relabel), and what
    became of it: `state` is accepted, rejected or asked."""

    remedy: Remedy
    label: Label | None
    method: str
    version: int
    state: str


@dataclass(frozen=True, slots=True)
class Stood:
    """Where an example stood before an act: `entry` None = not in the training set, `reason` why it
    had left; `proposal` the decided suggestion."""

    status: Status
    entry: Entry | None = None
    reason: str | None = None
    role: Role = Role.NONE
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """The model's opinion of an example that a curator wants somebody asked about."""

    predicted: Label
    margin: float | None
    beliefs: tuple[Belief, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """One example of an act; all but the decision is looked up by the driver. `shown`: the label it
    had. People's words have a `decision`, answers to suggestions a `proposal` with its predicted
    `gain` (fall of the mean trusted loss, nats), and questions a `doubt`."""

    example: ExampleId
    position: Position
    shown: Label | None
    stood: Stood
    decision: Decision | None = None
    proposal: Proposal | None = None
    doubt: Doubt | None = None
    gain: float | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """A curator's act on one or many examples, whole or not at all. `act` stands where a query's
    name stands in words; `of` is the example that is kept of duplicates."""

    act: ActId
    annotator: AnnotatorId
    action: Deed
    judged: tuple[Judged, ...]
    at: Seconds
    comment: str = ""
    of: ExampleId | None = None


@dataclass(frozen=True, slots=True)
class ActUndone:
    """A curator takes back an act: the newest of theirs that is in effect. `superseded`: positions
    on which somebody has spoken since; these stay as they are. Looked up by the driver."""

    act: ActId
    annotator: AnnotatorId
    superseded: tuple[Position, ...]
    at: Seconds


@dataclass(frozen=True, slots=True)
class ActRedone:
    """A curator does again what they took back last, on those of its examples that are still free.
    Otherwise as `Resolved`."""

    act: ActId
    annotator: AnnotatorId
    action: Deed
    judged: tuple[Judged, ...]
    at: Seconds
    comment: str = ""
    of: ExampleId | None = None


@dataclass(frozen=True, slots=True)
class Iterated:
    """A round of curators' work begins with a new survey of all examples. Counts are totals at its
    start: `items` with a label, `disagreements` that are open, examples `resolved` (`removed` among
    them) and `relabelled` by people; `accuracy`: share of the trusted labels that the model
    predicts, `holdout` its measure on the hold-out, None where not known."""

    number: int
    annotator: AnnotatorId
    items: int
    disagreements: int
    resolved: int
    removed: int
    relabelled: int
    accuracy: float | None
    holdout: float | None
    at: Seconds


@dataclass(frozen=True, slots=True)
class Promoted:
    """The trainer's network became the model. `trained_on` is the sequence number its labels
    were read at, `digest` the SHA-256 of its checkpoint."""

    version: int
    digest: str
    path: str
    trained_on: int
    at: Seconds


@dataclass(frozen=True, slots=True)
class Tuned:
    """The loop's settings were changed by an admin; the whole new settings are given."""

    settings: LoopSettings
    at: Seconds


Event: TypeAlias = (
    Started | Received | Scored | Rescored | Picked | Leased | Displayed | Released | Replied
    | Skipped | Flagged | Undone | Resolved | ActUndone | ActRedone | Iterated
    | Promoted | Tuned
)

KINDS: dict[str, type[Event]] = {
    "session:started": Started,
    "example:received": Received,
    "example:scored": Scored,
    "query:rescored": Rescored,
    "query:picked": Picked,
    "query:leased": Leased,
    "query:displayed": Displayed,
    "query:released": Released,
    "query:replied": Replied,
    "query:skipped": Skipped,
    "query:flagged": Flagged,
    "reply:undone": Undone,
    "act:resolved": Resolved,
    "act:undone": ActUndone,
    "act:redone": ActRedone,
    "iteration:started": Iterated,
    "model:promoted": Promoted,
    "settings:changed": Tuned,
}
"""Name on the ledger of each event."""
