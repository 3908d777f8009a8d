"""Doubts that are kept up to date, against doubts computed anew."""

import numpy as np
import pytest
import torch
from tests_numeric import blobs

from cincer.kernels.kernel_ridge import against, floored, neighbours_say
from cincer.models import neighbour_doubt
from cincer.models.known import KnownRows
from cincer.models.neighbour_doubt import NeighbourDoubt
from cincer.models.support import Support


class World:
    """Known rows and their doubts; inputs are looked up by row number."""

    def __init__(self, count, classes=3):
        x, self.given, self.true = blobs(1000, classes=classes)
        self.x, self.classes = torch.from_numpy(x), classes
        self.known = KnownRows(2, classes)
        self.fetched = 0
        self.doubt = NeighbourDoubt(self.known, self.inputs)
        self.enter(count)

    def inputs(self, rows):
        self.fetched += len(rows)
        return self.x[rows]

    def enter(self, count):
        rows = np.arange(self.known.count, self.known.count + count)
        self.known.append(rows, torch.zeros(count, 2), self.given[rows],
                          np.ones(count, dtype=np.float32), torch.zeros(count, self.classes))

    def relabel(self, row):
        self.known.change(row, (int(self.known.labels[row]) + 1) % self.classes, 1.0)

    def leave(self, row):
        self.known.change(row, int(self.known.labels[row]), 0.0)

    @property
    def live(self):
        return torch.nonzero(self.known.weights > 0)[:, 0]

    def rest(self):
        while self.doubt.idle():
            pass

    def anew(self):
        """The doubts of all live rows by the present width and ridge, nothing kept."""
        live, centre = self.live, self.doubt._centre
        support = Support(self.doubt._support.shape, self.x.shape[1], self.classes, 1000)
        support.add(live, self.x[live].double() - centre, self.known.labels[live])
        return against(floored(support.left_out()), self.known.labels[live])

    def agrees(self):
        return torch.allclose(self.doubt.of(self.live), self.anew(), rtol=0, atol=1e-8)


def small(monkeypatch, support=60, fresh=5):
    monkeypatch.setattr(neighbour_doubt, "SUPPORT", support)
    monkeypatch.setattr(neighbour_doubt, "FRESH", fresh)


def test_it_is_kernel_ridge_with_each_row_left_out():
    world = World(150)
    said = neighbours_say(world.x[:150], world.known.labels, 3)
    wanted = against(said, world.known.labels)
    assert torch.allclose(world.doubt.of(world.live), wanted, rtol=0, atol=1e-8)
    assert world.doubt.behind == 0


def test_it_stays_so_while_rows_change_enter_and_leave():
    world = World(80)
    assert world.agrees()
    draws = np.random.default_rng(3)
    for turn in range(60):
        row = int(draws.choice(world.live.numpy()))
        [world.relabel, world.leave, lambda row: world.enter(1)][turn % 3](row)
        assert world.agrees()
    assert world.doubt.behind == 0


def test_a_row_that_comes_back_counts_again():
    world = World(60)
    before = world.doubt.of(world.live)
    world.leave(7)
    world.doubt.of(world.live)
    world.known.change(7, int(world.known.labels[7]), 1.0)
    assert torch.allclose(world.doubt.of(world.live), before, rtol=0, atol=1e-9)


def test_a_change_of_labels_fetches_no_inputs():
    world = World(100)
    world.doubt.of(world.live)
    world.fetched = 0
    world.relabel(3)
    world.doubt.of(world.live)
    assert world.fetched == 0
    world.enter(1)
    world.doubt.of(world.live)
    assert world.fetched == 1


def test_the_wrong_labels_are_doubted_most():
    world = World(400)
    doubts = world.doubt.of(world.live)
    wrong = torch.from_numpy(world.given[:400] != world.true[:400])
    assert float(wrong[doubts.argsort(descending=True)[:40]].double().mean()) > 0.95


def test_rows_outside_the_support_are_told_by_it(monkeypatch):
    small(monkeypatch)
    world = World(300)
    doubts = world.doubt.of(world.live)
    looked = ~doubts.isnan()
    assert int(looked.sum()) == 65
    assert world.doubt.behind == 235
    world.rest()
    assert world.doubt.behind == 0
    support = world.doubt._support
    outside = torch.nonzero(world.doubt._slots < 0)[:, 0]
    said = support.say(world.x[outside].double() - world.doubt._centre)
    wanted = against(floored(said), world.known.labels[outside])
    assert torch.allclose(world.doubt.of(outside), wanted, rtol=0, atol=1e-4)


def test_the_rows_that_matter_are_never_stale(monkeypatch):
    """Those asked for first are looked at at once, the others in idle time."""
    small(monkeypatch)
    world = World(300)
    world.doubt.of(world.live)
    world.rest()
    outside = torch.nonzero(world.doubt._slots < 0)[:, 0]
    before = world.doubt.of(outside)
    world.relabel(int(world.doubt._support.rows[0]))
    now = world.doubt.of(outside)
    assert world.doubt.behind == len(outside) - 5
    assert torch.equal(now[5:], before[5:])
    world.rest()
    after = world.doubt.of(outside)
    assert torch.equal(now[:5], after[:5])
    assert not torch.equal(before, after)


def test_another_label_outside_the_support_concerns_that_row_alone(monkeypatch):
    small(monkeypatch)
    world = World(300)
    world.doubt.of(world.live)
    world.rest()
    outside = int(torch.nonzero(world.doubt._slots < 0)[0])
    before = world.doubt.of(world.live)
    world.relabel(outside)
    assert torch.nonzero(world.doubt.of(world.live) != before)[:, 0].tolist() == [outside]
    assert world.doubt.behind == 0


def test_who_leaves_the_support_makes_room(monkeypatch):
    small(monkeypatch)
    world = World(300)
    world.doubt.of(world.live)
    world.leave(int(world.doubt._support.rows[10]))
    world.enter(1)
    world.doubt.of(world.live)
    assert world.doubt._support.rows.tolist().count(300) == 1
    assert world.doubt._support.count == 60


def test_width_and_ridge_are_chosen_again_when_a_quarter_has_come(monkeypatch):
    asked = []
    whole = neighbour_doubt.choose

    def choose(inputs, targets):
        asked.append(len(inputs))
        return (yield from whole(inputs, targets))

    monkeypatch.setattr(neighbour_doubt, "choose", choose)
    world = World(100)
    world.doubt.of(world.live)
    world.enter(24)
    world.rest()
    assert asked == [100]
    world.enter(1)
    world.rest()
    assert asked == [100, 125]
    assert world.agrees()


def test_changes_while_it_is_chosen_again_are_not_lost():
    world = World(100)
    world.doubt.of(world.live)
    world.enter(30)
    world.doubt.idle()
    world.relabel(4)
    world.leave(5)
    world.enter(2)
    world.rest()
    assert world.agrees()


def test_nothing_is_done_before_the_first_question():
    world = World(50)
    assert not world.doubt.idle()
    assert world.fetched == 0


@pytest.mark.parametrize("count", [1, 2, 40])
def test_where_inputs_say_nothing_the_shares_do(count):
    world = World(count)
    world.x = torch.zeros_like(world.x)
    labels = world.known.labels
    shares = torch.bincount(labels, minlength=3).double() / count
    wanted = against(floored(shares.expand(count, -1)), labels)
    assert torch.allclose(world.doubt.of(world.live), wanted)
    world.rest()
