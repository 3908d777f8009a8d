"""What the session thread tells the sockets, always after the commit.

`service` hands these to one subscriber (`sockets`), which turns them into pushes. They carry ids
and numbers; what a query looks like is rendered from the read side (`views`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ..session.state import Query
from ..types import AnnotatorId, ExampleId, Label, QueryId
from .wire.curate import MatrixChanged, SurveyView


@dataclass(frozen=True, slots=True)
class QueryReady:
    """A query that `annotator` holds has its pair (first, or replaced before display)."""

    annotator: AnnotatorId
    query: Query


@dataclass(frozen=True, slots=True)
class QueryOver:
    """A query that `annotator` held is over."""

    annotator: AnnotatorId
    query: QueryId
    outcome: str


@dataclass(frozen=True, slots=True)
class QueueGrew:
    """New queries wait: who holds fewer than they asked for may be given one."""

    waiting: int


@dataclass(frozen=True, slots=True)
class HeadMoved:
    """The model changed; `after` is the query whose reply set it off, if one did."""

    version: int
    known: int
    flipped: int
    exact: bool
    after: QueryId | None = None
    annotator: AnnotatorId | None = None


@dataclass(frozen=True, slots=True)
class ArrivalDecided:
    """What was made of an arrival; for the source that sent it."""

    source: str
    id: ExampleId
    decision: str
    predicted: Label | None
    margin: float | None
    version: int


@dataclass(frozen=True, slots=True)
class StatsChanged:
    """Some count moved; the sockets send `stats:updated` at most a few times a second."""


@dataclass(frozen=True, slots=True)
class MatrixMoved:
    """The error matrix changed; `message` still lacks its number."""

    message: MatrixChanged


@dataclass(frozen=True, slots=True)
class SurveyMoved:
    """A survey was begun, went on or came."""

    survey: SurveyView


@dataclass(frozen=True, slots=True)
class CellMapped:
    """A picture of a cell that was made in the background is there, or will not come."""

    given: Label
    predicted: Label


@dataclass(frozen=True, slots=True)
class SuggestionsMoved:
    """There are other suggestions, or one of them was answered; see `wire.suggestions`."""

    version: int
    total: int
    best_gain: float | None
    note: str


@dataclass(frozen=True, slots=True)
class WeightsMoved:
    """Other weights train, or another policy."""

    version: int
    policy: str


Notice: TypeAlias = (
    QueryReady | QueryOver | QueueGrew | HeadMoved | ArrivalDecided | StatsChanged | MatrixMoved
    | SurveyMoved | CellMapped | SuggestionsMoved | WeightsMoved
)
