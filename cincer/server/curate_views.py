"""From the curators' board to the messages of `wire.curate`: names instead of indices, and what
examples look like."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from ..curate import matrix as overview
from ..curate.measures import Ints
from ..curate.pairs import Pairs
from ..types import ExampleId, Label, Position
from .core import Parts
from .curation import Curation, Member, Survey
from .wire import curate as w
from .wire.content import BeliefView, Content

KINDS = {"image": "image"}
"""Kind of page for a kind of content; tables and vectors are shown as tables."""


def matrix_view(parts: Parts, wanted: Collection[Label] | None) -> w.MatrixView:
    """The whole matrix, or that of some classes."""
    view, names = parts.core.curation, parts.schema.classes
    with view.lock:
        found = overview.matrix(view.board, wanted)
        again = _reopen_by_cell(view)
        return w.MatrixView(
            seq=view.seq, classes=list(names), totals=totals(view), survey=survey_view(view.survey),
            shown=[names[at] for at in overview.chosen_classes(len(names), wanted)],
            rows=[_row(row, names, again) for row in found.rows],
            kind=KINDS.get(parts.schema.kind, "table"))  # type: ignore[arg-type]


def _row(row: overview.Row, names: Sequence[str], again: dict[tuple[int, int], int]) -> (
        w.RowSummary):
    return w.RowSummary(
        label=names[row.given], correct=row.correct, open=row.wrong,
        cells=[w.CellSummary(
            predicted_label=names[cell.predicted], count=cell.count, saturation=cell.saturation,
            bars=list(cell.bars), duplicates=cell.duplicates,
            reopen=again.get((cell.given, cell.predicted), 0)) for cell in row.cells])


def _reopen_by_cell(view: Curation) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for at in view.reopen:
        cell = (int(view.board.given[at]), int(view.board.predicted[at]))
        found[cell] = found.get(cell, 0) + 1
    return found


def totals(view: Curation) -> w.Totals:
    """Counts of the whole board. The caller holds its lock."""
    counts, settled = view.board.counts, int(view.board.settled.sum())
    open_now = int(counts.sum() - np.trace(counts))
    removed = view.removed()
    items = int(counts.sum()) + settled + removed
    return w.Totals(items=items, open=open_now, resolved=settled + removed, removed=removed,
                    bound=open_now / max(items, 1))


def cell_now(
    view: Curation, names: Sequence[str], cell: tuple[Label, Label], left: list[ExampleId],
    came: list[ExampleId],
) -> w.CellNow:
    """A cell that changed, as it is now. The caller holds the lock."""
    found = overview.cell(view.board, *cell)
    return w.CellNow(
        given_label=names[cell[0]], predicted_label=names[cell[1]],
        count=found.count if found else 0, saturation=found.saturation if found else 0.0,
        bars=list(found.bars) if found else [0] * view.board.bins,
        left=[str(one) for one in left], came=[str(one) for one in came])


def survey_view(survey: Survey) -> w.SurveyView:
    return w.SurveyView(version=survey.version, at=survey.at, held_out=survey.held_out,
                        behind=survey.behind, running=survey.running, progress=survey.progress)


def iterations_view(parts: Parts) -> w.IterationsView:
    """Each round with what was done in it: until the next one, or until now."""
    view = parts.core.curation
    with view.lock:
        now = totals(view)
        rounds = list(view.iterations)
        ends = [(one.resolved, one.relabelled, one.removed) for one in rounds[1:]]
        ends.append((now.resolved, view.relabelled, now.removed))
    return w.IterationsView(survey=survey_view(view.survey), iterations=[
        w.IterationView(
            number=one.number, at=one.at, open=one.open, bound=one.open / max(one.items, 1),
            resolved=max(resolved - one.resolved, 0), removed=max(removed - one.removed, 0),
            relabelled=max(relabelled - one.relabelled, 0), accuracy=one.accuracy,
            holdout=one.holdout)
        for one, (resolved, relabelled, removed) in zip(rounds, ends, strict=False)])


def cell_view(
    parts: Parts, given: Label, predicted: Label, where: Ints, points: Any, **how: Any
) -> w.CellView:
    """The items `where` of a cell at these `points` (N, 2) of its projection."""
    view, names = parts.core.curation, parts.schema.classes
    with view.lock:
        members = view.members(where)
        return w.CellView(
            seq=view.seq, given_label=names[given], predicted_label=names[predicted],
            ids=[str(one.id) for one in members], iies=[one.iies or 0.5 for one in members],
            margin=[one.margin or 0.0 for one in members], gain=view.value("gain", where),
            trust=view.value("trust", where), x=points[:, 0].tolist(), y=points[:, 1].tolist(),
            split=[view.splits.index(one.split) for one in members], splits=list(view.splits),
            reopen=[int(one.position) in view.reopen for one in members], **how)


def item_views(parts: Parts, members: Sequence[Member]) -> list[w.ItemView]:
    """Examples, each on its own."""
    contents = _contents(parts, [one.position for one in members])
    return [_item(parts, one, content) for one, content in zip(members, contents, strict=True)]


def _item(parts: Parts, one: Member, content: Content) -> w.ItemView:
    name = parts.views.name
    return w.ItemView(
        id=one.id, content=content, given_label=name(one.observed), label=name(one.label),
        predicted_label=name(one.predicted), iies=one.iies, margin=one.margin, split=one.split,
        status=one.status)


def _contents(parts: Parts, positions: Sequence[Position]) -> list[Content]:
    """Views put a pair's telling fields first; these are no pairs."""
    return [content for at in positions for content in parts.views.contents([at])]


