"""The history of labels: every event that touched one, who, when, why, from what to what.

`received`, `asserted` and `retracted` are words of people (and of sources, as an example comes in);
`suggested` is an answer to a machine's suggestion, or the machine's own acceptance, and `withdrawn`
its taking back. The label that is trained on is the newest word that names one, else that of an
accepted suggestion, else the given one.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from ..session import events as ev
from ..types import ActId, Label, Position, Remedy
from .read import Reader

ACTS = ("act:resolved", "act:redone", "act:undone")
"""Events that decide about suggestions."""

_WORDS = (
    "SELECT t.seq, t.what, t.number, x.position, x.id, x.given, t.label, e.at, e.actor,"
    " t.annotator, t.action, t.query, coalesce(q.kind, c.action), r.worker,"
    " coalesce(r.comment, c.comment), r.seconds FROM ("
    " SELECT received_seq AS seq, 'received' AS what, 0 AS number, position, given AS label,"
    " NULL AS annotator, NULL AS action, NULL AS query FROM examples"
    " UNION ALL SELECT seq, 'asserted', number, position, label, annotator, action, query"
    " FROM assertions"
    " UNION ALL SELECT retracted_seq, 'retracted', number, position, label, annotator, action,"
    " query FROM assertions WHERE retracted_seq IS NOT NULL) t"
    " JOIN examples x ON x.position = t.position JOIN events e ON e.seq = t.seq"
    " LEFT JOIN queries q ON q.id = t.query LEFT JOIN acts c ON c.name = t.query"
    " LEFT JOIN replies r ON r.seq = t.seq AND t.what = 'asserted'"
    " ORDER BY t.seq, t.number"
)


@dataclass(slots=True)
class _Course:
    """What was said of one example so far: words by number, and an accepted relabelling."""

    given: Label | None
    words: dict[int, Label] = field(default_factory=dict)
    machine: Label | None = None

    @property
    def now(self) -> Label | None:
        other = self.given if self.machine is None else self.machine
        return next(reversed(self.words.values()), other)


class _Courses:
    """Of the examples that somebody spoke about, or of which a suggestion was decided."""

    def __init__(self) -> None:
        self._found: dict[int, _Course] = {}

    def moved(
        self, position: int, given: Label | None, change: Callable[[_Course], object]
    ) -> tuple[Label | None, Label | None]:
        """The label before and after a change."""
        course = self._found.setdefault(position, _Course(given))
        before = course.now
        change(course)
        return before, course.now


def touches(
    reader: Reader, name: Callable[[Label | None], str | None], instant: Callable[[float], str]
) -> Iterator[dict[str, Any]]:
    """The lines, in the order of the ledger."""
    courses = _Courses()
    for line in heapq.merge(_words(reader), _answers(reader), key=itemgetter("seq")):
        position, given, change = line.pop("position"), line.pop("given"), line.pop("change")
        before, after = ((None, given) if change is None
                         else courses.moved(position, given, change))
        yield {**line, "at": instant(line["at"]), "from": name(before), "to": name(after)}


def _words(reader: Reader) -> Iterator[dict[str, Any]]:
    for row in reader.stream(_WORDS):
        (seq, what, number, position, example, given, label, at, actor, annotator, action, query,
         why, worker, comment, seconds) = row
        yield _line(seq, at, example, what, annotator or actor, action, query, why, comment,
                    position, given, _change(what, number, label), worker, seconds)


def _change(what: str, number: int, label: Label | None) -> Callable[[_Course], object] | None:
    """What a word does to its example's course; None for its beginning."""
    if what == "received":
        return None
    if what == "retracted":
        return lambda course: course.words.pop(number, None)
    return lambda course: None if label is None else course.words.update({number: label})


def _answers(reader: Reader) -> Iterator[dict[str, Any]]:
    """Answers to suggestions; an act that is taken back or done again is remembered until then."""
    acts: dict[ActId, dict[Position, ev.Judged]] = {}
    for record in reader.all_events(kinds=ACTS):
        event = record.event
        if isinstance(event, ev.ActUndone):
            for one in acts.pop(event.act, {}).values():
                if one.position not in event.superseded:
                    yield _answer(reader, record.seq, event, "withdrawn", one, None)
        elif isinstance(event, ev.Resolved | ev.ActRedone):
            decided = {one.position: one for one in event.judged if one.proposal is not None}
            if decided:
                acts[event.act] = decided
            for one in decided.values():
                yield _answer(reader, record.seq, event, "suggested", one, event.action.value)


def _answer(
    reader: Reader, seq: int, event: ev.Resolved | ev.ActRedone | ev.ActUndone, what: str,
    one: ev.Judged, why: str | None,
) -> dict[str, Any]:
    proposal = one.proposal
    assert proposal is not None
    taken = (what == "suggested" and proposal.state == "accepted"
             and proposal.remedy is Remedy.RELABEL)
    label = proposal.label if taken else None
    ((given,),) = reader.ask("SELECT given FROM examples WHERE position = ?", (one.position,))

    def change(course: _Course) -> None:
        course.machine = label

    comment = "" if isinstance(event, ev.ActUndone) else event.comment
    return _line(seq, event.at, one.example, what, event.annotator, proposal.remedy.value,
                 event.act, why, comment, one.position, given, change, None, None)


def _line(
    seq: int, at: float, example: str, what: str, by: str, action: str | None, query: str | None,
    why: str | None, comment: str | None, position: int, given: Label | None,
    change: Callable[[_Course], object] | None, worker: str | None, seconds: float | None,
) -> dict[str, Any]:
    return {"seq": seq, "at": at, "id": example, "what": what, "by": by, "worker": worker,
            "from": None, "to": None, "action": action, "query": query, "why": why,
            "comment": comment, "seconds": seconds, "position": position, "given": given,
            "change": change}
