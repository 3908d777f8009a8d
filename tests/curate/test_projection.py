"""A cell in the plane: principal components against the singular values, and UMAP as an extra."""

import sys
import types

import numpy as np
import pytest

from cincer.curate import projection as p
from cincer.errors import InvalidInput, Unavailable, UnknownName


def rows(count, columns, seed=0):
    source = np.random.default_rng(seed)
    return source.normal(size=(count, columns)) * np.linspace(4, 0.1, columns) ** 2


def by_singular_values(x):
    x = x - x.mean(axis=0)
    left, values, _ = np.linalg.svd(x, full_matrices=False)
    return left[:, :2] * values[:2]


@pytest.mark.parametrize(("count", "columns"), [(40, 6), (6, 40), (30, 30)])
def test_principal_components_are_the_leading_singular_vectors(count, columns):
    x = rows(count, columns)
    wanted = p.in_unit_square(by_singular_values(x) * _signs(by_singular_values(x)))
    np.testing.assert_allclose(p.pca(x), wanted, atol=1e-8)


def _signs(scores):
    return np.sign(scores[np.abs(scores).argmax(axis=0), [0, 1]])


def test_of_wide_and_many_they_are_nearly_so(monkeypatch):
    x = rows(300, 200)
    x[:, :2] *= [8, 4]
    wanted = p.pca(x)
    monkeypatch.setattr(p, "EXACT", 50)
    np.testing.assert_allclose(p.pca(x), wanted, atol=1e-4)
    assert (p.pca(x, 3) == p.pca(x, 3)).all()


def test_without_a_gap_they_hold_nearly_as_much_of_the_variance(monkeypatch):
    x = rows(300, 200)
    x -= x.mean(axis=0)
    wanted = (by_singular_values(x) ** 2).sum()
    assert (p._randomized(x, 1) ** 2).sum() > 0.99 * wanted


def test_the_order_of_the_columns_does_not_turn_the_picture():
    x = rows(50, 6)
    np.testing.assert_allclose(p.pca(x), p.pca(x[:, ::-1]), atol=1e-8)


def test_an_outlier_gone_what_is_left_comes_apart():
    x = rows(50, 6)
    x[0] += 1000
    crowded, left = p.pca(x)[1:], p.pca(x[1:])
    assert np.ptp(crowded, axis=0).max() < 0.1
    assert np.ptp(left, axis=0).max() == pytest.approx(1)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
@pytest.mark.parametrize("columns", [1, 2, 5])
def test_few_items_and_few_columns_have_a_place(count, columns):
    found = p.pca(rows(count, columns))
    assert found.shape == (count, 2)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()


def test_equal_items_lie_in_the_middle():
    assert (p.pca(np.ones((4, 3))) == 0.5).all()


def test_images_are_flattened():
    x = rows(9, 12)
    assert (p.pca(x.reshape(9, 3, 4)) == p.pca(x)).all()


def test_the_square_is_filled_with_one_unit_for_both_axes():
    found = p.in_unit_square(np.array([[0.0, 0.0], [4.0, 2.0], [2.0, 1.0]]))
    assert found.tolist() == [[0, 0.25], [1, 0.75], [0.5, 0.5]]


def test_umap_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(Unavailable, match=r"cincer\[umap\]"):
        p.project("umap", rows(20, 3))


def test_umap_is_asked_with_the_seed(monkeypatch):
    """A stand-in for the extra, which need not be installed: what it is told is what is tested."""
    told = {}

    class Umap:
        def __init__(self, **options):
            told.update(options)

        def fit_transform(self, x):
            return x[:, :2] * 3

    monkeypatch.setitem(sys.modules, "umap", types.SimpleNamespace(UMAP=Umap))
    found = p.project("umap", rows(8, 3), seed=5)
    assert (told["random_state"], told["n_neighbors"]) == (5, 7)
    assert found.max() == 1
    assert (p.project("umap", rows(4, 3)) == p.pca(rows(4, 3))).all()


def test_unknown_projections_and_numbers_are_refused():
    with pytest.raises(UnknownName, match="pca"):
        p.project("tsne", rows(3, 3))
    with pytest.raises(InvalidInput, match="finite"):
        p.project("pca", np.array([[np.nan, 1.0]]))
