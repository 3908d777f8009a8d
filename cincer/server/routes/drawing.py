"""How a cell is drawn: principal components at once, UMAP when it was made in the background."""

from __future__ import annotations

from importlib.util import find_spec
from tempfile import NamedTemporaryFile
from typing import NamedTuple

import numpy as np
from flask import request

from ...curate.measures import Ints
from ...curate.projection import PROJECTIONS
from ...errors import InvalidInput, Unavailable, UnknownName
from ..commands import MapCell
from ..curation import Picture
from ..model_questions import basis_rows
from ..projecting import RowsOf
from ..wire import curate as w
from .route import Call

MOST = 5_000
"""Items of a cell above which only their pixels are projected, and not by UMAP."""


class Drawn(NamedTuple):
    """How a cell is drawn now, and how it stands with UMAP."""

    method: str
    umap: str
    error: str = ""


def how_drawn(call: Call, picture: Picture, where: Ints) -> Drawn:
    """UMAP is made in the background when it is asked for, and drawn once it is there."""
    asked, view = request.args.get("method", "pca"), call.parts.core.curation
    if asked not in PROJECTIONS:
        raise UnknownName("method", asked[:50], PROJECTIONS)
    with view.lock:
        known = picture in view.maps
        found = view.maps.get(picture)
        if isinstance(found, str) and asked == "umap":
            del view.maps[picture]
    if isinstance(found, str):
        return Drawn("pca", "failed", found)
    if found is not None:
        given, predicted, basis, seed = picture
        call.parts.projections.put((given, predicted, f"umap of {basis}", seed), *found)
        return Drawn(asked, "ready")
    if asked == "umap" and not known:
        _ask_for_map(call, picture, where)
        known = True
    return Drawn("pca", "running" if known else "missing")


def methods(where: Ints) -> list[w.Method]:
    """The ways a cell can be drawn here."""
    there = find_spec("umap") is not None and len(where) <= MOST
    return ["pca", "umap"] if there else ["pca"]


def _ask_for_map(call: Call, picture: Picture, where: Ints) -> None:
    if find_spec("umap") is None:
        raise Unavailable("UMAP is not installed here: pip install 'cincer[umap]'")
    if len(where) > MOST:
        raise InvalidInput(f"UMAP is made of at most {MOST} items, not {len(where)}")
    rows = None
    if picture.basis != "pixels":
        found = basis_rows(call.parts, call.identity.actor, picture.basis, where)
        with NamedTemporaryFile(prefix="cincer-umap-", suffix=".npy", delete=False) as file:
            np.save(file, found.reshape(len(found), -1), allow_pickle=False)
        rows = file.name
    call.parts.core.submit(MapCell(
        call.identity.actor, *picture, tuple(where.tolist()), rows)).result(call.parts.patience)


def rows_of(call: Call, basis: str) -> RowsOf:
    """Where the numbers of a basis come from."""
    if basis == "pixels":
        return call.parts.core.rows
    return lambda where: basis_rows(call.parts, call.identity.actor, basis, where)
