"""Curators' acts: words on the labels of many examples at once, and answers to suggestions.

One act is one event: all of its examples, or none. The driver leaves out what may not be touched
(`cincer.acts`); an act never opens a dispute and never decides one. What is needed to take it back
is kept for each curator, the newest acts only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..errors import Conflict, InvalidInput, Stale
from ..types import Action, Deed, Entry, Label, Position, QueryId, QueryKind, Role, Status
from .aftermath import disputes, unlean_all
from .audits import fit
from .draft import Draft
from .effects import ActNoted, Asserted, Entered, Left, RoleSet, Suggested
from .events import ActRedone, Decision, Judged, Proposal, Resolved, Stood
from .queries import displayed
from .state import ActEntry, ActMark, Acts, Query
from .verdicts import role_of

WORDS: dict[Deed, Action] = {
    Deed.CONFIRM: Action.KEEP, Deed.RELABEL: Action.RELABEL, Deed.REMOVE: Action.REMOVE,
    Deed.DUPLICATE: Action.REMOVE, Deed.REOPEN: Action.REOPEN, Deed.GOOD: Action.GOOD,
    Deed.BAD: Action.BAD,
}
"""What a curator says of each example by an act on labels."""

ANSWERS: dict[Deed, str] = {
    Deed.ACCEPT: "accepted", Deed.REJECT: "rejected", Deed.ASK: "asked"}
"""What an answer to a suggestion makes of it."""

OUT = {Action.BAD: Status.UNLABELLED, Action.REMOVE: Status.REMOVED}

ACTS_KEPT, MARKS_KEPT = 50, 50_000
"""Acts of one curator that can be taken back, and examples in all curators' acts, at most."""


def resolved(draft: Draft, event: Resolved) -> None:
    if event.act != draft.next_act_id:
        raise Stale(f"the next act is {draft.next_act_id}, not {event.act}", act=event.act)
    entry = perform(draft, event, "done")
    draft.next_act += 1
    mine = draft.acts_of(event.annotator)
    keep(draft, event, Acts((*mine.done, entry)))


def perform(draft: Draft, event: Resolved | ActRedone, how: str) -> ActEntry:
    """Do the act; what it takes to undo it."""
    _validate(draft, event)
    judge = _word if event.action in WORDS else _answer
    for judged in event.judged:
        judge(draft, event, judged)
    queries = _let_go(draft, event) if event.action in WORDS else []
    opened = [_ask(draft, event, judged) for judged in event.judged if judged.doubt is not None]
    unlean_all(draft, dict(_labels_after(event)))
    tally = _tally(event)
    for name, count in tally:
        draft.count(name, by=count)
    draft.emit(ActNoted(event.act, event.annotator, event.action, how,
                        tuple(judged.position for judged in event.judged)))
    fit(draft)
    return ActEntry(event.act, event.action, event.at, _marks(event.judged), tuple(queries),
                    tuple(opened), tally, event.comment, event.of)


def keep(draft: Draft, event: Resolved | ActRedone, acts: Acts) -> None:
    """Store a curator's acts; of all curators' the oldest fall off until the bounds hold."""
    draft.set_acts(event.annotator, Acts(acts.done[-ACTS_KEPT:], acts.undone))
    while _kept(draft) > MARKS_KEPT:
        who = min((name for name, one in draft.acts.items() if one.done),
                  key=lambda name: draft.acts[name].done[0].at)
        if len(draft.acts[who].done) == 1 and draft.acts[who].done[0].act == event.act:
            return
        one = draft.acts[who]
        draft.set_acts(who, Acts(one.done[1:], one.undone))


def _kept(draft: Draft) -> int:
    return sum(len(mark.positions) for acts in draft.acts.values()
               for entry in acts.done for mark in entry.marks)


# ---- checks ------------------------------------------------------------------------------------

def _validate(draft: Draft, event: Resolved | ActRedone) -> None:
    positions = {judged.position for judged in event.judged}
    if not positions or len(positions) != len(event.judged):
        raise InvalidInput("an act names examples, each once", act=event.act)
    if (event.of is None) == (event.action is Deed.DUPLICATE):
        raise InvalidInput("a duplicate says of which example, and nothing else does")
    for judged in event.judged:
        _check(draft, event.action, judged)
    for query in disputes(draft):
        if query.position in positions:
            raise Conflict(f"two people disagree about {query.example!r}; it is asked again",
                           example=query.example)


def _check(draft: Draft, action: Deed, judged: Judged) -> None:
    decision, proposal = judged.decision, judged.proposal
    if action in WORDS:
        said = None if decision is None else decision.action
        if proposal is not None or (said is not WORDS[action] and said is not Action.KEEP):
            raise InvalidInput(f"{action.value} says {WORDS[action].value} of each example")
    elif decision is not None or proposal is None or proposal.state != ANSWERS[action]:
        raise InvalidInput(f"{action.value} makes each suggestion {ANSWERS[action]}")
    if (action is Deed.ASK) != (judged.doubt is not None):
        raise InvalidInput("a question comes with an opinion, and nothing else does")
    draft.check_label(_named(decision, proposal))


