"""When the trainer advises, what is asked of it, and what becomes of its answers.

Nobody looks, nothing is suggested, unless suggestions are accepted without a person or weights are
learned. Then advice is made again after every few replies and acts, with a promoted network, and
where a tenth of the known examples is new. After an act of accepting the trainer measures what it
has brought; that is an event, so that predictions can be held against it for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ... import acts
from ...compute.frames import Frame, Ints, pack_ints
from ...compute.messages import verified_fields
from ...session import events as ev
from ...types import ActId, AnnotatorId, Deed, ExampleId, Position, Remedy, Status
from ...vouched import verified
from ..advised import Advised, load_advice
from ..curation import Curation
from ..notices import SuggestionsMoved
from ..suggested import METHODS, Suggested
from ..surveys import newest
from .desk import Job, Urgency
from .group import Group
from .live import MODELS, Live
from .training import Training

LEAST = 20
"""Known examples below which nothing is advised."""

GROWN = 0.1
"""Share of new known examples at which advice is made again."""

MACHINE = AnnotatorId("machine")
"""Who accepts suggestions without a person."""

DECIDING = ("act:resolved", "act:redone", "act:measured")


class Advising:
    """Asks the trainer; keeps `view` and the board's column "gain"."""

    def __init__(self, live: Live, training: Training, board: Curation) -> None:
        self._live, self._training, self._board = live, training, board
        self.view = Suggested()
        self._looked, self._known, self._since = False, 0, 0
        self._news = False
        self.also: list[Callable[[], None]] = []
        """Asked whenever advice is."""
        training.handlers |= {"advise": self._advised, "effect": self._measured}
        training.refused |= {"advise": self._failed, "effect": lambda: None}
        path = newest(live.folder / MODELS, "advice-*.npz")
        self.view.advised = None if path is None else load_advice(path)
        self.reload()

    # ---- when ----------------------------------------------------------------------------------

    def look(self) -> None:
        """A curator is there."""
        self._looked = True
        self._consider()

    def up(self) -> None:
        """A new life of the trainer: what it was asked for is asked again."""
        if self.view.running:
            self.ask()
        else:
            self._consider()
        for act in self._unmeasured():
            self._ask_effect(act)

    def commit(self, group: Group) -> None:
        """Bring the view to where the ledger is; ask for what is due."""
        if group.events:
            self._follow(group)
        self._since += len(group.replies) + len(group.acts)
        for noted in group.acts:
            if noted.action is Deed.ACCEPT and noted.how != "undone":
                self._ask_effect(str(noted.act))
        if group.promoted is not None and self._wanted:
            self.ask()
        elif group.events:
            self._consider()
        if self._news:
            self._news = False
            group.notices.append(self._notice())

    def ask(self) -> None:
        """Have suggestions made of the data as they are now."""
        self._since = 0
        self._training.desk.ask(Job("advise", Urgency.LATER, self._job, self._live.seq))
        self._set_running(True)
        for ask in self.also:
            ask()

    @property
    def _wanted(self) -> bool:
        settings = self._live.state.settings
        needed = settings.auto_accept > 0 or settings.weight_policy != "uniform"
        return settings.advice_every > 0 and (self._looked or needed)

    def _consider(self) -> None:
        if self._wanted and not self.view.running and self._is_due():
            self.ask()

    def _is_due(self) -> bool:
        known = self._live.known
        if known < LEAST:
            return False
        return (self._since >= self._live.state.settings.advice_every
                or known >= (1 + GROWN) * self._known)

    def _set_running(self, running: bool) -> None:
        self._news = self._news or self.view.running != running
        self.view.running = running

    def _notice(self) -> SuggestionsMoved:
        with self.view.lock:
            rows, found = self.view.open(), self.view.advised
            best = float(found.gain[rows[0]]) if found is not None and len(rows) else None
            return SuggestionsMoved(found.version if found else 0, self.view.total(), best,
                                    found.note if found else "")

    # ---- advice --------------------------------------------------------------------------------

    def _job(self) -> Frame | None:
        if self._live.known < LEAST:
            self._set_running(False)
            return None
        self._known, self.view.behind = self._live.known, 0
        number = 1 if self.view.advised is None else self.view.advised.number + 1
        return {"op": "advise", "number": number, "model": self._live.state.model,
                "policy": self._live.state.settings.relabel_policy,
                "excluded": pack_ints(self._excluded()), **self.about()}

    def about(self) -> Frame:
        """What every question to the advisor says."""
        return {"version": self._live.seq, "networks": self._live.networks(),
                **verified_fields(verified(self._live.loop))}

    def _excluded(self) -> Ints:
        """What a person has settled, a curator has answered, or somebody is being asked about."""
        loop, state = self._live.loop, self._live.state
        asked = (query.position for query in state.queries.values())
        found = {*loop.all_settled(), *loop.all_proposed(), *asked}
        return np.array(sorted(map(int, found)), dtype=np.int64)

    def _advised(self, group: Group, frame: Frame) -> None:
        found = load_advice(self._live.folder / MODELS / frame["file"])
        if found is None:
            self._failed()
            return
        self._take(found)
        self._set_running(False)
        self._news = True
        self._accept(group, found)

    def _take(self, found: Advised) -> None:
        with self.view.lock:
            self.view.advised = found
            self.view.free = np.array(
                [self._is_free(found, row) for row in range(len(found.positions))], dtype=bool)
        self._show_gain()

    def _accept(self, group: Group, found: Advised) -> None:
        """Without a person, within the bounds that are set: those that surely gain."""
        settings = self._live.state.settings
        room = int(settings.auto_accept * self._live.known) - self.view.by(MACHINE)
        if room <= 0 or found.chosen not in METHODS:
            return
        sure = self.view.free & (found.low > 0) & (found.gain >= settings.auto_accept_gain)
        rows = np.flatnonzero(sure)[:room].tolist()
        plan = acts.answered(self._live.loop, Deed.ACCEPT, self.proposed(rows), MACHINE, group.now)
        if plan.event is not None:
            group.record(plan.event, actor=str(MACHINE))

    def proposed(self, rows: Iterable[int]) -> dict[ExampleId, acts.Proposed]:
        """Suggestions by their numbers, as acts name them."""
        found = (self.view.at(row) for row in rows)
        return {self._live.loop.ids[one.position]: acts.Proposed(
            ev.Proposal(Remedy(one.action), one.proposed, one.method, one.model, "accepted"),
            gain=one.gain) for one in found}

    def _failed(self) -> None:
        """The trainer could not; the next occasion asks again."""
        self._set_running(False)

    def _is_free(self, found: Advised, row: int) -> bool:
        """Whether a suggestion still fits its example."""
        loop, position = self._live.loop, Position(int(found.positions[row]))
        return (position < len(loop.ids) and loop.trained(position)
                and loop.data.effective(position) == found.given[row]
                and loop.proposal(position) is None and not loop.settled(position))

    def _show_gain(self) -> None:
        """The board's column: predicted gains of the open suggestions."""
        found, rows = self.view.advised, self.view.open()
        column = np.full(len(self._board.ids), np.nan, dtype=np.float32)
        if found is not None:
            column[found.positions[rows]] = found.gain[rows]
        with self._board.lock:
            self._board.values["gain"] = column

    # ---- what it has brought -------------------------------------------------------------------

    def _unmeasured(self) -> list[str]:
        done = {str(entry.act) for acts in self._live.state.acts.values() for entry in acts.done}
        return [name for name, one in self.view.acts.items()
                if one.measured is None and name in done]

    def _ask_effect(self, act: str) -> None:
        if self._training.running:
            self._training.desk.ask(
                Job(f"effect:{act}", Urgency.LATER, lambda: self._effect_job(act)))

    def _effect_job(self, act: str) -> Frame | None:
        """The labels that the act's examples had; nothing where none is as the act left it."""
        loop = self._live.loop
        before = {position: mark.shown for acts in self._live.state.acts.values()
                  for entry in acts.done if entry.act == act
                  for mark in entry.marks for position in mark.positions
                  if _accepted(loop.proposal(position)) and not loop.settled(position)
                  and loop.data.status(position) is Status.KNOWN}
        labels = [label for label in before.values() if label is not None]
        if not before or len(labels) < len(before):
            return None
        return {"op": "effect", "act": act, "positions": pack_ints(map(int, before)),
                "labels": pack_ints(labels), **self.about()}

    def _measured(self, group: Group, frame: Frame) -> None:
        act = self.view.acts.get(frame["act"])
        if frame["measured"] is not None and act is not None:
            group.record(ev.Measured(ActId(frame["act"]), frame["measured"], group.now),
                         actor="trainer")
            self._news = True

    # ---- as the ledger says --------------------------------------------------------------------

    def reload(self) -> None:
        """At the start, and after a commit that failed."""
        view, loop = self.view, self._live.loop
        with view.lock:
            view.forget()
            for record in self._live.ledger.all_events(kinds=DECIDING):
                if isinstance(record.event, ev.Resolved | ev.ActRedone | ev.Measured):
                    view.note(record.event)
            view.keep(list(view.decided), loop.proposal)
            view.seq = self._live.seq
        if view.advised is not None:
            self._take(view.advised)

    def _follow(self, group: Group) -> None:
        view, touched = self.view, group.touched | group.moved
        with view.lock:
            view.seq = group.seq
            view.behind += len(group.spoken)
            for event in group.decisions:
                view.note(event)
            view.keep(touched, self._live.loop.proposal)
            changed = self._free_again(touched)
        if changed:
            self._news = True
            self._show_gain()

    def _free_again(self, touched: set[Position]) -> bool:
        """Look again at suggestions about these examples; whether one came or went."""
        found, free = self.view.advised, self.view.free
        if found is None or not touched:
            return False
        before = free.copy()
        for row in np.flatnonzero(np.isin(found.positions, sorted(touched))).tolist():
            free[row] = self._is_free(found, row)
        return bool((free != before).any())


def _accepted(proposal: ev.Proposal | None) -> bool:
    return proposal is not None and proposal.state == "accepted"
