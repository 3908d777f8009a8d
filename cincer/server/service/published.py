"""What other threads may read: the state of the last commit, as one object that is replaced whole.

Nothing here is changed after it was published, so no lock is needed: a reader takes the reference
and has one consistent moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ...session.state import SessionState
from ...types import AnnotatorId, Seconds
from ..wire.annotate import CurvePoint, Person, Stats

if TYPE_CHECKING:
    from .core import Core
    from .group import Group


@dataclass(frozen=True, slots=True)
class Published:
    """One moment of a session. `model` is the newest change the model contains (a sequence
    number), `replies` counts by annotator."""

    state: SessionState = field(default_factory=SessionState)
    seq: int = 0
    known: int = 0
    undecided: int = 0
    model: int = 0
    exact: bool = True
    saved_at: Seconds = 0.0
    healthy: bool = True
    present: frozenset[AnnotatorId] = frozenset()
    replies: tuple[tuple[AnnotatorId, int], ...] = ()
    curve: tuple[CurvePoint, ...] = ()
    source_ended: bool = False

    @classmethod
    def of(cls, core: Core, before: Published, group: Group | None) -> Published:
        """The moment after `group` (None: nothing was committed, something else changed)."""
        live, scoring = core.live, core.scoring
        saved = group is not None and group.events
        return replace(
            before, state=live.state, seq=live.seq, known=live.known,
            undecided=len(live.loop.undecided), model=scoring.contained,
            exact=scoring.head["exact"], healthy=live.ledger.healthy,
            saved_at=group.now if saved and group is not None else before.saved_at,
            present=core.leasing.present, replies=tuple(live.replies.items()),
            source_ended=core.source_ended, curve=core.judging.curve if core.judging else ())

    @property
    def finished(self) -> bool:
        """Whether the source has ended and nothing is left to decide or to ask."""
        return self.source_ended and not self.undecided and not self.state.queries

    def stats(self, scorer: str, trainer: str) -> Stats:
        """As `stats:updated` and `GET /stats` show it."""
        counters = self.state.counters
        return Stats.model_validate({
            **{name: getattr(counters, name) for name in (
                "received", "suspicious", "asked", "audits", "replies", "fixed_examples",
                "fixed_counter_examples", "both_right", "unasked", "cleared", "late",
                "follow_ups", "follow_ups_answered")},
            "known": self.known, "waiting": len(self.state.queries),
            "undecided": self.undecided, "model": self.model, "model_exact": self.exact,
            "threshold": self.state.threshold,
            "arrivals_per_second": self.state.budget.arrivals_per_second,
            "saved_at": self.saved_at, "scorer": scorer, "trainer": trainer,
            "finished": self.finished, "people": self._people(), "curve": list(self.curve)})

    def _people(self) -> list[Person]:
        counts = dict(self.replies)
        names = sorted(counts.keys() | self.present)
        return [Person(name=name, replies=counts.get(name, 0), online=name in self.present)
                for name in names]

