"""The board: what is kept up to date item by item equals what is counted from scratch (B2, B4)."""

import numpy as np
import pytest
from curate_scene import board, certain, probabilities, recount
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cincer.curate.board import Board, Standing
from cincer.errors import Conflict, InvalidInput, NotFound


def assert_counted(found):
    counts, bars, marks, settled = recount(found)
    assert (found.counts == counts).all()
    assert (found.bars == bars).all()
    assert (found.marks == marks).all()
    assert (found.settled == settled).all()


class Curators(RuleBasedStateMachine):
    """Whatever curators, arrivals and new models do, in any order."""

    @initialize(classes=st.sampled_from([2, 3, 12]))
    def begin(self, classes):
        self.board = Board(classes, bins=4)

    def some(self, data):
        placed = np.flatnonzero(self.board.standing != Standing.ABSENT).tolist()
        if not placed:
            return []
        return data.draw(st.lists(st.sampled_from(placed), unique=True, max_size=5))

    def numbers(self):
        return self.board.counts.copy(), self.board.marks.copy(), self.board.bars.copy(), \
            self.board.settled.copy()

    def told(self, change, *arguments):
        """Runs a change, and holds that every number that moved lies in a touched cell."""
        before = self.numbers()
        touched = change(*arguments)
        after = self.numbers()
        moved = (before[0] != after[0]) | (before[1] != after[1]) | (
            before[2] != after[2]).any(axis=2)
        moved |= np.diag(before[3] != after[3])
        assert {(int(a), int(b)) for a, b in np.argwhere(moved)} <= touched

    @rule(data=st.data(), seed=st.integers(0, 99))
    def place(self, data, seed):
        where = data.draw(st.lists(st.integers(0, 30), unique=True, max_size=6))
        labels = np.random.default_rng(seed).integers(self.board.classes, size=len(where))
        self.told(self.board.place, where, labels,
                  probabilities(len(where), self.board.classes, seed))

    @rule(data=st.data(), seed=st.integers(0, 99))
    def another_model(self, data, seed):
        where = self.some(data)
        self.told(self.board.update, where, probabilities(len(where), self.board.classes, seed))

    @rule(data=st.data(), label=st.integers(0, 1))
    def relabel(self, data, label):
        self.told(self.board.relabel, self.some(data), label)

    @rule(data=st.data())
    def resolve(self, data):
        self.told(self.board.resolve, self.some(data))

    @rule(data=st.data())
    def remove(self, data):
        self.told(self.board.remove, self.some(data))

    @rule(data=st.data())
    def reopen(self, data):
        self.told(self.board.reopen, self.some(data))

    @rule(data=st.data(), marked=st.booleans())
    def mark(self, data, marked):
        self.told(self.board.mark, self.some(data), marked)

    @invariant()
    def counted(self):
        assert_counted(self.board)

    @invariant()
    def cells_hold_what_they_count(self):
        given, predicted = np.argwhere(self.board.counts >= 0)[-1]
        assert len(self.board.members(given, predicted)) == self.board.counts[given, predicted]
        wrong = self.board.counts.sum() - np.trace(self.board.counts)
        assert len(self.board.disagreeing()) == wrong


TestCurators = Curators.TestCase
TestCurators.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_resolving_lowers_the_cell_by_one():
    found = board()
    item = found.disagreeing()[0]
    cell = found.given[item], found.predicted[item]
    before = found.counts[cell]
    touched = found.resolve(item)
    assert found.counts[cell] == before - 1
    assert tuple(map(int, cell)) in touched


def test_a_resolved_item_is_never_counted_again_unless_reopened():
    found = board()
    items = found.disagreeing()[:5]
    found.resolve(items)
    for seed in range(4):
        found.update(np.arange(60), probabilities(60, 4, seed))
        assert not np.isin(found.disagreeing(), items).any()
        assert_counted(found)
    found.reopen(items[:1])
    assert found.open[items].tolist() == [True, False, False, False, False]


def test_relabelled_to_its_prediction_an_item_is_correct():
    found = certain([(0, 1), (0, 1), (1, 1)], 3)
    assert found.relabel([0], 1) == {(0, 1), (1, 1)}
    assert found.counts.tolist() == [[0, 1, 0], [0, 2, 0], [0, 0, 0]]
    assert found.iies[0] == 0.5


def test_settled_items_are_counted_by_their_label_and_removed_ones_nowhere():
    found = certain([(0, 1), (0, 1), (2, 0)], 3)
    found.relabel([0], 1)
    found.resolve([0, 2])
    found.remove([1])
    assert found.settled.tolist() == [0, 1, 1]
    assert found.counts.sum() == 0


def test_a_relabelled_settled_item_moves_to_the_other_label():
    found = certain([(0, 1)], 3)
    found.resolve([0])
    assert found.relabel([0], 2) == {(0, 0), (2, 2)}
    assert found.settled.tolist() == [0, 0, 1]


def test_resolving_twice_changes_nothing():
    found = certain([(0, 1)], 2)
    found.resolve([0])
    found.resolve([0])
    assert found.settled.tolist() == [1, 0]


def test_positions_may_leave_gaps_which_are_not_on_the_board():
    found = Board(2)
    found.place([5], [0], np.array([[0.2, 0.8]]))
    assert len(found) == 6
    assert found.members(0, 1).tolist() == [5]
    with pytest.raises(NotFound, match="position 3"):
        found.resolve([3])


def test_an_item_placed_again_is_not_counted_twice():
    found = board(10, 3)
    found.place([4], [2], np.array([[1.0, 0.0, 0.0]]))
    assert found.counts.sum() == 10
    assert_counted(found)


def test_splits_are_kept():
    assert board().source[:4].tolist() == [1, 0, 0, 1]


def test_an_empty_board_answers():
    found = Board(3)
    assert found.members(0, 1).tolist() == []
    assert found.disagreeing().tolist() == []
    assert found.resolve([]) == frozenset()


@pytest.mark.parametrize(("change", "error", "says"), [
    (lambda b: b.resolve([0, 0]), Conflict, "named twice"),
    (lambda b: b.resolve([-1]), InvalidInput, "from 0 on"),
    (lambda b: b.resolve([60]), NotFound, "position 60"),
    (lambda b: b.relabel([0], 4), InvalidInput, "0 to 3"),
    (lambda b: b.relabel([0], -1), InvalidInput, "0 to 3"),
    (lambda b: b.relabel([0, 1], [0, 1, 2]), InvalidInput, "as many labels"),
    (lambda b: b.place([0], [0], np.full((1, 4), 0.25), source=[1, 2]), InvalidInput, "sources"),
    (lambda b: b.update([0], np.full((1, 3), 1 / 3)), InvalidInput, r"\(1, 4\)"),
    (lambda b: b.update([0], np.full((1, 4), np.nan)), InvalidInput, "finite"),
    (lambda b: b.place([0, 1], [0], np.full((1, 4), 0.25)), InvalidInput, "as many labels"),
    (lambda b: b.members(4, 0), InvalidInput, "0 to 3"),
    (lambda b: Board(1), InvalidInput, "2 classes"),
])
def test_what_cannot_be_is_refused_and_changes_nothing(change, error, says):
    found = board()
    before = found.counts.copy()
    with pytest.raises(error, match=says):
        change(found)
    assert (found.counts == before).all()
    assert_counted(found)
