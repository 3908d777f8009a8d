"""A reply: which side gets which verdict, and what becomes of the query.

A reply counts once, and while the pair it was given to still stands; one that comes later is
noted, never lost, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import zip_longest

from ..errors import InvalidInput, Stale
from ..types import Action, Entry, Position, QueryId, QueryKind, Role
from .aftermath import close_others, disputed, open_dispute, unlean
from .audits import fit
from .budget import note_follow_up
from .chains import open_follow_ups
from .draft import Draft
from .effects import ReplyNoted
from .events import Counter, Decision, Replied, Standing
from .lease import with_name
from .queries import displayed, drop_pick, fall, unknown
from .state import Lease, Mark, Query, UndoEntry
from .verdicts import Author, Side, check, contradicts, normal, overtaken, record


@dataclass(slots=True)
class Outcome:
    """What a reply has done so far; it becomes the undo entry."""

    marks: list[Mark] = field(default_factory=list)
    others: list[Query] = field(default_factory=list)
    disputes: list[QueryId] = field(default_factory=list)
    tally: list[str] = field(default_factory=list)
    fixed: list[Position] = field(default_factory=list)
    doubted: list[tuple[Side, Decision]] = field(default_factory=list)
    follow_ups: list[QueryId] = field(default_factory=list)


def replied(draft: Draft, event: Replied) -> None:
    query = draft.queries.get(event.query)
    lease = _lease_of(draft, query, event)
    if query is None or lease is None:
        draft.count("late")
        draft.emit(ReplyNoted(event.query, event.annotator, counted=False))
        return
    if lease.displayed_at is None:
        raise Stale("a pair is displayed before it is answered", query=query.id)
    _validate(draft, query, event)
    author = Author(query.id, event.annotator, lease.displayed_at, event.at)
    done = Outcome(tally=["replies", *_tally(query, event)])
    _judge_sides(draft, query, event, author, done)
    closed = _settle(draft, query, event, done)
    done.follow_ups = open_follow_ups(draft, query, done.doubted, author)
    done.tally += ["follow_ups"] * len(done.follow_ups)
    if query.kind is QueryKind.FOLLOW_UP:
        note_follow_up(draft)
    draft.count(*done.tally)
    draft.emit(ReplyNoted(query.id, event.annotator, counted=True, fixed=tuple(done.fixed)))
    _remember(draft, query, event, done, closed)
    fit(draft)


def _lease_of(draft: Draft, query: Query | None, event: Replied) -> Lease | None:
    """The lease this reply belongs to, None if its pair does not stand any more."""
    if query is None:
        if event.annotator not in draft.closed.get(event.query, ()):
            raise unknown(event.query)
        return None
    for lease in (query.lease, query.last):
        if lease and (lease.annotator, lease.epoch) == (event.annotator, event.epoch):
            return lease
    if event.annotator in query.holders and 0 < event.epoch <= query.epoch:
        return None
    raise unknown(query.id)


def _validate(draft: Draft, query: Query, event: Replied) -> None:
    check(draft, event.example)
    verdicts = (event.counter_example, *event.others)
    for decision in verdicts:
        if decision is not None:
            check(draft, decision)
    if any(verdicts) and query.counter_example is None:
        raise InvalidInput("no counter-example was shown, so there is no verdict on it",
                           query=query.id)
    if len(event.others) > len(query.others):
        raise InvalidInput(f"{len(query.others)} further counter-examples were shown, and there "
                           f"are {len(event.others)} verdicts on them", query=query.id)
    if query.kind is QueryKind.FOLLOW_UP:
        _validate_follow_up(query, event)


def _validate_follow_up(query: Query, event: Replied) -> None:
    if event.example.action is not Action.KEEP:
        raise InvalidInput("the example of a follow-up is settled; to change it, take back the "
                           "reply that settled it", query=query.id)
    if event.counter_example is None:
        raise InvalidInput("a follow-up asks for a verdict on its counter-example", query=query.id)


def _asked(query: Query, event: Replied) -> Action:
    """What was said of the side that the query is about."""
    if query.kind is QueryKind.FOLLOW_UP and event.counter_example is not None:
        return event.counter_example.action
    return event.example.action


def _tally(query: Query, event: Replied) -> list[str]:
    """Counts that follow from the words alone."""
    if _asked(query, event) is Action.UNSURE:
        return ["unsure"]
    if query.kind is QueryKind.FOLLOW_UP:
        return ["follow_ups_answered"]
    found = ["audits_answered"] if query.kind is QueryKind.AUDIT else []
    said = [d for d in (event.counter_example, *event.others) if d is not None]
    right = said and {event.example.action, *(d.action for d in said)} == {Action.KEEP}
    return [*found, "both_right"] if right else found


def _judge_sides(
    draft: Draft, query: Query, event: Replied, author: Author, done: Outcome
) -> None:
    if query.kind is not QueryKind.FOLLOW_UP:
        _judge(draft, query, event.example, _example_side(query, event), author, done)
    said = (event.counter_example, *event.others)
    standing = (event.standing_counter_example, *event.standing_others)
    for counter, decision, stands in zip_longest(query.counters, said, standing):
        if decision is not None:
            side = _counter_side(counter, stands)
            if _judge(draft, query, decision, side, author, done):
                done.doubted.append((side, decision))


def _example_side(query: Query, event: Replied) -> Side:
    standing = event.standing_example or Standing(entry=Entry.PROVISIONAL)
    return Side(
        example=query.example, position=query.position,
        shown=query.predicted if query.given is None else query.given,
        predicted=query.predicted, beliefs=query.beliefs,
        entry=standing.entry if query.in_training else None,
        gone=query.in_training and standing.entry is None,
        standing=standing, counts_as="fixed_examples")


def _counter_side(counter: Counter, found: Standing | None) -> Side:
    standing = found or Standing(entry=Entry.ACCEPTED)
    return Side(
        example=counter.example, position=counter.position, shown=counter.label,
        predicted=counter.predicted, beliefs=counter.beliefs, entry=standing.entry,
        gone=standing.entry is None, standing=standing, counts_as="fixed_counter_examples")


def _judge(
    draft: Draft, query: Query, said: Decision, side: Side, author: Author, done: Outcome
) -> bool:
    """One side: recorded, disputed, or passed over because its example has moved on. Whether its
    label was found wrong."""
    decision = normal(said, side.shown, query.kind)
    if decision.action is Action.UNSURE or overtaken(decision, side, author):
        return False
    if disputed(draft, side.position, but=query.id):
        return False
    if contradicts(decision, side, author):
        done.disputes.append(open_dispute(draft, side, author))
        done.tally.append("disputes")
        return False
    done.marks.append(record(draft, decision, side, author))
    if decision.action is Action.RELABEL:
        done.fixed.append(side.position)
        done.tally.append(side.counts_as)
    elif decision.action is Action.REMOVE:
        done.tally.append("removed")
    label = side.after(decision)
    done.others += close_others(draft, side.position, label, author)
    unlean(draft, side.position, label, but=query.id)
    return decision.action in (Action.RELABEL, Action.BAD)


def _settle(draft: Draft, query: Query, event: Replied, done: Outcome) -> bool:
    """Close the query, or let it go back after 'not sure'; whether it closed."""
    if _asked(query, event) is not Action.UNSURE:
        draft.close(query, "answered", event.annotator)
        return True
    judged = tuple(m.position for m in done.marks if m.position not in query.judged)
    unsure = replace(query, unsure=query.unsure + 1, last=None, judged=(*query.judged, *judged),
                     excluded=with_name(query.excluded, event.annotator))
    if unsure.unsure < draft.settings.unsure_limit:
        _go_back(draft, unsure, event)
        return False
    fall(draft, unsure, "unsure", Entry.UNSURE)
    if not query.in_training:
        done.marks.append(Mark(query.position, None, Role.NONE, False, True, False))
    return True


def _go_back(draft: Draft, query: Query, event: Replied) -> None:
    """To somebody else, with another pair; who has it on the screen by now keeps this one."""
    if query.lease is not None and query.lease.annotator == event.annotator:
        query = replace(query, lease=None)
    if displayed(query):
        draft.put(query)
    else:
        drop_pick(draft, query)


def _remember(
    draft: Draft, query: Query, event: Replied, done: Outcome, closed: bool
) -> None:
    entry = UndoEntry(query, event.at, tuple(done.marks), closed, tuple(done.others),
                      tuple(done.disputes), tuple(done.tally), tuple(done.follow_ups))
    entries = (*draft.undo.get(event.annotator, ()), entry)
    depth = draft.settings.undo_depth
    draft.set_undo(event.annotator, entries[len(entries) - depth:] if depth else ())
