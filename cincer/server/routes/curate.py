"""Curators' work: the error matrix, its cells and items, acts and what they would lead to."""

from __future__ import annotations

import numpy as np
from flask import request

from ...errors import InvalidInput, UnknownName
from ...types import Deed, ExampleId, Label
from ..body import message
from ..commands import Act, Iterate, RedoAct, UndoAct
from ..curate_views import (
    cell_view,
    detail_view,
    item_views,
    iterations_view,
    matrix_view,
    pairs_view,
)
from ..curation import Picture
from ..forecasts import forecast
from ..model_questions import counter_example
from ..nearest import nearest
from ..perform import acknowledge
from ..wire import Message
from ..wire import curate as w
from ..wire.http import KeyIn
from .drawing import MOST, how_drawn, methods, rows_of
from .route import Call, Query, Route, number

BASES: tuple[w.Basis, ...] = ("pixels", "features", "saliency")
"""What the items of a cell can be projected by."""

NEAREST = 8
"""Examples shown beside one that is looked at."""


def matrix(call: Call) -> w.MatrixView:
    call.parts.core.look()
    names = request.args.getlist("classes")
    wanted = [call.parts.schema.label_index(name) for name in names] if names else None
    return matrix_view(call.parts, wanted)


def cell(call: Call) -> w.CellView:
    """A cell and the projection of its items."""
    given, predicted = _needed(call, "given"), _needed(call, "predicted")
    basis, seed = request.args.get("basis", "pixels"), number("seed", 0, 0, 2**31 - 1)
    parts = call.parts
    parts.core.look()
    where = parts.core.curation.cell(given, predicted)
    bases = BASES if len(where) <= MOST else BASES[:1]
    if basis not in bases:
        raise UnknownName("basis", basis[:50], bases)
    wanted = Picture(given, predicted, basis, seed)
    drawn = how_drawn(call, wanted, where)
    points = parts.projections.points(
        (given, predicted, basis if drawn.method == "pca" else f"umap of {basis}", seed), where,
        rows_of(call, basis))
    return cell_view(parts, given, predicted, where, points, basis=basis, bases=list(bases),
                     seed=seed, method=drawn.method, methods=methods(where), umap=drawn.umap,
                     umap_error=drawn.error)


def items(call: Call) -> w.ItemsView:
    view = call.parts.core.curation
    positions = [view.position(name) for name in message(w.ItemsIn).ids]
    return w.ItemsView(items=item_views(call.parts, view.members(positions)))


def item(call: Call) -> w.DetailView:
    parts = call.parts
    position = parts.core.curation.position(call.path["id"])
    found = nearest(parts.core, position, NEAREST)
    member = parts.core.curation.members([position])[0]
    counter = None
    if member.label is not None and member.predicted is not None:
        counter = counter_example(
            parts, call.identity.actor, position, member.label, member.predicted)
    return detail_view(parts, member, found, counter)


def similar(call: Call) -> w.PairsView:
    """Of a cell, or of all where none is named."""
    given, predicted = (_asked(call, name) for name in ("given", "predicted"))
    if (given is None) != (predicted is None):
        raise InvalidInput("a cell is named by given and predicted together")
    found = call.parts.core.curation.similar(given, predicted)
    return pairs_view(call.parts, found, number("limit", 20, 1, 200))


def review(call: Call) -> w.ReviewView:
    given, to = (_asked(call, name) for name in ("given", "to"))
    if given is None or to is None:
        raise InvalidInput("a confusion is named by given and to")
    view = call.parts.core.curation
    members = view.members(view.rest(given, to))
    name = call.parts.schema.class_name
    return w.ReviewView(given_label=name(given), to=name(to), ids=[str(m.id) for m in members],
                        iies=[m.iies or 0.5 for m in members])


def act(call: Call) -> Message:
    said = message(w.ActIn)
    label = None if said.label is None else _label(call, said.label)
    return acknowledge(call.parts, call.identity, Act(
        call.identity.actor, said.key, Deed(said.action), tuple(map(ExampleId, said.ids)),
        said.seen, label, None if said.of is None else ExampleId(said.of), said.comment))


