"""The group of a row: each of the four conditions, planted."""

import torch

from cincer.kernels.group import similar


def scene():
    """Twelve rows of class 0 on a line, row i at i; the machine takes them for class 1."""
    features = torch.zeros(12, 3)
    features[:, 0] = torch.arange(12.0)
    features[:, 2] = 1
    probs = torch.tensor([0.2, 0.7, 0.1]).repeat(12, 1)
    return features, probs, torch.zeros(12, dtype=torch.int64), torch.arange(12), torch.ones(12)


def found(row, *, size=10, **changed):
    names = ("features", "probs", "labels", "candidates", "influences")
    given = dict(zip(names, scene(), strict=True)) | changed
    return similar(*given.values(), row, size).tolist()


def test_the_row_itself_then_the_nearest():
    assert found(0) == [0, 1, 2, 3, 4, 5]
    assert found(5, size=3)[0] == 5
    assert set(found(5, size=3)) == {4, 5, 6}


def test_other_labels_are_left_out():
    labels = scene()[2]
    labels[1] = 2
    assert 1 not in found(0, labels=labels)


def test_doubts_in_another_direction_are_left_out():
    probs = scene()[1]
    probs[1] = torch.tensor([0.2, 0.0, 0.8])
    probs[2] = torch.tensor([0.9, 0.09, 0.01])
    assert found(0, probs=probs)[:2] == [0, 2]


def test_what_pushes_the_suspect_the_other_way_is_left_out():
    influences = scene()[4]
    influences[:4] = torch.tensor([-2.0, 1.0, -0.1, 3.0])
    assert found(0, influences=influences) == [0, 2]


def test_only_candidates_are_looked_at():
    assert found(0, candidates=torch.tensor([0, 3, 9]), influences=torch.ones(3)) == [0, 3]


def test_alone():
    assert found(4, candidates=torch.tensor([4]), influences=torch.ones(1)) == [4]


def test_a_row_without_influence_or_doubt_stands_alone():
    probs = torch.tensor([1.0, 0.0, 0.0]).repeat(12, 1)
    assert found(0, probs=probs) == [0]
