"""Training is deterministic, weighted, stoppable, and starts again where it is told to."""

import pytest
import torch
from tests_numeric import blobs
from torch import nn

from cincer.models.networks import Split, network
from cincer.models.training import _batches, from_scratch, initial_state, train
from cincer.rng import derive


def data(rows=90):
    x, given, _ = blobs(rows, noise=0.0)
    return torch.from_numpy(x), torch.from_numpy(given)


def flat(net):
    return torch.cat([p.detach().reshape(-1) for p in net.parameters()])


def test_learns_and_ends_in_inference_mode():
    x, y = data()
    net = network("mlp", (4,), 3, 1)
    found = train(net, x, y, epochs=60, seed=1)
    assert found.finished
    assert found.epochs == 60
    assert not net.training
    assert float((net(x).argmax(1) == y).float().mean()) > 0.9


def test_from_scratch_is_the_same_every_time_whatever_came_before():
    x, y = data()
    net = network("mlp", (4,), 3, 1)
    start = initial_state(net)
    from_scratch(net, start, x, y, epochs=3, seed=1)
    first = flat(net)
    torch.manual_seed(99)
    train(net, x, y, epochs=2, seed=5)
    from_scratch(net, start, x, y, epochs=3, seed=1)
    assert torch.equal(flat(net), first)
    from_scratch(net, start, x, y, epochs=3, seed=2)
    assert not torch.equal(flat(net), first)


def test_the_mean_loss_while_learning_is_that_before_each_step():
    x, y = data()
    net = network("logreg", (4,), 3, 1)
    start = initial_state(net)
    seen, more = torch.zeros(len(y)), torch.zeros(len(y))
    from_scratch(net, start, x, y, epochs=1, seed=1, seen=seen)
    first = next(iter(_batches(torch.randperm(len(y), generator=torch.Generator().manual_seed(
        derive(1, "batches"))))))
    net.load_state_dict(start)
    wanted = nn.functional.cross_entropy(net(x[first]), y[first], reduction="none").detach()
    torch.testing.assert_close(seen[first], wanted)
    done = from_scratch(net, start, x, y, epochs=30, seed=1, seen=more)
    assert done.loss < float(more.mean()) < float(seen.mean())


def test_the_global_generator_is_left_alone():
    x, y = data()
    before = torch.get_rng_state()
    train(network("mlp", (4,), 3, 1), x, y, epochs=1, seed=1)
    assert torch.equal(torch.get_rng_state(), before)


def test_weight_zero_is_as_if_the_label_did_not_matter():
    x, y = data()
    weights = torch.ones(len(y))
    weights[:30] = 0
    wrong = y.clone()
    wrong[:30] = (wrong[:30] + 1) % 3
    nets = []
    for labels in (y, wrong):
        nets.append(network("logreg", (4,), 3, 1))
        train(nets[-1], x, labels, weights, epochs=2, seed=1)
    assert torch.equal(flat(nets[0]), flat(nets[1]))


def test_stops_when_told():
    x, y = data()
    asked = iter([False, False, False, False, True])
    found = train(network("logreg", (4,), 3, 1), x, y, epochs=9, seed=1,
                  should_stop=lambda: next(asked))
    assert not found.finished
    assert found.epochs == 1


def test_no_rows_train_nothing():
    x, y = data()
    net = network("logreg", (4,), 3, 1)
    before = flat(net)
    assert train(net, x[:0], y[:0], epochs=3, seed=1).epochs == 0
    assert torch.equal(flat(net), before)


@pytest.mark.parametrize("rows", [1, 2, 31, 32, 33, 64, 65, 100])
def test_batches_cover_every_row_once_and_never_leave_one_alone(rows):
    parts = list(_batches(torch.arange(rows)))
    assert torch.equal(torch.cat(parts), torch.arange(rows))
    assert all(2 <= len(part) <= 33 for part in parts) or rows == 1


def test_batch_normalisation_survives_a_last_batch_of_one():
    x, y = data(33)
    net = Split(nn.BatchNorm1d(4), nn.Linear(4, 3))
    assert train(net, x, y, epochs=1, seed=1).finished
