"""IIES, predictions, counts and histograms (methods.md: oracles B1 and B2)."""

import numpy as np
import pytest
from curate_scene import probabilities
from hypothesis import given as drawn
from hypothesis import strategies as st

from cincer.curate import measures as m
from cincer.errors import InvalidInput


@drawn(st.integers(2, 12), st.integers(1, 40), st.integers(0, 10**6))
def test_iies_is_half_of_one_plus_the_margin(classes, rows, seed):
    probs = np.random.default_rng(seed).dirichlet(np.ones(classes), size=rows)
    labels = np.random.default_rng(seed + 1).integers(classes, size=rows)
    margin = probs.max(axis=1) - probs[np.arange(rows), labels]
    found = m.iies(probs, labels)
    np.testing.assert_allclose(found, (1 + margin) / 2, atol=1e-15)
    assert ((found >= 0.5) & (found <= 1)).all()


def test_a_correct_item_has_exactly_one_half():
    probs = probabilities(500, 7)
    assert (m.iies(probs, probs.argmax(axis=1)) == 0.5).all()


def test_certain_of_another_class_has_exactly_one():
    assert m.iies(np.eye(3), np.array([1, 2, 0])).tolist() == [1, 1, 1]


def test_of_equally_probable_classes_the_given_one_is_predicted():
    probs = np.array([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2]])
    assert m.predictions(probs, np.array([1, 2])).tolist() == [1, 0]
    assert m.iies(probs, np.array([1, 2])).tolist() == [0.5, 0.6]


@pytest.mark.parametrize("classes", [2, 10, 100])
def test_off_the_diagonal_lie_the_misclassified_and_rows_sum_to_the_classes(classes):
    probs = probabilities(700, classes)
    labels = np.random.default_rng(3).integers(classes, size=700)
    predicted = m.predictions(probs, labels)
    table = m.counts(labels, predicted, classes)
    assert table.sum() - np.trace(table) == (predicted != labels).sum()
    assert table.sum(axis=1).tolist() == np.bincount(labels, minlength=classes).tolist()


def test_only_those_asked_about_are_counted():
    found = m.counts(np.array([0, 0, 1]), np.array([1, 1, 1]), 2, np.array([True, False, True]))
    assert found.tolist() == [[0, 1], [0, 1]]


def test_bars_run_from_one_half_to_one():
    values = np.array([0.5, 0.549, 0.55, 0.999, 1.0])
    assert m.bins_of(values, 10).tolist() == [0, 0, 1, 9, 9]
    assert m.histogram(values, 2).tolist() == [3, 2]
    assert m.histogram(np.zeros(0), 3).tolist() == [0, 0, 0]


def test_no_items_are_no_numbers():
    assert m.iies(np.zeros((0, 4)), np.zeros(0, dtype=np.int64)).shape == (0,)


@pytest.mark.parametrize(("probs", "labels", "says"), [
    (np.full((2, 1), 1.0), [0, 0], "at least 2 classes"),
    (np.full((2, 3), 1 / 3), [0], r"\(1, K\)"),
    (np.array([[np.nan, 1.0]]), [0], "finite"),
    (np.array([[-0.5, 1.5]]), [0], "between 0 and 1"),
    (np.array([[0.5, 0.5]]), [2], "0 to 1"),
    (np.array([[0.5, 0.5]]), [-1], "0 to 1"),
])
def test_what_are_no_probabilities_is_named(probs, labels, says):
    with pytest.raises(InvalidInput, match=says):
        m.iies(probs, np.array(labels))
