"""What the scorer is told and asked: labels, opinions of arrivals, pairs, second opinions.

Versions here are sequence numbers of the ledger: the version of the data is that of the newest
event that changed a label, the version of an answer is the newest change it contains. So "picked by
a model that contains this reply" is a comparison of two numbers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...compute.frames import Frame
from ...compute.messages import as_beliefs, labels_frame
from ...loop import TOLERANCE
from ...session.events import Counter, Picked, Rescored
from ...session.queries import displayed, wants_counter
from ...session.state import Query
from ...types import NO_LABEL, AnnotatorId, Position, QueryId, Seconds
from ..compute_client import Link
from ..notices import HeadMoved
from . import labels
from .arrivals import Arrivals
from .desk import Desk, Job, Urgency
from .group import Group
from .live import Live

log = logging.getLogger("cincer.scoring")

PICKS = 8
"""Pairs in one job for everybody; a person's own next pairs never wait behind more."""

EVERYBODY = 0.3
"""Seconds between re-picks for everybody at least; the one who replied does not wait for it."""

QUIET = 0.5
"""Seconds between notices of a model that nobody's reply moved, at least."""

WAITING = 1.0
"""Seconds between second opinions of the waiting queries at least."""


class Scoring:
    """Jobs of the scorer. `patience`: seconds after which a job under way counts as stuck."""

    def __init__(self, live: Live, arrivals: Arrivals, patience: float = 60.0) -> None:
        self._live, self._arrivals = live, arrivals
        self.desk = Desk(patience)
        self._link: Link | None = None
        self._version = live.seq
        self._fresh: dict[QueryId, int] = {}
        self._causes: list[tuple[int, QueryId, AnnotatorId]] = []
        self._everybody_at = self._waiting_at = 0.0
        self._head_version, self._told_at = -1, 0.0
        self.head: dict[str, Any] = {"known": 0, "flipped": 0, "exact": True}
        self.contained = 0
        self.refusals: list[Callable[[str, str], None]] = []
        self.handlers: dict[str, Callable[[Group, Frame], None]] = {
            "score": self._scored, "pick": self._picked, "rescore": self._rescored,
        }

    # ---- the process ---------------------------------------------------------------------------

    def up(self, link: Link) -> None:
        """A new life of the process: it is told everything, then asked for all that is open."""
        self._link = link
        self.desk.clear()
        self._head_version = -1
        link.send(self._live.start_frame(self._version))
        link.send(labels.every(self._live.loop, self._version))
        self._tell_settled(self._live.loop.all_settled())
        self.resume()

    def down(self) -> None:
        self._link = None
        self.desk.clear()

    def resume(self) -> None:
        """Ask for whatever is open: after a start, and after a failed group."""
        self._fresh.clear()
        self.ask_score()
        self._everybody_at = self._waiting_at = 0.0
        self._ask("sync", Urgency.MODEL, self._sync_job)

    @property
    def running(self) -> bool:
        """Whether there is a process to ask."""
        return self._link is not None

    def send(self) -> None:
        """Hand the next job over, if the process is free."""
        if self._link is not None and (frame := self.desk.next()) is not None:
            self._link.send(frame)

    # ---- asking --------------------------------------------------------------------------------

    def ask_score(self) -> None:
        self._ask("score", Urgency.ARRIVALS, self._arrivals.score_job)

    def _ask(self, name: str, urgency: Urgency, make: Callable[[], Frame | None],
             version: int = 0) -> None:
        self.desk.ask(Job(name, urgency, make, version))

    def _ask_for(self, annotator: AnnotatorId) -> None:
        self._ask(f"pick:{annotator}", Urgency.PERSON,
                  lambda: self._pick_job(self._undisplayed(annotator)), self._version)

    def ask_again(self, now: Seconds) -> None:
        """Second thoughts that are due: pairs sent ahead, and margins of waiting queries."""
        if self._everybody_at + EVERYBODY <= now and self._stale():
            self._everybody_at = now
            self._ask("pick", Urgency.LATER, lambda: self._pick_job(self._stale()[:PICKS]))
        if self._waiting_at + WAITING <= now and self._waiting():
            self._waiting_at = now
            self._ask("rescore", Urgency.LATER, self._rescore_job)

    def next_deadline(self) -> Seconds | None:
        """When `ask_again` has something to ask."""
        due = [self._everybody_at + EVERYBODY] if self._stale() else []
        due += [self._waiting_at + WAITING] if self._waiting() else []
        return min(due, default=None) if self._link is not None and not self.desk.busy else None

    def _undisplayed(self, annotator: AnnotatorId | None = None) -> list[Query]:
        return [q for q in self._live.state.queries.values()
                if q.lease is not None and not displayed(q)
                and annotator in (None, q.lease.annotator)]

    def _stale(self) -> list[Query]:
        """Leased and undisplayed, and not looked at since the data changed."""
        return [q for q in self._undisplayed() if self._fresh.get(q.id, -1) < self._version]

    def _waiting(self) -> list[Query]:
        return [q for q in self._live.state.queries.values()
                if q.lease is None and self._fresh.get(q.id, -1) < self._version]

    def _pick_job(self, queries: list[Query]) -> Frame | None:
        if not queries:
            return None
        loop = self._live.loop
        return {"op": "pick", **_named(queries),
                "instead": [None if q.chain is None else q.predicted for q in queries],
                "exclude": [[int(at) for at in loop.excluded(q)] for q in queries],
                "limit": [loop.counters_wanted(q) for q in queries]}

    def _sync_job(self) -> Frame | None:
        return {"op": "sync"} if self.contained < self._version else None

    def _rescore_job(self) -> Frame | None:
        waiting = self._waiting()
        return {"op": "rescore", **_named(waiting)} if waiting else None

    # ---- after a commit ------------------------------------------------------------------------

    def commit(self, group: Group) -> None:
        """Tell the scorer what changed and ask for what follows."""
        if group.moved or group.promoted:
            self._version = group.seq
        if group.moved:
            self.tell(labels.changed(self._live.loop, self._version, group.moved))
        if group.spoken:
            self._tell_settled(sorted(group.spoken))
        if group.promoted is not None:
            job = {"op": "promote", "path": group.promoted.path, "digest": group.promoted.digest,
                   "version": self._version}
            self._ask("promote", Urgency.MODEL, lambda: job)
        for query, annotator in group.replies:
            self._causes.append((self._version, query, annotator))
            self._ask_for(annotator)
        for annotator in self._holders(group.picks):
            self._ask_for(annotator)
        if group.moved:
            urgency = Urgency.MODEL if group.replies else Urgency.LATER
            self._ask("sync", urgency, self._sync_job)
        if group.may_score:
            self.ask_score()

    def tell(self, frame: Frame) -> None:
        """Tell the scorer something that needs no answer."""
        if self._link is not None:
            self._link.send(frame)

    def _tell_settled(self, positions: list[Position]) -> None:
        settled = [int(self._live.loop.settled(p)) for p in positions]
        self.tell(labels_frame("settled", self._version, positions, settled))

    def _holders(self, queries: Iterable[QueryId]) -> set[AnnotatorId]:
        found = (self._live.state.queries.get(query) for query in queries)
        return {q.lease.annotator for q in found if q is not None and q.lease is not None}

    # ---- answers -------------------------------------------------------------------------------

    def answered(self, group: Group, frame: Frame) -> None:
        """Record what the scorer found; an answer on an older version than asked is dropped."""
        job = self.desk.answered(frame)
        if "error" in frame:
            log.error("the scorer refused %s: %s", frame["op"], frame["error"])
            if job is not None:
                for told in self.refusals:
                    told(job.name, frame["error"])
            return
        self._note_head(group, frame)
        if job is None:
            return
        handler = self.handlers.get(frame["op"])
        if handler is not None:
            handler(group, frame)

    def _note_head(self, group: Group, frame: Frame) -> None:
        """The model moved: whose reply it contains now, and by how much."""
        if "head" not in frame:
            return
        self.head, self.contained = frame["head"], frame["version"]
        moved = self.head["version"] != self._head_version
        self._head_version = self.head["version"]
        done = [cause for cause in self._causes if cause[0] <= self.contained]
        self._causes = [cause for cause in self._causes if cause[0] > self.contained]
        for _, query, annotator in done:
            group.notices.append(self._moved(query, annotator))
        if moved and not done and self._told_at + QUIET <= group.now:
            group.notices.append(self._moved())
            self._told_at = group.now

    def _moved(self, after: QueryId | None = None, who: AnnotatorId | None = None) -> HeadMoved:
        return HeadMoved(self.contained, self.head["known"], self.head["flipped"],
                         self.head["exact"], after, who)

    def _scored(self, group: Group, frame: Frame) -> None:
        self._arrivals.decide(group, frame["scored"], frame["version"])
        if not group.state.settings.synchronous:
            self.ask_score()

    def _rescored(self, group: Group, frame: Frame) -> None:
        self._revise(group, frame)

    def _picked(self, group: Group, frame: Frame) -> None:
        self._revise(group, frame)
        for (query, *_), found in zip(frame["opinions"], frame["picks"], strict=True):
            self._pair(group, group.state.queries.get(query), found, frame["version"])

    def _revise(self, group: Group, frame: Frame) -> None:
        """Opinions that say something new, as one event."""
        loop = self._live.loop
        found = [(group.state.queries.get(each[0]), each) for each in frame["opinions"]]
        news = loop.opinions((query, each[1], each[2], as_beliefs(each[3]))
                             for query, each in found if query and not displayed(query))
        if news:
            group.record(Rescored(news, frame["version"], group.now), actor="scorer")
        self._fresh.update((each[0], frame["version"]) for _, each in found)

    def _pair(self, group: Group, query: Query | None, found: list[dict[str, Any]],
              version: int) -> None:
        """The other side of one pair, unless the query or that side changed meanwhile."""
        if query is None or displayed(query) or not wants_counter(query):
            return
        counters = self._counters(query, found)
        if counters is None:
            self._fresh.pop(query.id, None)
            return
        group.picks.discard(query.id)
        if query.picked is None or _say_more(query.counters, counters):
            first = counters[0] if counters else None
            group.record(Picked(query.id, first, version, group.now, counters[1:]), actor="scorer")

    def _counters(self, query: Query, found: list[dict[str, Any]]) -> tuple[Counter, ...] | None:
        """Those found, as they stand now; None where one is not any more what it was."""
        loop, barred = self._live.loop, set()
        if query.chain is not None:
            barred = set(loop.excluded(query))
        counters = []
        for each in found:
            at = Position(each["position"])
            counter = loop.counter(
                at, each["predicted"], as_beliefs(each["beliefs"]), each["score"],
                each.get("given_probability"), each.get("predicted_change"))
            if counter is None or counter.label != each["label"] or at in barred:
                return None
            counters.append(counter)
        return tuple(counters)


def _named(queries: list[Query]) -> Frame:
    return {"queries": [q.id for q in queries], "positions": [int(q.position) for q in queries],
            "given": [NO_LABEL if q.given is None else q.given for q in queries]}


def sides(counters: Iterable[Counter]) -> tuple[tuple[Position, int, int], ...]:
    """What would make a difference on the screen."""
    return tuple((each.position, each.label, each.predicted) for each in counters)


def _say_more(old: Sequence[Counter], new: Sequence[Counter]) -> bool:
    """Whether other picks are worth an event: other sides, or another effect on the label."""
    return sides(old) != sides(new) or any(map(_moved, old, new))


def _moved(old: Counter, new: Counter) -> bool:
    effects = ((old.given_probability, new.given_probability),
               (old.predicted_change, new.predicted_change))
    return any(a != b and (a is None or b is None or abs(a - b) >= TOLERANCE) for a, b in effects)
