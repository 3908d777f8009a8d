"""Pictures of cells: the same each time, still while items leave, bounded in number and work."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cincer.curate.projection import pca
from cincer.server import projecting
from cincer.server.projecting import Projections

KEY = (1, 2, "pixels", 0)
ROWS = np.random.default_rng(3).normal(size=(400, 12)).astype(np.float32) * np.array(
    [9, 4, *[1] * 10], dtype=np.float32)


def rows(where: NDArray[np.int64]) -> NDArray[np.float32]:
    return ROWS[where]


def test_at_first_it_is_principal_components() -> None:
    where = np.arange(300)
    np.testing.assert_array_equal(Projections().points(KEY, where, rows), pca(ROWS[:300]))


def test_who_leaves_moves_nobody() -> None:
    kept, where = Projections(), np.arange(300)
    before = kept.points(KEY, where, rows)
    left = where[where % 7 != 0]
    np.testing.assert_array_equal(kept.points(KEY, left, rows), before[left])
    np.testing.assert_array_equal(kept.points(KEY, left[:3], rows), before[left[:3]])


def test_who_comes_is_put_where_the_most_alike_is() -> None:
    kept = Projections()
    before = kept.points(KEY, np.arange(300), rows)
    ROWS[300] = ROWS[17] * 1.0001
    after = kept.points(KEY, np.arange(301), rows)
    np.testing.assert_array_equal(after[:300], before)
    np.testing.assert_array_equal(after[300], before[17])


def test_many_new_ones_make_a_new_picture() -> None:
    kept = Projections()
    kept.points(KEY, np.arange(100), rows)
    np.testing.assert_array_equal(kept.points(KEY, np.arange(400), rows), pca(ROWS))


def test_a_cell_that_was_empty_is_drawn_anew() -> None:
    kept = Projections()
    assert kept.points(KEY, np.arange(0), rows).shape == (0, 2)
    np.testing.assert_array_equal(kept.points(KEY, np.arange(9), rows), pca(ROWS[:9]))


def test_of_many_the_axes_are_a_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to sign and scale, they lie as the exact ones do."""
    monkeypatch.setattr(projecting, "MANY", 200)
    found, exact = projecting.plane(np.arange(400), rows, 5), pca(ROWS)
    np.testing.assert_array_equal(found, projecting.plane(np.arange(400), rows, 5))
    assert ((found >= 0) & (found <= 1)).all()
    for axis in (0, 1):
        assert abs(np.corrcoef(found[:, axis], exact[:, axis])[0, 1]) > 0.9


def test_only_so_many_are_kept() -> None:
    kept, calls = Projections(keep=2), []

    def counted(where: NDArray[np.int64]) -> NDArray[np.float32]:
        calls.append(len(where))
        return ROWS[where]

    for seed in (0, 1, 2, 1, 0):
        kept.points((1, 2, "pixels", seed), np.arange(20), counted)
    assert calls == [20, 20, 20, 20]
