"""What a batch leaves of a cell, counted."""

import numpy as np
from curate_scene import board, certain, probabilities
from hypothesis import given as drawn
from hypothesis import strategies as st

from cincer.curate.effect import effect
from cincer.curate.measures import predictions

NOBODY = np.zeros(0, dtype=np.int64)


def test_a_batch_leaves_and_the_model_yields_and_others_enter():
    of = certain([(0, 1)] * 4 + [(0, 0), (2, 1)], 3)
    # Item 3 is believed from then on, item 4 is doubted.
    found = effect(of, 0, 1, np.array([0, 1]), np.array([3, 4]), np.array([0, 1]))
    assert (found.before, found.resolved, found.yielded, found.entered, found.after) == (
        4, 2, 1, 1, 2)
    assert (found.wrong_before, found.wrong_after) == (5, 3)


def test_nothing_is_changed():
    of = board()
    before = of.counts.copy(), of.predicted.copy(), of.standing.copy()
    effect(of, 0, 1, np.arange(5), np.arange(60), np.arange(60) % 4)
    assert all((a == b).all() for a, b in zip(
        before, (of.counts, of.predicted, of.standing), strict=True))


@drawn(st.integers(0, 999), st.integers(0, 3), st.integers(0, 3), st.sets(st.integers(0, 59)))
def test_it_is_what_the_board_says_afterwards(seed, given, predicted, batch):
    of, probs = board(seed=seed), probabilities(60, 4, seed + 1)
    of.resolve(np.arange(0, 60, 7))
    chosen = np.array(sorted(batch), dtype=np.int64)
    found = effect(of, given, predicted, chosen, np.arange(60), predictions(probs, of.given))
    assert found.before == of.counts[given, predicted]
    assert found.wrong_before == len(of.disagreeing())
    of.resolve(chosen)
    of.update(np.arange(60), probs)
    assert found.after == of.counts[given, predicted]
    assert found.wrong_after == len(of.disagreeing())
    assert found.before - found.resolved - found.yielded + found.entered == found.after


def test_if_the_model_stays_only_the_batch_leaves():
    of = board()
    cell = of.members(0, 1)
    found = effect(of, 0, 1, cell[:2], NOBODY, NOBODY)
    assert (found.yielded, found.entered, found.after) == (0, 0, len(cell) - 2)
