"""A confusion is noticed after a few equal fixes; the rest of it comes most convincing first."""

import numpy as np
import pytest
from curate_scene import certain

from cincer.curate.confusions import noticed, rest


def scene():
    of = certain([(0, 1)] * 4 + [(2, 1)] * 2 + [(1, 1)], 3)
    probs = of.probs[[1, 2]].copy()
    probs[0], probs[1] = [0.3, 0.6, 0.1], [0.0, 1.0, 0.0]
    of.update([1, 2], probs)
    return of


def test_the_rest_is_what_is_open_most_convincing_first():
    of = scene()
    assert rest(of, 0, 1).tolist() == [2, 0, 3, 1]
    of.resolve([2])
    assert rest(of, 0, 1).tolist() == [0, 3, 1]


def test_three_equal_fixes_are_a_confusion():
    of = scene()
    assert noticed(of, [(0, 1)] * 2) == ()
    (found,) = noticed(of, [(0, 1)] * 2 + [(2, 1)] + [(0, 1)])
    assert (found.given, found.right, found.fixes) == (0, 1, 3)
    assert found.rest.tolist() == [2, 0, 3, 1]


@pytest.mark.parametrize(("kept", "offered"), [(2, 1), (3, 0), (5, 0)])
def test_where_people_confirm_as_often_as_they_fix_nothing_is_offered(kept, offered):
    assert len(noticed(scene(), [(0, 1)] * 3, kept=[(0, 1)] * kept)) == offered


def test_most_left_comes_first_and_nothing_left_not_at_all():
    of = scene()
    fixes = [(2, 1)] * 5 + [(0, 1)] * 3 + [(1, 2)] * 9
    assert [(c.given, c.right) for c in noticed(of, fixes)] == [(0, 1), (2, 1)]
    of.resolve(np.arange(7))
    assert noticed(of, fixes) == ()


def test_a_label_that_stayed_is_no_fix():
    assert noticed(scene(), [(1, 1)] * 9) == ()
