"""What curators see of the whole data set, for any thread: the board and what belongs to it.

The session thread writes after each commit (`service.curating`), requests read; both hold `lock`
for as short as they can. Examples are positions here; `ids` and `position` translate.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..curate import confusions
from ..curate.board import Board, Standing
from ..curate.measures import Ints
from ..curate.pairs import Pairs, now, of_items
from ..curate.twins import Twins
from ..errors import NotFound
from ..session.events import Iterated
from ..types import NO_LABEL, ExampleId, Label, Position, Seconds, Status

STATUSES = tuple(Status)
STREAM = "stream"
"""The split of an example that names none."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The model's opinion that the measures rest on; as `wire.curate.SurveyView`."""

    version: int = 0
    at: Seconds | None = None
    held_out: bool = True
    behind: int = 0
    running: bool = False
    progress: float | None = None


@dataclass(frozen=True, slots=True)
class Iteration:
    """A round of curators' work: totals at its start; see `session.events.Iterated`."""

    number: int
    at: Seconds
    items: int
    open: int
    resolved: int
    removed: int
    relabelled: int
    accuracy: float | None
    holdout: float | None

    @classmethod
    def of(cls, event: Iterated) -> Iteration:
        return cls(event.number, event.at, event.items, event.disagreements, event.resolved,
                   event.removed, event.relabelled, event.accuracy, event.holdout)


@dataclass(slots=True)
class Columns:
    """What is shown of examples beside the board, by position: label as received, status, number
    of the split."""

    observed: NDArray[np.int16] = field(default_factory=lambda: np.full(256, NO_LABEL, np.int16))
    status: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(256, np.uint8))
    split: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(256, np.uint8))

    def reserve(self, count: int) -> None:
        room = len(self.status)
        if count > room:
            more = max(count, 2 * room) - room
            self.observed = np.concatenate(
                [self.observed, np.full(more, NO_LABEL, np.int16)])
            self.status = np.concatenate([self.status, np.zeros(more, np.uint8)])
            self.split = np.concatenate([self.split, np.zeros(more, np.uint8)])


@dataclass(frozen=True, slots=True)
class Member:
    """One example as a curator sees it; None where there is nothing to say."""

    position: Position
    id: ExampleId
    observed: Label | None
    label: Label | None
    predicted: Label | None
    iies: float | None
    split: str
    status: str

    @property
    def margin(self) -> float | None:
        return None if self.iies is None else 2 * self.iies - 1


class Picture(NamedTuple):
    """Which picture of which cell: `basis` is what is projected."""

    given: Label
    predicted: Label
    basis: str
    seed: int


class Curation:
    """The read model. `seq`: the newest event it contains; `pairs`: similar ones, None until they
    were looked for; `values`: further columns by name (gain, trust), NaN = not known; `reopen`:
    positions that later models contradict; `iterations`, oldest first; `relabelled`: examples whose
    label people have changed; `maps`: positions and their places by UMAP, None while they are
    found, a text where they could not be."""

    def __init__(self, classes: int) -> None:
        self.lock = threading.RLock()
        self.classes = classes
        self.survey = Survey()
        self.iterations: list[Iteration] = []
        self.values: dict[str, NDArray[np.float32]] = {}
        self.maps: dict[Picture, tuple[Ints, NDArray[np.float64]] | str | None] = {}
        self.clear()

    def clear(self) -> None:
        """No examples; what was measured is measured still."""
        self.board = Board(self.classes)
        self.columns = Columns()
        self.ids: list[ExampleId] = []
        self._places: dict[ExampleId, Position] = {}
        self.splits: list[str] = [STREAM]
        self.seq = 0
        self.relabelled = 0
        self.pairs: Pairs | None = None
        self.twins: Twins | None = None
        self.reopen: frozenset[int] = frozenset()

    # ---- reading -------------------------------------------------------------------------------

    def position(self, example: str) -> Position:
        """Where an example is; `NotFound`."""
        try:
            return self._places[ExampleId(example)]
        except KeyError:
            raise NotFound(f"no example {example[:200]!r}", example=example) from None

    def members(self, positions: Ints | list[Position]) -> list[Member]:
        """These examples, as they are now."""
        with self.lock:
            return [self._member(Position(int(at))) for at in positions]

    def cell(self, given: Label, predicted: Label) -> Ints:
        """Positions of what a curator is to look at in a cell: the open ones, then those that
        were resolved and that later models contradict."""
        with self.lock:
            found = self.board.members(given, predicted)
            again = [at for at in sorted(self.reopen) if self._in(at, given, predicted)]
            return np.concatenate([found, np.asarray(again, dtype=np.int64)])

    def rest(self, given: Label, to: Label) -> Ints:
        """Positions of the open examples labelled `given` that the model takes for `to`, the most
        convincing first."""
        with self.lock:
            return confusions.rest(self.board, given, to)

    def similar(self, given: Label | None, predicted: Label | None) -> Pairs | None:
        """The similar pairs that are left, of a cell or of all; None until they were looked for.
        """
        with self.lock:
            if self.pairs is None:
                return None
            found = now(self.pairs, self.board)
            if given is None or predicted is None:
                return found
            return of_items(found, self.board.members(given, predicted))

    def value(self, name: str, positions: Ints) -> list[float | None]:
        """A further column at these positions."""
        with self.lock:
            column = self.values.get(name)
            if column is None:
                return [None] * len(positions)
            inside = positions < len(column)
            found = np.full(len(positions), np.nan)
            found[inside] = column[positions[inside]]
        return [None if value != value else value for value in found.tolist()]

    def removed(self) -> int:
        """How many examples were removed."""
        code = STATUSES.index(Status.REMOVED)
        return int(np.count_nonzero(self.columns.status[: len(self.ids)] == code))

    def _in(self, at: int, given: Label, predicted: Label) -> bool:
        return bool(self.board.given[at] == given and self.board.predicted[at] == predicted)

    def _member(self, at: Position) -> Member:
        placed = at < len(self.board) and self.board.standing[at] != Standing.ABSENT
        observed = int(self.columns.observed[at])
        return Member(
            at, self.ids[at], None if observed == NO_LABEL else observed,
            int(self.board.given[at]) if placed else None,
            int(self.board.predicted[at]) if placed else None,
            float(self.board.iies[at]) if placed else None,
            self.splits[int(self.columns.split[at])],
            STATUSES[int(self.columns.status[at])].value)

    # ---- writing (the session thread, holding the lock) ----------------------------------------

    def add(self, example: ExampleId, observed: Label | None, split: str | None) -> None:
        """A new example, at the next position."""
        at = Position(len(self.ids))
        self.columns.reserve(at + 1)
        self.columns.observed[at] = NO_LABEL if observed is None else observed
        self.columns.split[at] = 0 if split is None else self.split_code(split)
        self.ids.append(example)
        self._places[example] = at

    def set_survey(self, **fields: Any) -> None:
        """Some fields of the survey's state."""
        self.survey = replace(self.survey, **fields)

    def split_code(self, name: str) -> int:
        """The number of a split; the 255th and later ones share one."""
        if name not in self.splits:
            if len(self.splits) >= 255:
                return 254
            self.splits.append(name)
        return self.splits.index(name)
