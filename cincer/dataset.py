"""The column store: where every example stands, and its four layers of labels.

    given      as received, may be none
    human      the latest assertion by a person that was not taken back
    machine    suggested by a method; counts only once accepted
    effective  human if there is one, else machine if accepted, else given

Compact arrays indexed by `Position`; only touched examples carry more (a stack of assertions).
Methods take primitives and know nothing of queries or events: the session decides, this records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .errors import Conflict, InvalidInput, NotFound
from .types import NO_LABEL, Entry, Label, Position, Role, Status


class Treatment(StrEnum):
    """How an example enters the loss: as it is, as `-log(1 - p_label)`, or not at all."""

    CE = "ce"
    UNLEARN = "unlearn"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Assertion:
    """A person's word on one example."""

    label: Label
    query: str
    annotator: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A machine's word on one example."""

    label: Label
    method: str
    version: int
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """All layers of one example; `NO_LABEL` where a layer is empty."""

    given: Label
    human: Label
    machine: Label
    effective: Label
    assertions: tuple[Assertion, ...]
    suggestion: Suggestion | None


_COLUMNS: dict[str, tuple[Any, Any]] = {
    "given": (np.int16, NO_LABEL),
    "human": (np.int16, NO_LABEL),
    "machine": (np.int16, NO_LABEL),
    "effective": (np.int16, NO_LABEL),
    "status": (np.uint8, 0),
    "entry": (np.int8, -1),
    "role": (np.uint8, 0),
    "treatment": (np.uint8, 0),
    "weight": (np.float32, 1.0),
}
_STATUSES, _ENTRIES = tuple(Status), tuple(Entry)
_ROLES, _TREATMENTS = tuple(Role), tuple(Treatment)


