"""Curators' acts as events: what of the named examples may be touched, and how it stands now.

`resolved` makes the event of a new act on labels, `answered` that of an answer to suggestions,
`act_undone` and `act_redone` those that take an act back or do it again. Each says what is left
alone, and why. Nothing here changes the loop: the caller applies the event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from .errors import InvalidInput, NotFound
from .loop import Loop
from .session import events as ev
from .session.acts import ANSWERS, WORDS
from .session.state import ActEntry, ActMark
from .types import (
    NO_LABEL,
    ActId,
    Action,
    AnnotatorId,
    Deed,
    ExampleId,
    Label,
    Position,
    QueryKind,
    Seconds,
    Status,
)

Spoken = Callable[[Position], bool]
"""Whether somebody else has spoken on an example since the curator last saw it."""

Left = tuple[ExampleId, str]

SPOKEN = "somebody else has spoken on it since"
"""Why an example is left alone that a curator has not seen as it is now."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The event to apply, None where nothing may be touched, and what is `left` alone and why."""

    event: ev.Resolved | ev.ActRedone | None
    left: tuple[Left, ...]

    @property
    def done(self) -> tuple[ExampleId, ...]:
        return tuple(one.example for one in self.event.judged) if self.event else ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """A machine's suggestion that a curator answers; `doubt` where somebody is to be asked."""

    proposal: ev.Proposal
    doubt: ev.Doubt | None = None
    gain: float | None = None


def resolved(
    loop: Loop, action: Deed, ids: Iterable[ExampleId], curator: AnnotatorId, at: Seconds, *,
    label: Label | None = None, of: ExampleId | None = None, comment: str = "",
    spoken: Spoken = lambda position: False,
) -> Plan:
    """A curator's word on the labels of these examples. `label` with relabel alone, `of` (the
    example that is kept) with duplicate alone: `InvalidInput` otherwise; `NotFound` for an `of`
    that is not there."""
    if action not in WORDS:
        raise InvalidInput(f"{action.value} answers a suggestion; it is no word on a label")
    if (action is Deed.RELABEL) != (label is not None):
        raise InvalidInput("a label is given with relabel, and only then")
    named = list(dict.fromkeys(ids))
    _check_kept(loop, action, of, named)
    said = ev.Decision(WORDS[action], label)
    free, left = _free(loop, named, lambda at: _barred(loop, at, said, spoken))
    judged = tuple(_judged(loop, position, said) for position in free)
    return _plan(loop, action, curator, judged, left, at, comment, of)


def answered(
    loop: Loop, action: Deed, proposed: Mapping[ExampleId, Proposed], curator: AnnotatorId,
    at: Seconds, *, comment: str = "",
) -> Plan:
    """A curator's answer to what a machine suggests for these examples: accept, reject or ask (in
    which case each has a `doubt`). What was accepted, by whomever, can be rejected after all."""
    if action not in ANSWERS:
        raise InvalidInput(f"{action.value} is a word on a label; it answers no suggestion")
    free, left = _free(loop, list(proposed), lambda at: _decided(loop, at, action))
    judged = tuple(_answer(loop, position, action, proposed[loop.ids[position]])
                   for position in free)
    return _plan(loop, action, curator, judged, left, at, comment, None)


def act_undone(loop: Loop, curator: AnnotatorId, at: Seconds) -> ev.ActUndone:
    """Taking back the curator's newest act; `NotFound` if there is none."""
    done = loop.state.acts[curator].done if curator in loop.state.acts else ()
    if not done:
        raise NotFound("there is no act to take back", annotator=curator)
    entry = done[-1]
    return ev.ActUndone(entry.act, curator, tuple(
        position for mark in entry.marks for position in mark.positions
        if _overruled(loop, position, mark, entry)), at)


def act_redone(loop: Loop, curator: AnnotatorId, at: Seconds) -> Plan:
    """Doing again what the curator took back last; `NotFound` if there is nothing. The event may
    name no example at all, where others have spoken on every one since."""
    undone = loop.state.acts[curator].undone if curator in loop.state.acts else ()
    if not undone:
        raise NotFound("there is no act to do again", annotator=curator)
    entry = undone[-1]
    judged, left = [], []
    for mark in entry.marks:
        free, barred = _free(loop, [loop.ids[p] for p in mark.positions],
                             partial(_moved_on, loop, curator, mark, entry))
        judged += [_again(loop, position, mark) for position in free]
        left += barred
    event = ev.ActRedone(entry.act, curator, entry.action, tuple(judged), at, entry.comment,
                         entry.of)
    return Plan(event, tuple(left))


# ---- what may be touched -----------------------------------------------------------------------

def _free(
    loop: Loop, ids: Sequence[ExampleId], barred: Callable[[Position], str | None]
) -> tuple[list[Position], list[Left]]:
    free: list[Position] = []
    left: list[Left] = []
    disputed = {q.position for q in loop.state.queries.values() if q.kind is QueryKind.DISPUTE}
    for example in ids:
        if example not in loop:
            left.append((example, "there is no such example"))
            continue
        position = loop.position(example)
        why = ("two people disagree about it; it is asked again" if position in disputed
               else barred(position))
        if why is None:
            free.append(position)
        else:
            left.append((example, why))
    return free, left


