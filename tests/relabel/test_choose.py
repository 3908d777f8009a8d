"""The threshold chosen by the loss on held-out examples."""

import pytest
import torch
from relabel_scene import scene

from cincer.errors import InvalidInput
from cincer.relabel import Options, Threshold, relabeller
from cincer.relabel.choose import Selection, by_validation


def make(threshold):
    return relabeller("rdia", Options(threshold=threshold))


def test_the_lowest_loss_wins_and_every_trial_is_told():
    top, known, _, head = scene(300, 2)
    selection = Selection(known.features, known.labels)
    grid = [Threshold(q, "quantile") for q in (1.0, 0.9, 0.7, 0.5)]
    best, tried = by_validation(make, top, known, selection, grid, start=head.weights)
    assert [each.threshold for each in tried] == grid
    assert best.loss == min(each.loss for each in tried)
    assert best.loss < tried[0].loss
    assert len(tried[0].suggestions) == 0
    slow = torch.nn.functional.cross_entropy(known.features @ best.fit.weights.T, known.labels)
    assert best.loss == pytest.approx(float(slow))


def test_nothing_to_choose_from():
    top, known, _, _ = scene()
    with pytest.raises(InvalidInput, match="no threshold"):
        by_validation(make, top, known, Selection(known.features, known.labels), [])