class Dataset:
    """N examples so far, K classes. Columns are read with `column(name)`, a read-only view."""

    def __init__(self, classes: int) -> None:
        if not 2 <= classes <= np.iinfo(np.int16).max:
            raise InvalidInput(f"classes must be from 2 to 32767, not {classes}", classes=classes)
        self.classes, self._count = classes, 0
        self._columns: dict[str, NDArray[Any]] = {
            name: np.full(256, empty, dtype=kind) for name, (kind, empty) in _COLUMNS.items()}
        self._assertions: dict[int, list[Assertion]] = {}
        self._suggestions: dict[int, Suggestion] = {}

    def __len__(self) -> int:
        return self._count

    @classmethod
    def restored(
        cls, classes: int, columns: Mapping[str, NDArray[Any]],
        assertions: Mapping[int, Sequence[Assertion]],
        suggestions: Mapping[int, Suggestion] | None = None,
    ) -> Self:
        """A data set as it was stored: (N,) arrays by column name (what is missing keeps its
        default), the standing words on each example, oldest first, and the machine's."""
        dataset = cls(classes)
        dataset.extend(columns["given"])
        for name, values in columns.items():
            dataset._columns[name][: dataset._count] = values
        dataset._assertions = {at: list(words) for at, words in assertions.items()}
        dataset._suggestions = dict(suggestions or {})
        return dataset

    # ---- examples ------------------------------------------------------------------------------

    def add(self, given: Label = NO_LABEL, status: Status = Status.UNDECIDED) -> Position:
        """A new example; its position."""
        return Position(self.extend([given], status)[0])

    def extend(
        self, given: Sequence[Label] | NDArray[Any], status: Status = Status.UNDECIDED
    ) -> range:
        """New examples with the labels they came with (or `NO_LABEL`); their positions."""
        labels = np.asarray(given, dtype=np.int64)
        if len(labels) and not NO_LABEL <= labels.min() <= labels.max() < self.classes:
            raise InvalidInput(f"labels must be from 0 to {self.classes - 1}, or {NO_LABEL}")
        start, stop = self._count, self._count + len(labels)
        self._reserve(stop)
        self._columns["given"][start:stop] = labels
        self._columns["effective"][start:stop] = labels
        self._columns["status"][start:stop] = _STATUSES.index(status)
        self._count = stop
        return range(start, stop)

    def column(self, name: str) -> NDArray[Any]:
        """(N,) read-only view: given, human, machine, effective (int16); weight (float32); status,
        entry, role, treatment (codes: places in their enumerations, entry -1 = not entered)."""
        view = self._columns[name][: self._count]
        view.flags.writeable = False
        return view

    def positions(self, status: Status) -> NDArray[np.int64]:
        """Positions of the examples that stand at `status`, ascending."""
        return np.flatnonzero(self.column("status") == _STATUSES.index(status))

    def class_counts(self, status: Status = Status.KNOWN) -> NDArray[np.int64]:
        """(K,) examples at `status` by effective label."""
        labels = self.column("effective")[self.positions(status)]
        return np.bincount(labels[labels >= 0], minlength=self.classes)

    def status(self, position: int) -> Status:
        return _STATUSES[int(self._at("status", position))]

    def entry(self, position: int) -> Entry | None:
        """Why the example is in the training set, None if it never entered."""
        code = int(self._at("entry", position))
        return None if code < 0 else _ENTRIES[code]

    def role(self, position: int) -> Role:
        return _ROLES[int(self._at("role", position))]

    def treatment(self, position: int) -> Treatment:
        return _TREATMENTS[int(self._at("treatment", position))]

    def weight(self, position: int) -> float:
        return float(self._at("weight", position))

    def set_status(self, position: int, status: Status) -> None:
        self._put("status", position, _STATUSES.index(status))

    def set_entry(self, position: int, entry: Entry | None) -> None:
        self._put("entry", position, -1 if entry is None else _ENTRIES.index(entry))

    def set_role(self, position: int, role: Role) -> None:
        self._put("role", position, _ROLES.index(role))

    def set_treatment(self, position: int, treatment: Treatment) -> None:
        self._put("treatment", position, _TREATMENTS.index(treatment))

    def set_weight(self, position: int, weight: float) -> None:
        """Weight in training, finite and at least 0."""
        if not (weight >= 0 and np.isfinite(weight)):
            raise InvalidInput(f"a weight must be finite and at least 0, not {weight}")
        self._put("weight", position, weight)

    # ---- labels --------------------------------------------------------------------------------

    def labels(self, position: int) -> Labels:
        """All layers of one example."""
        given, human, machine, effective = (
            int(self._at(name, position)) for name in ("given", "human", "machine", "effective"))
        return Labels(given, human, machine, effective,
                      tuple(self._assertions.get(position, ())), self._suggestions.get(position))

    def effective(self, position: int) -> Label:
        """The label that counts, `NO_LABEL` if there is none."""
        return int(self._at("effective", position))

    def assert_label(self, position: int, label: Label, query: str, annotator: str) -> Label:
        """A person says the label; the latest word counts. Returns the effective label. One query
        says one thing of an example: a second word raises `Conflict`."""
        self._check_label(label)
        self._at("human", position)
        stack = self._assertions.setdefault(position, [])
        if any(a.query == query for a in stack):
            raise Conflict(f"query {query} has already labelled example {position}; "
                           "retract it first", position=position, query=query)
        stack.append(Assertion(label, query, annotator))
        return self._resolve(position)

    def retract(self, position: int, query: str) -> Label:
        """Takes back what `query` said of the example, and only that. Returns the effective label;
        `NotFound` if it said nothing."""
        self._at("human", position)
        stack = self._assertions.get(position, [])
        kept = [a for a in stack if a.query != query]
        if len(kept) == len(stack):
            raise NotFound(f"query {query} said nothing of example {position}",
                           position=position, query=query)
        if kept:
            self._assertions[position] = kept
        else:
            del self._assertions[position]
        return self._resolve(position)

    def suggest(self, position: int, label: Label, method: str, version: int) -> Label:
        """A machine proposes a label, replacing an older proposal; it counts once accepted.
        Returns the effective label."""
        self._check_label(label)
        self._at("machine", position)
        self._suggestions[position] = Suggestion(label, method, version)
        return self._resolve(position)

    def accept_suggestion(self, position: int, accepted: bool = True) -> Label:
        """Lets the machine's proposal count where no person spoke (or no longer). Returns the
        effective label; `NotFound` without a proposal."""
        self._at("machine", position)
        found = self._suggestions.get(position)
        if found is None:
            raise NotFound(f"no suggestion for example {position}", position=position)
        self._suggestions[position] = Suggestion(found.label, found.method, found.version, accepted)
        return self._resolve(position)

    def drop_suggestion(self, position: int) -> Label:
        """Forgets the machine's proposal. Returns the effective label."""
        self._at("machine", position)
        self._suggestions.pop(position, None)
        return self._resolve(position)

    # ---- inside --------------------------------------------------------------------------------

    def _resolve(self, position: int) -> Label:
        stack, suggestion = self._assertions.get(position), self._suggestions.get(position)
        columns = self._columns
        columns["human"][position] = stack[-1].label if stack else NO_LABEL
        columns["machine"][position] = suggestion.label if suggestion else NO_LABEL
        if stack:
            effective = stack[-1].label
        elif suggestion is not None and suggestion.accepted:
            effective = suggestion.label
        else:
            effective = int(columns["given"][position])
        columns["effective"][position] = effective
        return effective

    def _at(self, column: str, position: int) -> Any:
        if not 0 <= position < self._count:
            raise NotFound(f"no example at position {position} (there are {self._count})",
                           position=position)
        return self._columns[column][position]

    def _put(self, column: str, position: int, value: float) -> None:
        self._at(column, position)
        self._columns[column][position] = value

    def _check_label(self, label: Label) -> None:
        if not 0 <= label < self.classes:
            raise InvalidInput(f"a label must be from 0 to {self.classes - 1}, not {label}",
                               label=label)

    def _reserve(self, count: int) -> None:
        room = len(self._columns["given"])
        if count <= room:
            return
        for name, (kind, empty) in _COLUMNS.items():
            new = np.full(max(count, 2 * room), empty, dtype=kind)
            new[: self._count] = self._columns[name][: self._count]
            self._columns[name] = new