def _barred(loop: Loop, position: Position, said: ev.Decision, spoken: Spoken) -> str | None:
    """Why a word on a label may not be said now."""
    status, action = loop.data.status(position), said.action
    if status is Status.UNDECIDED:
        return "the model has not looked at it yet"
    if spoken(position):
        return SPOKEN
    if action is Action.REOPEN:
        closed = status is Status.REMOVED or loop.settled(position) or _called_bad(loop, position)
        return None if closed else "nobody has resolved it"
    if status is Status.REMOVED:
        return "it was removed; reopen it first"
    unnamed = loop.data.effective(position) == NO_LABEL or status is Status.UNLABELLED
    if unnamed and action in (Action.KEEP, Action.GOOD, Action.BAD):
        return "it has no label to judge"
    return None


def _called_bad(loop: Loop, position: Position) -> bool:
    words = loop.words(position)
    return bool(words) and words[-1].action is Action.BAD


def _decided(loop: Loop, position: Position, action: Deed) -> str | None:
    """Why a suggestion about an example may not be answered so now."""
    if loop.data.status(position) is not Status.KNOWN:
        return "it is not in the training set"
    if loop.settled(position):
        return "a person has settled its label"
    found = loop.proposal(position)
    if found is not None and (action is not Deed.REJECT or found.state != "accepted"):
        return f"its suggestion is {found.state} already"
    if any(query.position == position for query in loop.state.queries.values()):
        return "it is being asked about"
    return None


def _overruled(loop: Loop, position: Position, mark: ActMark, entry: ActEntry) -> bool:
    """Whether somebody's word came after the act, or another answer to the suggestion."""
    if mark.proposal is not None and loop.proposal(position) != mark.proposal:
        return True
    words = loop.words(position)
    return bool(words) and words[-1].query != entry.act and words[-1].at >= entry.at


def _moved_on(
    loop: Loop, curator: AnnotatorId, mark: ActMark, entry: ActEntry, position: Position
) -> str | None:
    """Why an act may not be done again here. The curator's own words are no hindrance: acts that
    were taken back are done again in turn."""
    words = loop.words(position)
    if words and words[-1].annotator != curator and words[-1].at >= entry.at:
        return SPOKEN
    if _shown(loop, position) != mark.shown:
        return "its label has changed since"
    if mark.decision is None:
        return _decided(loop, position, entry.action)
    return _barred(loop, position, mark.decision, lambda at: False)


def _check_kept(
    loop: Loop, action: Deed, of: ExampleId | None, ids: Sequence[ExampleId]
) -> None:
    if (action is Deed.DUPLICATE) != (of is not None):
        raise InvalidInput("a duplicate says of which example, and nothing else does")
    if of is None:
        return
    if of in ids:
        raise InvalidInput(f"{of!r} is kept, so it cannot be among its duplicates", example=of)
    if loop.data.status(loop.position(of)) is Status.REMOVED:
        raise InvalidInput(f"{of!r} was removed; keep another one", example=of)


# ---- how it stands -----------------------------------------------------------------------------

def _plan(
    loop: Loop, action: Deed, curator: AnnotatorId, judged: tuple[ev.Judged, ...],
    left: list[Left], at: Seconds, comment: str, of: ExampleId | None,
) -> Plan:
    if not judged:
        return Plan(None, tuple(left))
    act = ActId(f"a-{loop.state.next_act}")
    return Plan(ev.Resolved(act, curator, action, judged, at, comment, of), tuple(left))


def _shown(loop: Loop, position: Position) -> Label | None:
    found = loop.data.effective(position)
    return None if found == NO_LABEL else found


def _judged(loop: Loop, position: Position, said: ev.Decision) -> ev.Judged:
    """Relabelling to the label it has is keeping it, where it is in force."""
    shown = _shown(loop, position)
    same = said.label is not None and said.label == shown
    if same and loop.data.status(position) is not Status.UNLABELLED:
        said = ev.Decision(Action.KEEP)
    return ev.Judged(loop.ids[position], position, shown, loop.stood(position), said)


def _answer(loop: Loop, position: Position, action: Deed, proposed: Proposed) -> ev.Judged:
    proposal = replace(proposed.proposal, state=ANSWERS[action])
    return ev.Judged(loop.ids[position], position, _shown(loop, position), loop.stood(position),
                     None, proposal, proposed.doubt, proposed.gain)


def _again(loop: Loop, position: Position, mark: ActMark) -> ev.Judged:
    doubt = None
    if mark.proposal is not None and mark.proposal.state == "asked":
        doubt = _plain_doubt(loop, position, mark.proposal)
    return ev.Judged(loop.ids[position], position, _shown(loop, position), loop.stood(position),
                     mark.decision, mark.proposal, doubt)


def _plain_doubt(loop: Loop, position: Position, proposal: ev.Proposal) -> ev.Doubt:
    """What is asked again without a newer opinion; the scorer gives one soon."""
    predicted = loop.data.effective(position) if proposal.label is None else proposal.label
    return ev.Doubt(predicted, None, ())