def detail_view(
    parts: Parts, member: Member, nearest: Sequence[tuple[Position, float]],
    counter: Position | None,
) -> w.DetailView:
    """Everything about one example."""
    view, name = parts.core.curation, parts.views.name
    stored = parts.archive.example(member.id)
    assert stored is not None
    where = np.array([member.position])
    return w.DetailView(
        item=item_views(parts, [member])[0], beliefs=_beliefs(parts, member),
        observed=name(stored.given), human=name(stored.human), machine=name(stored.machine),
        treatment=stored.treatment, history=[_word(parts, line) for line in stored.history],
        nearest=_neighbours(parts, nearest),
        counter_example=None if counter is None else _neighbours(parts, [(counter, None)])[0],
        gain=view.value("gain", where)[0], trust=view.value("trust", where)[0])


def _beliefs(parts: Parts, member: Member) -> list[BeliefView]:
    view = parts.core.curation
    if member.predicted is None:
        return []
    with view.lock:
        probs = view.board.probs[member.position].tolist()
    order = np.argsort(-np.array(probs), kind="stable").tolist()
    return [BeliefView(label=parts.schema.class_name(at), p=min(max(probs[at], 0.0), 1.0))
            for at in order]


def _word(parts: Parts, line: Any) -> w.WordView:
    return w.WordView(at=line.at, who=line.annotator, action=line.action,
                      label=parts.views.name(line.label), retracted=line.retracted_seq is not None,
                      note=line.comment)


def _neighbours(
    parts: Parts, found: Sequence[tuple[Position, float | None]]
) -> list[w.Neighbour]:
    members = parts.core.curation.members([at for at, _ in found])
    contents = _contents(parts, [at for at, _ in found])
    name = parts.views.name
    return [w.Neighbour(id=one.id, content=content, label=name(one.label),
                        predicted_label=name(one.predicted), similarity=similarity)
            for one, content, (_, similarity) in zip(members, contents, found, strict=True)]


def pairs_view(parts: Parts, found: Pairs | None, limit: int) -> w.PairsView:
    """The most similar pairs."""
    if found is None:
        return w.PairsView(pairs=[], total=0)
    first, view = found.where(np.arange(min(limit, len(found)))), parts.core.curation
    left = item_views(parts, view.members(first.first))
    right = item_views(parts, view.members(first.second))
    return w.PairsView(total=len(found), pairs=[
        w.PairView(left=a, right=b, similarity=float(similarity), crosses_splits=bool(crosses),
                   two_labels=bool(two))
        for a, b, similarity, crosses, two in zip(
            left, right, first.similarity, first.crosses_splits, first.two_labels, strict=True)])
