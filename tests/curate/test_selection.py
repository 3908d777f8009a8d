"""Filters, orders and shapes inside a cell."""

import numpy as np
import pytest
from curate_scene import board
from hypothesis import given as drawn
from hypothesis import strategies as st

from cincer.curate import selection as s
from cincer.errors import InvalidInput, UnknownName


def test_the_whole_range_keeps_everything():
    of, every = board(), np.arange(60)
    assert s.filtered(of, every, s.Filter()).tolist() == every.tolist()


@drawn(st.floats(0.5, 1), st.floats(0.5, 1))
def test_a_range_keeps_what_lies_in_it_in_order(one, other):
    of, wanted = board(), s.Filter(min(one, other), max(one, other))
    every = np.arange(60)[::-1]
    inside = [p for p in every.tolist()
              if np.float32(wanted.low) <= of.iies[p] <= np.float32(wanted.high)]
    assert s.filtered(of, every, wanted).tolist() == inside


def test_a_bound_taken_from_an_item_keeps_the_item():
    of = board()
    item = of.disagreeing()[:1]
    at = float(of.iies[item[0]])
    assert s.filtered(of, item, s.Filter(at, at)).tolist() == item.tolist()


def test_splits_are_kept_apart():
    of = board()
    found = s.filtered(of, np.arange(60), s.Filter(sources=frozenset({1})))
    assert found.tolist() == list(range(0, 60, 3))
    assert s.filtered(of, np.arange(60), s.Filter(sources=frozenset())).tolist() == []


@pytest.mark.parametrize(("low", "high"), [(0.4, 1), (0.5, 1.1), (0.9, 0.6), (np.nan, 1)])
def test_a_range_that_is_none_is_refused(low, high):
    with pytest.raises(InvalidInput, match="lies within"):
        s.Filter(low, high)


@pytest.mark.parametrize("by", list(s.ORDERS))
def test_every_order_keeps_the_items_and_sorts_them(by):
    of, items = board(), np.arange(5, 55)
    values = {"gain": np.linspace(3, -3, 60) ** 2, "trust": np.linspace(-1, 1, 60) ** 2}
    found = s.ordered(of, items, by, values)
    assert sorted(found.tolist()) == items.tolist()
    key = {"iies": of.iies, "margin": 2 * of.iies - 1, "position": np.arange(60), **values}[by]
    steps = np.diff(key[found])
    assert ((steps <= 0) if s.ORDERS[by] else (steps >= 0)).all()


def test_what_is_not_known_comes_last_and_equal_ones_as_they_arrived():
    of = board()
    gain = np.full(4, np.nan)
    gain[[1, 2]] = 1.0
    assert s.ordered(of, np.array([7, 2, 0, 1]), "gain", {"gain": gain}).tolist() == [1, 2, 0, 7]


def test_an_order_needs_its_name_and_its_values():
    with pytest.raises(UnknownName, match="iies"):
        s.ordered(board(), np.arange(3), "size")
    with pytest.raises(InvalidInput, match="'trust'"):
        s.ordered(board(), np.arange(3), "trust")


POINTS = np.array([[0.1, 0.1], [0.5, 0.5], [0.9, 0.2], [0.3, 0.8]])


def test_a_rectangle_may_be_drawn_from_any_corner():
    assert s.in_rectangle(POINTS, (0.6, 0.6), (0.1, 0.1)).tolist() == [True, True, False, False]


def test_a_lasso_holds_what_it_goes_round():
    triangle = [(0, 0), (1, 0), (0, 1)]
    assert s.in_lasso(POINTS - np.array([0, 0.05]), triangle).tolist() == [True, True, False, False]


def test_a_lasso_that_crosses_itself_leaves_out_what_it_goes_round_twice():
    twice = [(0, 0), (1, 0), (1, 1), (0, 1)] * 2
    assert not s.in_lasso(POINTS, twice).any()


@drawn(st.integers(0, 500))
def test_a_lasso_round_a_rectangle_is_the_rectangle(seed):
    points = np.random.default_rng(seed).random((40, 2))
    outline = [(0.2, 0.3), (0.7, 0.3), (0.7, 0.9), (0.2, 0.9)]
    assert (s.in_lasso(points, outline) == s.in_rectangle(points, (0.2, 0.3), (0.7, 0.9))).all()


@pytest.mark.parametrize("outline", [[], [(0, 0)], [(0, 0), (1, 1)]])
def test_fewer_than_three_corners_hold_nothing(outline):
    assert not s.in_lasso(POINTS, outline).any()
