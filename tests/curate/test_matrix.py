"""The overview: order (B5), what is left out, subsets, and one hundred classes."""

import numpy as np
import pytest
from curate_scene import board, certain
from hypothesis import given as drawn
from hypothesis import strategies as st

from cincer.curate.board import Board
from cincer.curate.matrix import cell, largest, matrix
from cincer.errors import InvalidInput


def planted():
    """Disagreements: 2 as 0 three times, 2 as 1 once, 0 as 1 twice; 1 is always right, 3 absent."""
    return certain([(2, 0)] * 3 + [(2, 1)] + [(0, 1)] * 2 + [(1, 1)] * 4 + [(0, 0)], 4)


def test_rows_and_cells_come_by_their_number_and_empty_ones_not_at_all():
    found = matrix(planted())
    assert [row.given for row in found.rows] == [2, 0, 1]
    assert [(c.predicted, c.count) for c in found.rows[0].cells] == [(0, 3), (1, 1)]
    assert found.rows[2].cells == ()


def test_the_left_column_holds_the_correct():
    assert [row.correct for row in matrix(planted()).rows] == [0, 1, 4]


def test_the_largest_cell_saturates():
    shades = [c.saturation for row in matrix(planted()).rows for c in row.cells]
    assert shades == [1, 1 / 3, 2 / 3]


@drawn(st.integers(2, 8), st.integers(0, 80), st.integers(0, 999))
def test_the_numbers_hold_together(classes, rows, seed):
    of = board(rows, classes, seed=seed)
    found = matrix(of)
    totals = [row.wrong for row in found.rows]
    assert totals == sorted(totals, reverse=True)
    assert sum(totals) == found.wrong == len(of.disagreeing())
    assert found.open == rows
    for row in found.rows:
        counts = [c.count for c in row.cells]
        assert counts == sorted(counts, reverse=True)
        assert row.correct + sum(counts) == np.count_nonzero(of.given == row.given)
        assert all(sum(c.bars) == c.count > 0 and 0 < c.saturation <= 1 for c in row.cells)


def test_equal_numbers_come_in_the_order_of_the_classes():
    found = matrix(certain([(1, 2), (1, 0), (0, 2), (0, 1)], 3))
    assert [row.given for row in found.rows] == [0, 1]
    assert [[c.predicted for c in row.cells] for row in found.rows] == [[1, 2], [0, 2]]


def test_the_review_bound_is_what_is_still_to_be_looked_at():
    of = planted()
    assert matrix(of).review_bound == 6 / 11
    of.resolve([0, 1, 2])
    assert matrix(of).review_bound == 3 / 11
    assert matrix(of).settled == 3


def test_when_all_is_resolved_no_cell_is_left():
    of = planted()
    of.resolve(np.arange(11))
    found = matrix(of)
    assert found.wrong == found.open == 0
    assert found.review_bound == 0
    assert all(row.cells == () for row in found.rows)
    assert [row.settled for row in found.rows] == [3, 4, 4]


def test_duplicates_are_marked_in_their_cell():
    of = planted()
    of.mark([0, 2, 6])
    rows = matrix(of).rows
    assert [c.duplicates for c in rows[0].cells] == [2, 0]
    assert [row.duplicates for row in rows] == [0, 0, 1]


def test_a_subset_shows_what_is_among_its_classes():
    found = matrix(planted(), classes=[2, 0, 2])
    assert [row.given for row in found.rows] == [2, 0]
    assert [(c.predicted, c.saturation) for c in found.rows[0].cells] == [(0, 1.0)]
    assert (found.wrong, found.open) == (3, 4)
    assert matrix(planted(), classes=[]).rows == ()


def test_an_empty_board_has_an_empty_matrix():
    found = matrix(Board(5))
    assert (found.rows, found.review_bound) == ((), 0)


def test_a_hundred_classes_are_counted_as_two_are():
    of = board(4000, 100)
    found = matrix(of)
    assert found.wrong == len(of.disagreeing())
    assert len(found.rows) == 100


def test_one_cell_is_as_in_the_matrix():
    of = board(80, 3)
    for row in matrix(of).rows:
        for each in row.cells:
            assert cell(of, each.given, each.predicted) == each
    assert cell(of, 1, 1) is None
    assert largest(Board(2)) == 1


def test_a_class_that_is_not_there_is_refused():
    with pytest.raises(InvalidInput, match="0 to 3"):
        matrix(planted(), classes=[1, 4])
