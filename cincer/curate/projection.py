"""A cell's items in the plane: principal components at once, UMAP where it is installed.

Coordinates lie in [0, 1] x [0, 1], with one unit for both axes. The same items and seed give the
same picture. Which numbers are projected (the `BASES`) is the caller's: pixels, the model's
features, or its saliency (see `saliency`); Bäuerle et al. 2020 use UMAP of saliency maps or pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidInput, Unavailable, UnknownName
from .measures import Floats

BASES = ("pixels", "features", "saliency")
"""What can be projected; `pixels` are the numbers the model is given, of any kind of example."""

EXACT = 1024
"""Items or columns up to which principal components are exact."""

OVERSAMPLED, POWERS = 10, 4

Points = NDArray[np.float64]


def pca(rows: Floats, seed: int = 0) -> Points:
    """(N, 2): the two principal components of `rows` (N, D). Exact if N or D is at most `EXACT`,
    else by randomized subspace iteration (Halko, Martinsson and Tropp 2011, Alg. 4.4) from `seed`.
    Each axis points so that its item farthest from the mean is on the positive side."""
    x = flat(rows).astype(np.float64)
    x = x - x.mean(axis=0) if len(x) else x
    scores = _exact(x) if min(x.shape) <= EXACT else _randomized(x, seed)
    far = np.abs(scores).argmax(axis=0) if len(x) else np.zeros(2, dtype=np.int64)
    signs = np.sign(scores[far, [0, 1]]) if len(x) else np.ones(2)
    return in_unit_square(scores * np.where(signs == 0, 1, signs))


def umap(rows: Floats, seed: int = 0) -> Points:
    """(N, 2) by UMAP (McInnes, Healy and Melville 2018), for which the extra `umap` must be
    installed: `Unavailable` if it is not. Fewer than five items are projected by `pca`."""
    try:
        from umap import UMAP
    except ImportError as error:
        raise Unavailable("UMAP is not installed: pip install 'cincer[umap]', or choose pca"
                          ) from error
    x = flat(rows).astype(np.float32)
    if len(x) < 5:
        return pca(rows, seed)
    found = UMAP(n_neighbors=min(15, len(x) - 1), random_state=seed % 2**32, n_jobs=1)
    return in_unit_square(np.asarray(found.fit_transform(x), dtype=np.float64))


PROJECTIONS: dict[str, Callable[[Floats, int], Points]] = {"pca": pca, "umap": umap}


def project(name: str, rows: Floats, seed: int = 0) -> Points:
    """(N, 2) in the unit square: `rows` (N, D...) by the projection called `name`. Called again
    with what is left and another seed, what lay on top of an outlier comes apart."""
    if name not in PROJECTIONS:
        raise UnknownName("projection", name, PROJECTIONS)
    if not np.isfinite(rows).all():
        raise InvalidInput("what is projected must be finite")
    return PROJECTIONS[name](rows, seed)


def in_unit_square(points: Points) -> Points:
    """Moved and scaled, by one factor for both axes, so that the longer side fills [0, 1] and the
    other is centred; all at (0.5, 0.5) if they do not differ."""
    if len(points) == 0:
        return points.reshape(0, 2)
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max())
    if side <= 0:
        return np.full_like(points, 0.5)
    return np.asarray(np.clip(0.5 + (points - (low + high) / 2) / side, 0, 1))


def flat(rows: Floats) -> Floats:
    """(N, D): each of `rows` (N, F...) as one row of numbers, even of none."""
    return rows.reshape(len(rows), math.prod(rows.shape[1:]))


def _exact(x: Points) -> Points:
    """(N, 2) scores of centred rows, from the smaller of the two Gram matrices."""
    if x.shape[0] <= x.shape[1]:
        values, vectors = _largest(x @ x.T)
        return _two(vectors * np.sqrt(values), len(x))
    return _two(x @ _largest(x.T @ x)[1], len(x))


def _largest(gram: Points) -> tuple[Points, Points]:
    """Up to two largest eigenvalues, and their vectors in columns; rounding is not a direction."""
    if len(gram) == 0:
        return np.zeros(0), np.zeros((0, 0))
    values, vectors = np.linalg.eigh(gram)
    values, vectors = np.maximum(values[::-1][:2], 0), vectors[:, ::-1][:, :2]
    flat = values <= 1e-12 * max(values[0], 1e-300)
    return np.where(flat, 0, values), np.where(flat, 0, vectors)


def _randomized(x: Points, seed: int) -> Points:
    start = np.random.default_rng(seed).normal(size=(x.shape[1], 2 + OVERSAMPLED))
    basis, _ = np.linalg.qr(x @ start)
    for _ in range(POWERS):
        across, _ = np.linalg.qr(x.T @ basis)
        basis, _ = np.linalg.qr(x @ across)
    inner = basis.T @ x
    values, vectors = _largest(inner @ inner.T)
    return _two(basis @ (vectors * np.sqrt(values)), len(x))


def _two(scores: Points, items: int) -> Points:
    """Two columns, zeros where there are fewer directions."""
    found = np.zeros((items, 2))
    found[:, : scores.shape[1]] = scores
    return found
