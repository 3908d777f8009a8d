"""Scores, the dictionary, its draws, anchors: F6, F7."""

import pytest
import torch

from cincer.reweight.fsr import anchors
from cincer.reweight.fsr.dictionary import Dictionary, lowest, share
from cincer.reweight.fsr.scores import Scores

LABELS = torch.tensor([0, 1, 0, 1, 0, 3, 3, 0])
VALUES = torch.tensor([5.0, 1.0, 2.0, 0.0, 2.0, 9.0, 8.0, 1.0])


@pytest.mark.parametrize("margin", [0.3, -2.0])
def test_scores_after_constant_margins(margin):
    """F6: s = -c (1 - .9^t)."""
    scores = Scores(3, 0.9)
    for _ in range(7):
        scores.saw(torch.tensor([1]), torch.tensor([margin], dtype=torch.float64))
    assert float(scores.values[1]) == pytest.approx(-margin * (1 - 0.9**7), abs=1e-12)
    assert scores.values[[0, 2]].tolist() == [0, 0]
    assert scores.seen.tolist() == [0, 7, 0]


def test_lowest_of_each_class():
    assert lowest(VALUES, LABELS, torch.tensor([2, 5, 1, 1])).tolist() == [7, 2, 3, 1, 6]
    assert lowest(VALUES, LABELS, torch.zeros(4, dtype=torch.int64)).tolist() == []
    none = torch.empty(0)
    assert lowest(none, none.long(), torch.tensor([2, 2])).tolist() == []


def test_equal_scores_take_the_earlier_row():
    assert lowest(torch.zeros(5), torch.zeros(5).long(), torch.tensor([3])).tolist() == [0, 1, 2]


def test_shares_go_to_classes_that_occur():
    """F7: capacity / K each."""
    assert share(12, LABELS, 4).tolist() == [4, 4, 0, 4]
    assert share(2, LABELS, 4).tolist() == [1, 1, 0, 1]
    assert share(12, LABELS[:0], 4).tolist() == [0, 0, 0, 0]


def test_anchors_make_up_for_what_people_have_not_verified():
    verified = torch.tensor([1, 9, 0, 3])
    assert anchors(VALUES, LABELS, verified, enough=3).tolist() == [7, 2, 3, 1][:2]
    assert anchors(VALUES, LABELS, torch.full((4,), 10)).tolist() == []
    assert len(anchors(VALUES, LABELS, torch.zeros(4).long())) == len(LABELS)


def draws(dictionary, count, times=200):
    source = torch.Generator().manual_seed(0)
    return [dictionary.draw(count, source) for _ in range(times)]


def test_draws_take_each_class_equally():
    pool = torch.tensor([10, 11, 12, 13, 14, 15, 16])
    labels = torch.tensor([2, 0, 0, 2, 0, 0, 2])
    dictionary = Dictionary(pool, labels)
    own = dict(zip(pool.tolist(), labels.tolist(), strict=True))
    drawn = draws(dictionary, 6)
    for entries, given in drawn:
        assert torch.bincount(given).tolist() == [3, 0, 3]
        assert [own[e] for e in entries.tolist()] == given.tolist()
        assert len(set(entries[given == 0].tolist())) == 3
    counts = torch.bincount(torch.cat([entries for entries, _ in drawn]))[10:]
    assert counts[labels == 2].tolist() == [200] * 3
    assert (counts[labels == 0] - 150).abs().max() < 40


def test_a_class_that_is_short_is_gone_through_again():
    dictionary = Dictionary(torch.tensor([4, 7, 8]), torch.tensor([0, 1, 1]))
    for entries, labels in draws(dictionary, 8, 5):
        assert torch.bincount(labels).tolist() == [4, 4]
        assert sorted(entries[labels == 1].tolist()) == [7, 7, 8, 8]
        assert entries[labels == 0].tolist() == [4] * 4


def test_each_class_is_drawn_even_if_fewer_are_asked_for():
    entries, labels = Dictionary(torch.arange(3), torch.arange(3)).draw(1, torch.Generator())
    assert sorted(labels.tolist()) == sorted(entries.tolist()) == [0, 1, 2]


def test_nothing_is_drawn_from_nothing():
    none = torch.empty(0, dtype=torch.int64)
    entries, labels = Dictionary(none, none).draw(5, torch.Generator())
    assert len(entries) == len(labels) == 0
