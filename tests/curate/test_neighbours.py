"""Neighbours by cosine: exact within groups, nearly so among many."""

import pytest
import torch

from cincer.curate import neighbours as module
from cincer.curate.neighbours import nearest, nearest_to
from cincer.errors import InvalidInput


def rows(count, columns=6, seed=0):
    return torch.randn(count, columns, generator=torch.Generator().manual_seed(seed),
                       dtype=torch.float64)


def by_hand(x, count, groups=None):
    near = (x @ x.T) / torch.outer(x.norm(dim=1), x.norm(dim=1))
    near.fill_diagonal_(-torch.inf)
    if groups is not None:
        near[groups[:, None] != groups[None]] = -torch.inf
    return near.topk(count, dim=1)


@pytest.mark.parametrize("block", [7, 1024])
def test_all_with_all(monkeypatch, block):
    monkeypatch.setattr(module, "BLOCK", block)
    x = rows(50)
    numbers, cosines = nearest(x, 4)
    wanted = by_hand(x, 4)
    torch.testing.assert_close(cosines, wanted.values)
    assert (numbers == wanted.indices).all()


def test_within_groups_only():
    x, groups = rows(50), torch.arange(50) % 3
    numbers, cosines = nearest(x, 3, groups=groups)
    torch.testing.assert_close(cosines, by_hand(x, 3, groups).values)
    assert (groups[numbers] == groups[:, None]).all()


def test_where_there_are_fewer_nothing_stands_in():
    numbers, cosines = nearest(rows(3), 5, groups=torch.tensor([0, 0, 1]))
    assert numbers[:, 0].tolist() == [1, 0, -1]
    assert (numbers[:, 1:] == -1).all()
    assert (cosines[numbers == -1] == -torch.inf).all()


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_has_no_neighbours(count):
    assert (nearest(rows(count), 2)[0] == -1).all()


def test_a_row_of_zeros_is_near_nothing():
    x = rows(5)
    x[2] = 0
    _, cosines = nearest(x, 4)
    assert (cosines[2] == 0).all()


def test_among_many_nearly_all_near_ones_are_found(monkeypatch):
    monkeypatch.setattr(module, "EXACT", 100)
    x = rows(3000, 8)
    x[1500:] = x[:1500] + 0.05 * rows(1500, 8, seed=1)
    numbers, _ = nearest(x, 2)
    found = numbers[:, 0] == by_hand(x, 2).indices[:, 0]
    assert found.double().mean() > 0.95
    assert all(len(set(row)) == len(row) for row in numbers.tolist() if -1 not in row)
    assert (numbers == nearest(x, 2)[0]).all()


def test_of_one_as_of_all():
    x = rows(40)
    numbers, cosines = nearest(x, 3)
    for row in (0, 7, 39):
        at, near = nearest_to(x, row, 3)
        assert torch.equal(at, numbers[row])
        torch.testing.assert_close(near, cosines[row])
    assert nearest_to(x[:3], 1, 9)[0].shape == (2,)
    assert nearest_to(x[:1], 0, 9)[0].shape == (0,)
    with pytest.raises(InvalidInput, match="0 to 39"):
        nearest_to(x, 40, 3)


def test_equal_rows_meet_whatever_the_centres(monkeypatch):
    monkeypatch.setattr(module, "EXACT", 100)
    x = rows(1000, 5)
    x[999] = x[0]
    for seed in range(5):
        assert int(nearest(x, 1, seed=seed)[0][999, 0]) == 0


def test_what_has_no_neighbours_is_refused():
    with pytest.raises(InvalidInput, match="rows"):
        nearest(rows(4)[0], 1)
    with pytest.raises(InvalidInput, match="one at least"):
        nearest(rows(4), 0)