def _named(decision: Decision | None, proposal: Proposal | None) -> Label | None:
    return decision.label if decision else proposal.label if proposal else None


# ---- one example -------------------------------------------------------------------------------

def _word(draft: Draft, event: Resolved | ActRedone, judged: Judged) -> None:
    """Store the word; move the example in or out of the training set, and among the trusted."""
    assert judged.decision is not None
    action, position, stood = judged.decision.action, judged.position, judged.stood
    label = {Action.KEEP: judged.shown, Action.RELABEL: judged.decision.label}.get(action)
    draft.emit(Asserted(position, event.act, event.annotator, action, label))
    if label is not None:
        draft.emit(RoleSet(position, role_of(draft, judged.example)))
    elif action is not Action.GOOD and stood.role is not Role.NONE:
        draft.emit(RoleSet(position, Role.NONE))
    if action in OUT:
        draft.emit(Left(position, OUT[action], _reason(event, action)))
    elif judged.shown is None and action is not Action.RELABEL:
        draft.emit(Left(position, Status.UNLABELLED, action.value))
    elif stood.status is not Status.KNOWN:
        draft.emit(Entered(position, _entry(action)))
        draft.count("entered")


def _reason(event: Resolved | ActRedone, action: Action) -> str:
    if event.of is not None:
        return f"duplicate of {event.of}"
    return "bad" if action is Action.BAD else "removed"


def _entry(action: Action) -> Entry:
    return {Action.RELABEL: Entry.RELABELLED, Action.REOPEN: Entry.REOPENED}.get(
        action, Entry.KEPT)


def _answer(draft: Draft, event: Resolved | ActRedone, judged: Judged) -> None:
    draft.emit(Suggested(judged.position, judged.proposal))


def _ask(draft: Draft, event: Resolved | ActRedone, judged: Judged) -> QueryId:
    """An ordinary query about an example that is in the training set."""
    assert judged.doubt is not None
    query = Query(
        id=draft.next_id, kind=QueryKind.SUSPICIOUS, example=judged.example,
        position=judged.position, given=judged.shown, predicted=judged.doubt.predicted,
        margin=judged.doubt.margin, beliefs=judged.doubt.beliefs, opened_at=event.at,
        in_training=True)
    draft.next_query += 1
    return draft.put(query).id


# ---- what follows ------------------------------------------------------------------------------

def _let_go(draft: Draft, event: Resolved | ActRedone) -> list[Query]:
    """Nobody needs to be asked about these any more. What is on a screen stays; if its example
    waited, it is known now."""
    if event.action is Deed.REOPEN:
        return []
    after, found = dict(_labels_after(event)), []
    for query in tuple(draft.queries.values()):
        if query.position not in after:
            continue
        label = after[query.position]
        if displayed(query):
            if not query.in_training:
                found.append(query)
                draft.put(replace(query, in_training=True))
        elif query.chain is None or query.chain.settled != label:
            found.append(query)
            draft.close(query, "removed" if label is None else "answered", event.annotator)
    return found


def _labels_after(event: Resolved | ActRedone) -> Iterable[tuple[Position, Label | None]]:
    """The label each example is trained on after the act, None for none and where an accepted
    suggestion is rejected after all; only where it may have changed."""
    for judged in event.judged:
        if judged.decision is not None:
            yield judged.position, _after(judged, judged.decision)
        elif event.action is Deed.ACCEPT and judged.proposal is not None:
            yield judged.position, judged.proposal.label
        elif judged.stood.proposal is not None and judged.stood.proposal.state == "accepted":
            yield judged.position, None


def _after(judged: Judged, decision: Decision) -> Label | None:
    if decision.action in OUT:
        return None
    return decision.label if decision.action is Action.RELABEL else judged.shown


def _tally(event: Resolved | ActRedone) -> tuple[tuple[str, int], ...]:
    names = {"acts"}
    if event.action is Deed.ASK:
        names.add("requested")
    elif event.action in WORDS and event.action is not Deed.REOPEN:
        names.add("resolved")
        names |= {"removed"} if WORDS[event.action] is Action.REMOVE else set()
    return tuple((name, 1 if name == "acts" else len(event.judged)) for name in sorted(names))


def _marks(judged: Iterable[Judged]) -> tuple[ActMark, ...]:
    """Few marks for many examples: most stood alike."""
    Key = tuple[Stood, Label | None, Decision | None, Proposal | None]
    groups: dict[Key, list[Position]] = {}
    for one in judged:
        key = (one.stood, one.shown, one.decision, one.proposal)
        groups.setdefault(key, []).append(one.position)
    return tuple(ActMark(tuple(positions), *key) for key, positions in groups.items())


def moved_out(mark: ActMark) -> bool:
    """Whether the act took these examples out of the training set."""
    return mark.decision is not None and mark.decision.action in OUT
