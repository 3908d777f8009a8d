"""What is suggested and what came of it, for any thread.

The session thread writes after each commit (`service.advising`), requests read; both hold `lock`
for as short as they can.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..session.events import ActRedone, Judged, Measured, Proposal, Resolved
from ..types import AnnotatorId, Deed, Label, Position, Seconds
from .advised import Advised

State = Literal["open", "accepted", "rejected", "asked"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion; of a decided one the ledger keeps the predicted `gain` alone. `evidence`:
    positions of trusted examples and what it costs each, nats."""

    position: Position
    action: str
    given: Label | None
    proposed: Label | None
    gain: float
    low: float
    high: float
    harm: float
    method: str
    evidence: tuple[tuple[Position, float], ...]
    state: State
    measured: float | None
    model: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A proposal with the act that decided it; `given`: the label it was about."""

    proposal: Proposal
    act: str
    gain: float | None
    given: Label | None


@dataclass(slots=True)
class AcceptedAct:
    """One act of accepting: `predicted` is the sum of the gains, `measured` once it is."""

    at: Seconds
    by: AnnotatorId
    count: int
    action: str
    predicted: float
    measured: float | None = None


@dataclass(slots=True)
class Suggested:
    """`free` (S,) bool: which of `advised` may still be answered; `decided` by position, in the
    order in which they were; `acts` of accepting by name, oldest first; `gains` as predicted, by
    position; `behind`: label changes since `advised` was asked for."""

    advised: Advised | None = None
    free: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    decided: dict[Position, Decided] = field(default_factory=dict)
    acts: dict[str, AcceptedAct] = field(default_factory=dict)
    gains: dict[Position, float] = field(default_factory=dict)
    seq: int = 0
    behind: int = 0
    running: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)

    # ---- writing (the session thread, holding the lock) ----------------------------------------

    def forget(self) -> None:
        """Nothing was ever decided."""
        self.decided, self.acts, self.gains = {}, {}, {}

    def note(self, event: Resolved | ActRedone | Measured) -> None:
        """What an event decides about suggestions, if anything."""
        if isinstance(event, Measured):
            if str(event.act) in self.acts:
                self.acts[str(event.act)].measured = event.measured
            return
        for one in event.judged:
            if one.proposal is not None:
                self._decide(str(event.act), one, one.proposal)
        if event.action is Deed.ACCEPT and str(event.act) not in self.acts:
            self.acts[str(event.act)] = _accepted(event)

    def _decide(self, act: str, one: Judged, proposal: Proposal) -> None:
        if one.gain is not None:
            self.gains[one.position] = one.gain
        self.decided.pop(one.position, None)
        self.decided[one.position] = Decided(
            proposal, act, self.gains.get(one.position), one.shown)

    def keep(self, where: Iterable[Position], now: Callable[[Position], Proposal | None]) -> None:
        """Of what was decided about these examples, what is so `now`."""
        for at in [at for at in where if at in self.decided]:
            if now(at) != self.decided[at].proposal:
                del self.decided[at]

    # ---- reading -------------------------------------------------------------------------------

    def by(self, who: AnnotatorId) -> int:
        """How many accepted suggestions somebody has accepted."""
        mine = {name for name, act in self.acts.items() if act.by == who}
        return sum(one.act in mine and one.proposal.state == "accepted"
                   for one in self.decided.values())

    def open(self) -> NDArray[np.int64]:
        """Numbers in `advised` of the open suggestions, those that gain most first."""
        return np.flatnonzero(self.free)

    def row(self, position: Position) -> int | None:
        """The number of the open suggestion about an example."""
        if self.advised is None:
            return None
        found = np.flatnonzero((self.advised.positions == position) & self.free)
        return int(found[0]) if len(found) else None

    def total(self) -> int:
        """Open suggestions, those that are not shown in full among them."""
        if self.advised is None:
            return 0
        unshown = self.advised.total - len(self.advised.positions)
        return int(self.free.sum()) + unshown

    def listed(self, state: State, offset: int, limit: int) -> tuple[int, list[Suggestion]]:
        """(how many there are, a page of them): open ones by gain, decided ones the newest first.
        """
        with self.lock:
            if state == "open":
                rows = self.open()
                return len(rows), [self.at(row) for row in rows[offset:offset + limit].tolist()]
            found = [position for position, one in reversed(self.decided.items())
                     if one.proposal.state == state]
            return len(found), [self._decided(p) for p in found[offset:offset + limit]]

    def at(self, row: int) -> Suggestion:
        """The open suggestion of this number."""
        a = self.advised
        assert a is not None
        named = a.actions[row] == "relabel"
        evidence = tuple(
            (Position(at), harm) for at, harm in
            zip(a.evidence[row].tolist(), a.evidence_harm[row].tolist(), strict=True) if at >= 0)
        return Suggestion(
            Position(int(a.positions[row])), a.actions[row], int(a.given[row]),
            int(a.proposed[row]) if named else None, float(a.gain[row]), float(a.low[row]),
            float(a.high[row]), float(a.harm[row]), METHODS[a.actions[row]], evidence, "open",
            None, a.model)

    def _decided(self, position: Position) -> Suggestion:
        one = self.decided[position]
        act, gain = self.acts.get(one.act), one.gain or 0.0
        measured = act.measured if act is not None and act.count == 1 else None
        return Suggestion(
            position, one.proposal.remedy.value, one.given, one.proposal.label, gain, gain, gain,
            0.0, one.proposal.method, (), one.proposal.state,  # type: ignore[arg-type]
            measured if one.proposal.state == "accepted" else None, one.proposal.version)


def _accepted(event: Resolved | ActRedone) -> AcceptedAct:
    remedies = {one.proposal.remedy.value for one in event.judged if one.proposal is not None}
    return AcceptedAct(
        event.at, event.annotator, len(event.judged),
        remedies.pop() if len(remedies) == 1 else "several",
        sum(one.gain or 0.0 for one in event.judged))


METHODS = {"relabel": "argmax", "unlearn": "rdia", "drop": "dropout"}
"""The strategy of `cincer.relabel` behind each action."""
