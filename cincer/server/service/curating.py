"""The curators' board at work: brought up to date after each commit, by what the commit touched.

Until a survey has looked at an example, what its decision said stands in: the margin, and the
predicted class. Changes are told at once where a curator's act made them, and otherwise a few times
a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...curate.board import Standing
from ...curate.measures import Ints
from ...curate.pairs import Pairs
from ...curate.twins import Twins
from ...session import effects as fx
from ...session.events import Iterated
from ...types import NO_LABEL, Action, AnnotatorId, Label, Position, Seconds, Status
from ..curation import Curation, Iteration
from ..notices import MatrixMoved
from ..surveys import Surveyed, load_pairs, load_survey, newest
from .changes import Changes
from .fixes import Fixes
from .group import Group
from .live import MODELS, Live

PACE = 0.25
"""Seconds between two notices of changes that no curator made, at least."""

_UNDECIDED = tuple(Status).index(Status.UNDECIDED)
_OPINIONS = "SELECT position, predicted, margin FROM examples"
_SPLITS = (
    "SELECT position, json_extract(meta, '$.split') FROM payloads"
    " WHERE json_type(meta, '$.split') = 'text'"
)


class Curating:
    """Keeps `view` as the ledger is. `spoken` says whether somebody else was there first."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.view = Curation(len(live.state.classes))
        self._changes = Changes(live.schema.classes)
        self._told_at: Seconds = 0.0
        self.fixes = Fixes(self.view)
        self._survey: Surveyed | None = None
        self._pairs: Pairs | None = None
        self.surveyed = 0
        """Size of the board at the newest survey."""
        self._find_files()
        self.reload()
        self._changes.clear()

    def _find_files(self) -> None:
        """What an earlier life has left."""
        folder = self._live.folder / MODELS
        survey, pairs = newest(folder, "survey-*.npz"), newest(folder, "pairs-*.npz")
        self._survey = None if survey is None else load_survey(survey)
        self._pairs = None if pairs is None else load_pairs(pairs)

    def reload(self) -> None:
        """Everything as the ledger says: at the start, and after a commit that failed."""
        data, view = self._live.loop.data, self.view
        with view.lock:
            view.clear()
            splits = dict(self._live.ledger.ask(_SPLITS))
            for at, given in enumerate(data.column("given").tolist()):
                view.add(self._live.loop.ids[at], None if given == NO_LABEL else given,
                         splits.get(at))
            self._place(np.arange(len(data)), self._opinions())
            view.seq = self._live.seq
            self._count_relabelled()
            view.iterations = [Iteration.of(record.event) for record in
                               self._live.ledger.all_events(kinds=("iteration:started",))
                               if isinstance(record.event, Iterated)]
            if self._survey is not None:
                self.apply(self._survey)
            if self._pairs is not None:
                self.pair(self._pairs)
        self._changes.clear(whole=True)
        self.fixes.clear()

    def commit(self, group: Group) -> None:
        """Bring the board to where the ledger is, and tell what has changed."""
        if group.events:
            self._follow(group)
        self.tell(group)

    def _follow(self, group: Group) -> None:
        with self.view.lock:
            for effect in group.added:
                self.view.add(effect.example, effect.given, group.splits.get(effect.position))
            if group.touched:
                self._move(np.array(sorted(group.touched), dtype=np.int64), group)
            self.view.seq = group.seq
            self._count_relabelled()

    def tell(self, group: Group) -> None:
        """Add the notice that is due to those of the group."""
        due = group.acts or self._told_at + PACE <= group.now
        if not (self._changes and due):
            return
        noted = group.acts[-1] if group.acts else None
        group.notices.append(MatrixMoved(self._changes.message(
            self.view, noted.annotator if noted else None, noted.act if noted else None)))
        self._told_at = group.now

    def next_deadline(self) -> Seconds | None:
        """When changes are told that wait."""
        return self._told_at + PACE if self._changes else None

    def spoken(self, curator: AnnotatorId, seen: int, position: Position) -> bool:
        """Whether somebody else has spoken on an example since event `seen`."""
        seq, who = self._live.said.get(position, (0, curator))
        return seq > seen and who != curator

    def retell(self) -> None:
        """Something has changed that no list of examples tells."""
        self._changes.everything()

    def _count_relabelled(self) -> None:
        human, given = (self._live.loop.data.column(name) for name in ("human", "given"))
        self.view.relabelled = int(np.count_nonzero((human != NO_LABEL) & (human != given)))

    # ---- surveys -------------------------------------------------------------------------------

    def apply(self, found: Surveyed) -> None:
        """What a survey says replaces what was said before. The caller holds the lock."""
        board, view = self.view.board, self.view
        inside = self._on(found.positions)
        board.update(found.positions[inside], found.probs[inside])
        self._survey, self.surveyed = found, len(board)
        view.set_survey(version=found.number, at=found.at, held_out=found.held_out, running=False,
                        progress=None)
        self._changes.everything()

    def pair(self, found: Pairs) -> None:
        """Similar pairs; who has a duplicate is marked. The caller holds the lock."""
        view, known = self.view, self._on(found.first) & self._on(found.second)
        if view.twins is not None:
            view.board.mark(view.twins.marked(), False)
        self._pairs = found
        view.pairs = found.where(known)
        view.twins = Twins(view.pairs)
        gone = np.flatnonzero(view.board.standing == Standing.REMOVED)
        view.twins.remove(gone.tolist())
        view.board.mark(view.twins.marked(), True)
        self._changes.everything()

    # ---- the board -----------------------------------------------------------------------------

    def _move(self, where: Ints, group: Group) -> None:
        before = self._cells(where)
        gone = self._is(where, Standing.REMOVED)
        self._place(where, self._decided(where, group))
        self._match_twins(where, gone)
        self._changes.add(before, self._cells(where), self.view.ids)

    def _place(
        self, where: Ints, opinions: dict[int, tuple[int | None, float | None]]
    ) -> None:
        """Put these positions where they belong; those without a label, or undecided, belong
        nowhere."""
        view, board, data = self.view, self.view.board, self._live.loop.data
        labels = data.column("effective")[where].astype(np.int64)
        status = data.column("status")[where]
        view.columns.status[where] = status
        fit = (labels != NO_LABEL) & (status != _UNDECIDED)
        on = self._on(where)
        stands = self._standings(where)
        if (new := fit & ~on).any():
            board.place(where[new], labels[new], self._stand_in(where[new], labels[new], opinions),
                        source=view.columns.split[where[new]], standing=stands[new])
        old = fit & on
        changed = old.copy()
        changed[old] = board.given[where[old]] != labels[old]
        board.relabel(where[changed], labels[changed])
        board.resolve(where[old & (stands == Standing.RESOLVED)])
        board.reopen(where[old & (stands == Standing.OPEN)])
        board.remove(where[old & (stands == Standing.REMOVED)])
        self._take_off(where[on & ~fit])

    def _take_off(self, where: Ints) -> None:
        """Examples that have no label any more."""
        if len(where):
            even = np.full((len(where), self.view.classes), 1 / self.view.classes, np.float32)
            self.view.board.place(where, np.zeros(len(where), np.int64), even,
                                  standing=Standing.ABSENT)

    def _stand_in(
        self, where: Ints, labels: Ints, opinions: dict[int, tuple[int | None, float | None]]
    ) -> NDArray[np.float32]:
        """(M, K): the label as received and the predicted class, which differ by the margin; where
        one of them is not known the other alone, and the present label where neither is."""
        told = [opinions.get(int(at), (None, None)) for at in where]
        given = self._live.loop.data.column("given")[where].astype(np.int64)
        labels = np.where(given == NO_LABEL, labels, given)
        predicted = np.array([label if found is None else found for (found, _), label in
                              zip(told, labels.tolist(), strict=True)], dtype=np.int64)
        labels = np.where(given == NO_LABEL, predicted, labels)
        margin = np.array([0.0 if value is None else value for _, value in told], dtype=np.float32)
        probs = np.zeros((len(where), self.view.classes), dtype=np.float32)
        rows = np.arange(len(where))
        np.add.at(probs, (rows, predicted), (1 + margin) / 2)
        np.add.at(probs, (rows, labels), (1 - margin) / 2)
        return probs

    def _opinions(self) -> dict[int, tuple[int | None, float | None]]:
        return {at: (predicted, margin) for at, predicted, margin in
                self._live.ledger.ask(_OPINIONS)}

    def _decided(
        self, where: Ints, group: Group
    ) -> dict[int, tuple[int | None, float | None]]:
        """Opinions of those that are not on the board yet."""
        found: dict[int, tuple[int | None, float | None]] = {
            int(e.position): (e.predicted, e.margin) for e in group.decided}
        for at in where[~self._on(where)].tolist():
            if at not in found:
                for _, predicted, margin in self._live.ledger.ask(
                        _OPINIONS + " WHERE position = ?", (at,)):
                    found[at] = (predicted, margin)
        return found

    def _standings(self, where: Ints) -> Ints:
        return np.fromiter((self._standing(Position(at)) for at in where.tolist()),
                           np.int64, len(where))

    def _standing(self, position: Position) -> Standing:
        loop = self._live.loop
        words = loop.words(position)
        if loop.data.status(position) is Status.REMOVED:
            return Standing.REMOVED
        if loop.settled(position) or (words and words[-1].action is Action.BAD):
            return Standing.RESOLVED
        return Standing.OPEN

    def _match_twins(self, where: Ints, gone: NDArray[np.bool_]) -> None:
        """Whose duplicate left the set, or came back."""
        twins, now = self.view.twins, self._is(where, Standing.REMOVED)
        if twins is None:
            return
        self.view.board.mark(twins.remove(where[now & ~gone].tolist()), False)
        self.view.board.mark(twins.restore(where[gone & ~now].tolist()), True)

    def _on(self, where: Ints) -> NDArray[np.bool_]:
        return ~self._is(where, Standing.ABSENT)

    def _is(self, where: Ints, standing: Standing) -> NDArray[np.bool_]:
        """(M,) bool; what is beyond the board is absent from it."""
        board = self.view.board
        found = np.full(len(where), Standing.ABSENT, dtype=np.uint8)
        inside = where < len(board)
        found[inside] = board.standing[where[inside]]
        return np.asarray(found == standing)

    def _cells(self, where: Ints) -> list[tuple[int, tuple[Label, Label] | None]]:
        """Each position with the cell it is open in, None for no cell."""
        board, is_open = self.view.board, self._is(where, Standing.OPEN)
        return [(at, (int(board.given[at]), int(board.predicted[at])) if inside else None)
                for at, inside in zip(where.tolist(), is_open.tolist(), strict=True)]


def noted(effects: Sequence[fx.Effect]) -> Iterator[fx.ActNoted]:
    """What acts were done among these effects."""
    return (effect for effect in effects if isinstance(effect, fx.ActNoted))
