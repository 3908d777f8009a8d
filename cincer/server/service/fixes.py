"""Equal fixes by one curator, and the rest of a confusion that they make clear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ...curate import confusions
from ...session.events import Judged
from ...types import Action, AnnotatorId, Label
from .. import commands as c
from ..curation import Curation


class Fixes:
    """By curator and act; forgotten when the server stops."""

    def __init__(self, view: Curation) -> None:
        self._view = view
        self._by: dict[AnnotatorId, dict[str, Counter[tuple[Label, Label]]]] = {}

    def clear(self) -> None:
        self._by.clear()

    def offer(
        self, curator: AnnotatorId, act: str, judged: Iterable[Judged]
    ) -> c.Offered | None:
        """The rest of a confusion that this act makes clear, if one does."""
        judged = tuple(judged)
        mine = self._by.setdefault(curator, {})
        mine[act] = Counter(
            (one.shown, one.decision.label) for one in judged
            if one.decision and one.decision.action is Action.RELABEL
            and one.shown is not None and one.decision.label is not None)
        done = {int(one.position) for one in judged}
        every = [pair for counted in mine.values() for pair in counted.elements()]
        for found in confusions.noticed(self._view.board, every):
            left = sum(int(at) not in done for at in found.rest)
            if left and (found.given, found.right) in mine[act]:
                return c.Offered(found.given, found.right, left)
        return None

    def forget(self, curator: AnnotatorId, act: str) -> None:
        """An act was taken back: its fixes count no more."""
        self._by.get(curator, {}).pop(act, None)
