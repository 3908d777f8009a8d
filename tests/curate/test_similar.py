"""Similar pairs: planted duplicates lead, whatever they are labelled or predicted (oracle B3)."""

import numpy as np
import pytest

from cincer.curate.similar import equal_rows, similar
from cincer.errors import InvalidInput

ITEMS = 60


def pictures(seed=0):
    return np.random.default_rng(seed).random((ITEMS, 9, 9)).astype(np.float32)


def found_in(rows, *, predicted=None, given=None, source=None, **options):
    return similar(
        rows, rows.reshape(len(rows), np.prod(rows.shape[1:])), np.arange(len(rows)),
        predicted=np.zeros(ITEMS, np.int64) if predicted is None else predicted,
        given=np.zeros(ITEMS, np.int64) if given is None else given,
        source=np.zeros(ITEMS, np.uint8) if source is None else source, **options)


@pytest.mark.parametrize("image", [(9, 9), None])
def test_five_exact_duplicates_are_the_top_five(image):
    rows = pictures()
    rows[50:55] = rows[:5]
    found = found_in(rows, image=image)
    assert found.first[:5].tolist() == [0, 1, 2, 3, 4]
    assert found.second[:5].tolist() == [50, 51, 52, 53, 54]
    assert (found.similarity[:5] == 1).all()
    assert found.exact.tolist() == [True] * 5 + [False] * (len(found) - 5)
    assert (found.similarity[5:] < 0.9999).all()


def test_equal_items_are_found_across_predictions_and_splits_and_labels():
    rows = pictures()
    rows[59] = rows[0]
    half = np.arange(ITEMS) // 30
    found = found_in(rows, predicted=half, given=half, source=half.astype(np.uint8), image=(9, 9))
    assert (found.first[0], found.second[0]) == (0, 59)
    assert found.crosses_splits[0]
    assert found.two_labels[0]
    assert not found.crosses_splits[1:].any()


def test_near_duplicates_across_predictions_take_all_pairs():
    rows = pictures()
    rows[59] = np.clip(rows[0] + 0.01, 0, 1)
    half = np.arange(ITEMS) // 30
    assert (found_in(rows, predicted=half, image=(9, 9)).similarity < 0.9).all()
    found = found_in(rows, predicted=half, image=(9, 9), all_pairs=True)
    assert (found.first[0], found.second[0]) == (0, 59)
    assert found.similarity[0] > 0.98
    assert not found.exact[0]


def test_each_pair_comes_once_and_most_similar_first():
    found = found_in(pictures(), image=(9, 9))
    assert (found.first < found.second).all()
    assert len(set(zip(found.first.tolist(), found.second.tolist(), strict=True))) == len(found)
    assert (np.diff(found.similarity) <= 0).all()


def test_without_images_it_is_the_cosine():
    rows = pictures()
    found = found_in(rows)
    a, b = rows[found.first].reshape(-1, 81), rows[found.second].reshape(-1, 81)
    wanted = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    np.testing.assert_allclose(found.similarity, wanted, atol=1e-6)


def test_colours_are_compared_too():
    rows = np.random.default_rng(0).random((ITEMS, 8, 8, 3)).astype(np.float32)
    rows[7] = rows[3]
    found = found_in(rows, image=(8, 8, 3))
    assert (found.first[0], found.second[0]) == (3, 7)


def test_many_equal_items_are_pairs_with_the_first_only():
    rows = pictures()
    rows[::2] = 0
    found = found_in(rows, image=(9, 9))
    assert found.exact.sum() == 29
    assert set(found.first[found.exact].tolist()) == {0}


def test_positions_are_those_of_the_board():
    rows = pictures()[:3]
    rows[2] = rows[0]
    found = similar(rows, rows.reshape(3, -1), np.array([40, 2, 11]),
                    predicted=np.zeros(ITEMS, np.int64), given=np.arange(ITEMS),
                    source=np.zeros(ITEMS, np.uint8), image=(9, 9))
    assert (found.first[0], found.second[0]) == (11, 40)


def test_one_item_or_none_has_no_pairs():
    for count in (0, 1):
        assert len(found_in(pictures()[:count], image=(9, 9))) == 0


def test_minus_zero_is_zero():
    rows = pictures()
    rows[1] = rows[0]
    rows[0, 0, 0], rows[1, 0, 0] = 0.0, -0.0
    assert found_in(rows, image=(9, 9)).exact[0]
    assert equal_rows(np.array([[1], [2], [1]], dtype=np.float32)).tolist() == [[0, 2]]


def test_what_does_not_fit_together_is_refused():
    rows = pictures()
    with pytest.raises(InvalidInput, match="as many rows"):
        similar(rows, rows[:5].reshape(5, -1), np.arange(ITEMS), predicted=np.zeros(ITEMS, int),
                given=np.zeros(ITEMS, int), source=np.zeros(ITEMS, np.uint8))