def preview(call: Call) -> w.PreviewView:
    said, view = message(w.PreviewIn), call.parts.core.curation
    label = None if said.label is None else _label(call, said.label)
    positions = np.unique([view.position(name) for name in said.ids])
    return forecast(call.parts, call.identity.actor, Deed(said.action), positions, label)


def undo_act(call: Call) -> Message:
    said = message(KeyIn)
    return acknowledge(call.parts, call.identity, UndoAct(call.identity.actor, said.key))


def redo_act(call: Call) -> Message:
    said = message(KeyIn)
    return acknowledge(call.parts, call.identity, RedoAct(call.identity.actor, said.key))


def iterations(call: Call) -> w.IterationsView:
    return iterations_view(call.parts)


def iterate(call: Call) -> w.IterationsView:
    """The next iteration is there when its survey is; the answer shows those there are."""
    said = message(KeyIn)
    call.parts.core.look()
    acknowledge(call.parts, call.identity, Iterate(call.identity.actor, said.key))
    return iterations_view(call.parts)


def _label(call: Call, name: str) -> Label:
    return call.parts.schema.label_index(name)


def _needed(call: Call, name: str) -> Label:
    """In the query, not the path: there a class `a/b` would be two parts."""
    label = _asked(call, name)
    if label is None:
        raise InvalidInput(f"name the cell's {name} class: ?given=…&predicted=…", field=name)
    return label


def _asked(call: Call, name: str) -> Label | None:
    text = request.args.get(name)
    return None if text is None else _label(call, text)


_GIVEN = Query("given", "string", "given label")
_PREDICTED = Query("predicted", "string", "predicted class")

ROUTES = (
    Route("GET", "/curate/matrix", "curate.read", matrix,
          "The error matrix: given labels against what the machine predicts.", w.MatrixView, None,
          (Query("classes", "string", "a class to show; may be repeated; default all"),)),
    Route("GET", "/curate/cell", "curate.read", cell,
          "The open items of a cell, and where they lie in its projection.", w.CellView, None,
          (_GIVEN, _PREDICTED,
           Query("basis", "string", "what is projected: pixels, features or saliency"),
           Query("method", "string", "pca, or umap: made in the background, drawn when ready"),
           Query("seed", "integer", "another seed draws what is left anew; default 0"))),
    Route("POST", "/curate/items", "curate.read", items, "Examples to look at, up to 500.",
          w.ItemsView, w.ItemsIn),
    Route("GET", "/curate/items/<path:id>", "curate.read", item,
          "Everything about one example, with those nearest to it.", w.DetailView),
    Route("GET", "/curate/similar", "curate.read", similar,
          "The most similar pairs, of a cell or of all.", w.PairsView, None,
          (_GIVEN, _PREDICTED, Query("limit", "integer", "pairs at most, 1 to 200"))),
    Route("GET", "/curate/review", "curate.read", review,
          "The rest of a confusion, the most convincing first.", w.ReviewView, None,
          (_GIVEN, Query("to", "string", "the label it should be"))),
    Route("POST", "/curate/acts", "curate.act", act,
          "Decide about examples, all or none of those that are free.", w.ActAck, w.ActIn),
    Route("POST", "/curate/preview", "curate.read", preview,
          "What an act would lead to; nothing changes.", w.PreviewView, w.PreviewIn),
    Route("POST", "/curate/undo", "curate.act", undo_act, "Take back your newest act.",
          w.ActUndone, KeyIn),
    Route("POST", "/curate/redo", "curate.act", redo_act, "Do again what you took back last.",
          w.ActUndone, KeyIn),
    Route("GET", "/curate/iterations", "curate.read", iterations,
          "Rounds of curators' work, oldest first.", w.IterationsView),
    Route("POST", "/curate/iterations", "curate.act", iterate,
          "Train anew and survey everything: the next round.", w.IterationsView, KeyIn),
)
