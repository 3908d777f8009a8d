"""What people say about suggestions: answers, as acts, and what accepting some would bring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ... import acts
from ...compute.frames import Frame, pack_ints
from ...curate.board import Standing
from ...errors import CincerError, Unavailable
from ...loop import beliefs
from ...session.events import Doubt, Proposal
from ...types import NO_LABEL, Deed, ExampleId, Label, Position, unlearning
from .. import commands as c
from ..advised import Advised
from ..curation import Curation
from .advising import Advising
from .desk import Job, Urgency
from .digest import request_digest
from .group import Group
from .inbox import Submitted
from .live import Live
from .training import Training

GONE = "it is not suggested, or not any more"
"""Why an example is refused about which nothing is open."""


class Suggesting:
    """Part of `answering`'s table; previews wait here for the trainer."""

    def __init__(
        self, live: Live, training: Training, advising: Advising, board: Curation
    ) -> None:
        self._live, self._training, self._advising = live, training, advising
        self._view, self._board = advising.view, board
        self._waiting: dict[str, Submitted] = {}
        self._count, self._under_way = 0, ""
        training.handlers["preview"] = self._said
        training.refused["preview"] = self._unsaid

    # ---- answers -------------------------------------------------------------------------------

    def answer(self, group: Group, command: c.AnswerSuggestions) -> c.Answer:
        """One act about all that are open; why the others are not touched."""
        name, digest = command.actor.name, request_digest(command)
        known = self._live.ledger.lookup(name, command.key, digest)
        if known is not None:
            return _answered(known.seq, known.value)
        proposed, refused = self._proposed(command)
        plan = acts.answered(self._live.loop, command.action, proposed, name, group.now)
        refused += plan.left
        if plan.event is None:
            return c.SuggestionsAnswered(group.seq, None, (), tuple(refused))
        done = group.record(plan.event, actor=name, key=command.key, digest=digest)
        found = c.SuggestionsAnswered(done.seq, plan.event.act, plan.done, tuple(refused))
        group.answered_again(name, command.key, _stored(found))
        return found

    def advise(self, group: Group, command: c.Advise) -> c.Answer:
        """Suggestions are made anew when the trainer is free. `Unavailable` where it is off."""
        if self._live.state.settings.advice_every == 0:
            raise Unavailable("nothing is suggested: start the server with --advice-every 10")
        self._advising.ask()
        return c.Done(group.seq)

    def _proposed(
        self, command: c.AnswerSuggestions
    ) -> tuple[dict[ExampleId, acts.Proposed], list[tuple[ExampleId, str]]]:
        rows, refused, found = {}, [], {}
        for one in dict.fromkeys(command.ids):
            row = self._row(one)
            if row is not None:
                rows[one] = row
            elif command.action is Deed.REJECT and (taken := self._accepted(one)) is not None:
                found[one] = acts.Proposed(taken)
            else:
                refused.append((one, self._why_not(one)))
        found |= self._advising.proposed(rows.values())
        if command.action is Deed.ASK:
            found = {one: replace(what, doubt=self._doubt(rows[one]))
                     for one, what in found.items()}
        return found, refused

    def _accepted(self, example: ExampleId) -> Proposal | None:
        """The suggestion that was accepted for an example, by a person or without one."""
        loop = self._live.loop
        found = loop.proposal(loop.position(example)) if example in loop else None
        return found if found is not None and found.state == "accepted" else None

    def _row(self, example: ExampleId) -> int | None:
        loop = self._live.loop
        return self._view.row(loop.position(example)) if example in loop else None

    def _why_not(self, example: ExampleId) -> str:
        loop = self._live.loop
        if example not in loop:
            return "there is no such example"
        found = loop.proposal(loop.position(example))
        return GONE if found is None else f"its suggestion is {found.state} already"

    def _doubt(self, row: int) -> Doubt:
        """The model's opinion, by the newest survey, of an example that somebody is asked about."""
        found = self._view.advised
        assert found is not None
        position, other = Position(int(found.positions[row])), Label(int(found.proposed[row]))
        board = self._board.board
        if position >= len(board) or board.standing[position] == Standing.ABSENT:
            return Doubt(other, None, ())
        probs = board.probs[position]
        margin = float(probs[other]) - float(probs[int(found.given[row])])
        return Doubt(other, margin, beliefs(probs))

    # ---- previews ------------------------------------------------------------------------------

    def take(self, item: Submitted) -> None:
        """Ask what a batch would bring; `item` is answered when the trainer has, or refused."""
        if not self._training.running:
            item.refuse(Unavailable("the trainer is starting; ask again", retry_after=1.0))
            return
        self._count += 1
        name = f"preview:{self._count}"
        self._waiting[name] = item
        self._training.people.ask(Job(name, Urgency.PERSON, lambda: self._job(name)))

    def fail(self, error: CincerError) -> None:
        """Nobody will be answered: the trainer has died, or the server stops."""
        for name in list(self._waiting):
            self._waiting.pop(name).refuse(error)

    def _job(self, name: str) -> Frame | None:
        item = self._waiting.get(name)
        if item is None or item.future.done():
            self._waiting.pop(name, None)
            return None
        rows, found = self._rows(item), self._view.advised
        if found is None or not rows:
            self._waiting.pop(name).refuse(Unavailable("none of these is suggested any more"))
            return None
        self._under_way = name
        return {"op": "preview", "name": name, "positions": pack_ints(found.positions[rows]),
                "labels": pack_ints(_wanted(found, row) for row in rows),
                **self._advising.about()}

    def _rows(self, item: Submitted) -> list[int]:
        assert isinstance(item.command, c.PreviewSuggestions)
        return _there(self._row(one) for one in dict.fromkeys(item.command.ids))

    def _said(self, group: Group, frame: Frame) -> None:
        item, found = self._waiting.pop(frame["name"], None), self._view.advised
        if item is None or found is None:
            return
        rows = self._rows(item)
        if frame["together"] is None:
            item.refuse(Unavailable("there are no trusted labels to measure it by"))
        else:
            item.answer(c.SuggestionsPreviewed(
                group.seq, len(rows), float(found.gain[rows].sum()), frame["together"],
                frame["selection"], frame["flips"]))

    def _unsaid(self) -> None:
        item = self._waiting.pop(self._under_way, None)
        if item is not None:
            item.refuse(Unavailable("the trainer could not say what it would bring"))


def _wanted(found: Advised, row: int) -> Label:
    """What a suggestion makes of its example's label, as processes are told."""
    if found.actions[row] == "relabel":
        return int(found.proposed[row])
    return unlearning(int(found.given[row])) if found.actions[row] == "unlearn" else NO_LABEL


def _there(rows: Iterable[int | None]) -> list[int]:
    return [row for row in rows if row is not None]


def _stored(answer: c.SuggestionsAnswered) -> dict[str, Any]:
    return {"act": answer.act, "done": list(answer.done),
            "refused": [list(one) for one in answer.refused]}


def _answered(seq: int, value: dict[str, Any]) -> c.SuggestionsAnswered:
    return c.SuggestionsAnswered(
        seq, value["act"], tuple(map(ExampleId, value["done"])),
        tuple((ExampleId(example), why) for example, why in value["refused"]))
