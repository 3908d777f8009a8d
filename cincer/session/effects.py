"""What follows from an event: facts for the column store, changes of queries, work to be done.

Facts are applied by every driver in the same way (`cincer.loop`); requests are answered by the
compute engine with a later event; notices go to whoever is connected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ..types import (
    ActId,
    Action,
    AnnotatorId,
    Deed,
    Entry,
    ExampleId,
    Label,
    Position,
    QueryId,
    Role,
    Status,
)
from .events import Proposal
from .state import Query


@dataclass(frozen=True, slots=True)
class Added:
    """A new row of the column store."""

    example: ExampleId
    position: Position
    given: Label | None
    status: Status
    source: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What was made of an arrival: bootstrap, accepted, asked, audited, unlabelled or unasked."""

    position: Position
    decision: str
    predicted: Label | None
    margin: float | None
    version: int


@dataclass(frozen=True, slots=True)
class Entered:
    """The example is in the training set from now on, under its effective label."""

    position: Position
    entry: Entry


@dataclass(frozen=True, slots=True)
class Left:
    """The example is out of the training set; its status says what it is now. `reason` None: none
    was given (it never was in)."""

    position: Position
    status: Status
    reason: str | None


@dataclass(frozen=True, slots=True)
class Asserted:
    """A person's word on an example. `label` is None for verdicts that name no class
    (good, bad, remove); otherwise it becomes the human label, above every other layer."""

    position: Position
    query: QueryId | ActId
    annotator: AnnotatorId
    action: Action
    label: Label | None


@dataclass(frozen=True, slots=True)
class Retracted:
    """The word that came with this query or act does not count any more (undo, revert)."""

    position: Position
    query: QueryId | ActId


@dataclass(frozen=True, slots=True)
class Suggested:
    """What was decided about a machine's suggestion; None: nothing any more. An accepted one counts
    (as label or treatment) while no person's word settles the example."""

    position: Position
    proposal: Proposal | None


@dataclass(frozen=True, slots=True)
class RoleSet:
    """The example's role among the trusted labels."""

    position: Position
    role: Role


@dataclass(frozen=True, slots=True)
class QueryPut:
    """An open query is new or changed: this is all of it."""

    query: Query


@dataclass(frozen=True, slots=True)
class QueryDone:
    """A query closed. `outcome`: answered, unasked, thinned (an audit for which the lane had no
    room), cleared, unsure, removed, undone or exhausted (a follow-up for which no known example was
    left). `query` is its last form, so that its holder can be told; `by` the annotator whose reply
    closed it."""

    query: Query
    outcome: str
    by: AnnotatorId | None = None


@dataclass(frozen=True, slots=True)
class ReplyNoted:
    """How a reply was taken: `counted` is False for one that came after the query had closed."""

    query: QueryId
    annotator: AnnotatorId
    counted: bool
    fixed: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class ActNoted:
    """An act was done, undone or redone (`how`) on these examples."""

    act: ActId
    annotator: AnnotatorId
    action: Deed
    how: str
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class NeedScore:
    """Undecided examples may be scored, in order of position; under `synchronous` only the first:
    the next one waits for the next `NeedScore`."""


@dataclass(frozen=True, slots=True)
class NeedPick:
    """This query wants a counter-example (of `counter_examples`, a follow-up one) by the newest
    model; a driver that has none newer than `Query.picked` need not answer."""

    query: QueryId


@dataclass(frozen=True, slots=True)
class ModelChanged:
    """A new network is the model: features and open queries are computed again."""

    version: int
    path: str
    digest: str


Effect: TypeAlias = (
    Added | Decided | Entered | Left | Asserted | Retracted | RoleSet | Suggested | QueryPut
    | QueryDone | ReplyNoted | ActNoted | NeedScore | NeedPick | ModelChanged
)
