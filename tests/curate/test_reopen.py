"""Two later models in a row, and nothing less, bring a resolved item back as a question (B4)."""

import numpy as np
import pytest
from curate_scene import certain
from hypothesis import given as drawn
from hypothesis import strategies as st

from cincer.curate import reopen as r


def advanced(streaks, models, resolved_at=0):
    """Streaks of one item after models that contradict it (True) or do not."""
    for number, against in enumerate(models, start=streaks.model + 1):
        streaks = r.advance(streaks, np.array([against]), model=number, trained_on=10,
                            resolved_at=np.array([resolved_at]))
    return streaks


def resolved(doubt=0.0):
    """Item 0 resolved though contradicted, item 1 resolved and believed, item 2 open."""
    of = certain([(0, 1), (1, 1), (0, 1)], 2, doubt)
    of.resolve([0, 1])
    return of


def test_a_model_contradicts_above_the_bound_only():
    assert r.contradicted(resolved()).tolist() == [True, False, False]
    assert not r.contradicted(resolved(doubt=0.2)).any()
    assert r.contradicted(resolved(doubt=0.2), bound=0.7).tolist() == [True, False, False]


@drawn(st.lists(st.booleans(), max_size=12))
def test_the_last_models_in_a_row_count(models):
    found = int(advanced(r.NONE_YET, models).length.sum())
    wanted = 0
    for against in reversed(models):
        if not against:
            break
        wanted += 1
    assert found == wanted


@pytest.mark.parametrize(("models", "asked"), [
    ([True], []), ([True, False, True], []), ([True, True, False], []), ([True, True], [0]),
    ([False, True, True, True], [0]),
])
def test_two_models_in_a_row_bring_an_item_back_as_a_question(models, asked):
    assert r.candidates(advanced(r.NONE_YET, models), resolved()).tolist() == asked


def test_a_model_that_had_not_seen_the_resolution_does_not_count():
    assert advanced(r.NONE_YET, [True, True], resolved_at=11).length.tolist() == [0]
    assert advanced(r.NONE_YET, [True, True], resolved_at=10).length.tolist() == [2]


def test_the_same_model_told_twice_counts_once():
    once = advanced(r.NONE_YET, [True])
    again = r.advance(once, np.array([True]), model=once.model, trained_on=10,
                      resolved_at=np.array([0]))
    assert again is once


def test_answered_with_no_it_takes_two_more_models():
    twice = advanced(r.NONE_YET, [True, True])
    answered = r.settled_again(twice, np.array([0, 7]))
    assert twice.length.tolist() == [2]
    assert advanced(answered, [True]).length.tolist() == [1]
    assert advanced(answered, [True, True]).length.tolist() == [2]


def test_reopened_items_are_no_longer_candidates():
    of = resolved()
    streaks = r.Streaks(np.array([3, 1], dtype=np.uint8), 4)
    assert r.candidates(streaks, of).tolist() == [0]
    of.reopen([0])
    assert r.candidates(streaks, of).tolist() == []


def test_a_long_streak_stays_within_its_type():
    found = r.advance(r.Streaks(np.array([255], dtype=np.uint8), 0), np.array([True]), model=1,
                      trained_on=1, resolved_at=np.array([0]))
    assert found.length.tolist() == [255]


def test_arrivals_lengthen_the_streaks():
    found = r.advance(r.Streaks(np.array([1], dtype=np.uint8), 0), np.array([True, True]), model=1,
                      trained_on=1, resolved_at=np.array([0, 0]))
    assert found.length.tolist() == [2, 1]
