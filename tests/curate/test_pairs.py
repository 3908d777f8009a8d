"""The table of similar pairs, and which items still have a duplicate."""

import numpy as np
from curate_scene import certain
from hypothesis import given as drawn
from hypothesis import strategies as st

from cincer.curate.pairs import now, of_items, pairs
from cincer.curate.twins import Twins


def table(found, similarity, exact=None, given=None, source=None):
    first, second = (np.array([p[i] for p in found], dtype=np.int64).reshape(-1) for i in (0, 1))
    close = np.array(similarity, dtype=np.float32)
    return pairs(first, second, close, np.array(exact or [False] * len(found), dtype=bool),
                 np.zeros(20, np.int64) if given is None else given,
                 np.zeros(20, np.uint8) if source is None else source)


def test_equal_pairs_lead_then_the_most_similar():
    found = table([(3, 1), (0, 2), (5, 4)], [0.5, 0.9, 1.0], [False, False, True])
    assert found.first.tolist() == [4, 0, 1]
    assert found.second.tolist() == [5, 2, 3]
    assert len(found) == 3


def test_flags_tell_of_splits_and_labels():
    found = table([(0, 1), (2, 3)], [0.9, 0.8], given=np.array([0, 1, 2, 2]),
                  source=np.array([0, 0, 0, 1], dtype=np.uint8))
    assert found.two_labels.tolist() == [True, False]
    assert found.crosses_splits.tolist() == [False, True]


def test_a_cells_strip_holds_the_pairs_of_its_items():
    found = table([(0, 1), (2, 3), (1, 4)], [0.9, 0.8, 0.7])
    assert of_items(found, np.array([1])).second.tolist() == [1, 4]
    assert len(of_items(found, np.zeros(0, dtype=np.int64))) == 0


def test_pairs_go_with_their_items():
    of = certain([(0, 1), (0, 1), (1, 1), (1, 0)], 2)
    found = table([(0, 1), (2, 3)], [0.9, 0.8], given=of.given)
    of.resolve([2])
    assert len(now(found, of)) == 2
    of.resolve([3])
    assert now(found, of).first.tolist() == [0]
    of.remove([1])
    assert len(now(found, of)) == 0


def test_two_labels_are_told_of_as_they_are_now():
    of = certain([(0, 1), (1, 1)], 2)
    found = table([(0, 1)], [0.9], given=of.given)
    assert now(found, of).two_labels.tolist() == [True]
    of.relabel([0], 1)
    assert now(found, of).two_labels.tolist() == [False]
    assert found.two_labels.tolist() == [True]


def test_only_highly_similar_ones_are_twins():
    found = Twins(table([(0, 1), (2, 3)], [0.99, 0.9]))
    assert found.marked().tolist() == [0, 1]
    assert Twins(table([(0, 1)], [0.9]), at_least=0.9).of(0) == (1,)


def test_without_its_last_partner_an_item_has_no_duplicate():
    found = Twins(table([(0, 1), (0, 2)], [1, 1]))
    assert found.remove([1]).tolist() == []
    assert found.remove([2, 1]).tolist() == [0]
    assert found.restore([1]).tolist() == [0]
    assert found.restore([2]).tolist() == []


@drawn(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] != p[1]),
                unique_by=lambda p: tuple(sorted(p)), max_size=12),
       st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 9), max_size=4)), max_size=12))
def test_marks_follow_what_is_removed_and_restored(found, changes):
    twins = Twins(table(found, [1] * len(found)))
    marks, removed = set(twins.marked().tolist()), set()
    for leaves, items in changes:
        if leaves:
            marks -= set(twins.remove(items).tolist())
            removed |= set(items)
        else:
            marks |= set(twins.restore(items).tolist())
            removed -= set(items)
        wanted = {p for a, b in found for p, q in ((a, b), (b, a)) if q not in removed}
        assert marks == wanted == set(twins.marked().tolist())
