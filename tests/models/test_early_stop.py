"""Early stopping: the fifth epoch in a row above the bar, by hand and by training again."""

import pytest
import torch
from tests_numeric import blobs, engine

from cincer.config import ModelSettings
from cincer.models.early_stop import PATIENCE, EarlyStop, accuracy_to_stop_at
from cincer.models.networks import network
from cincer.models.training import from_scratch, initial_state, is_linear


def test_the_fifth_epoch_in_a_row_ends_it():
    early = EarlyStop(0.9)
    said = [bool(early.after(torch.tensor(a))) for a in
            (0.95, 0.95, 0.95, 0.95, 0.89, 0.9, 0.91, 0.92, 1.0, 0.9, 0.9)]
    assert said == [False] * 9 + [True, True]


def test_runs_are_counted_apart():
    early = EarlyStop(0.7, (2, 2))
    low, high = torch.zeros(2, 2), torch.tensor([[0.8, 0.0], [0.0, 0.0]])
    for _ in range(PATIENCE - 1):
        assert not bool(early.after(high).any())
    assert early.after(high).tolist() == [[True, False], [False, False]]
    assert not bool(early.after(low).any())


def test_the_bar_is_lower_without_hidden_layers():
    paper = ModelSettings(early_stop="paper")
    assert (accuracy_to_stop_at(paper, True), accuracy_to_stop_at(paper, False)) == (0.7, 0.9)
    assert accuracy_to_stop_at(ModelSettings(), True) is None
    assert is_linear(network("logreg", (4,), 3, 1))
    assert not is_linear(network("mlp", (4,), 3, 1))


def learned(model, epochs, stop_at=None):
    x, given, _ = blobs(90, noise=0.1)
    net = network(model, (4,), 3, 1)
    seen = torch.zeros(90)
    done = from_scratch(net, initial_state(net), torch.from_numpy(x), torch.from_numpy(given),
                        epochs=epochs, seed=1, seen=seen, stop_at=stop_at)
    return done, torch.cat([p.detach().reshape(-1) for p in net.parameters()]), seen


@pytest.mark.parametrize("model", ["logreg", "mlp"])
def test_a_network_that_stopped_is_the_one_of_so_many_epochs(model):
    done, weights, seen = learned(model, 400, stop_at=0.8)
    assert done.finished
    assert PATIENCE <= done.epochs < 400
    again, same, mean = learned(model, done.epochs)
    assert torch.equal(weights, same)
    assert torch.equal(seen, mean)
    assert again.loss == done.loss
    one_less, _, _ = learned(model, done.epochs - 1, stop_at=0.8)
    assert one_less.epochs == done.epochs - 1


def test_a_bar_out_of_reach_changes_nothing():
    assert torch.equal(learned("mlp", 12, stop_at=1.1)[1], learned("mlp", 12)[1])


def test_the_engine_stops_early_if_it_is_told_to():
    x, given, _ = blobs(120, noise=0.0)
    probs = []
    for early in ("none", "paper"):
        found = engine(x, 3, model="mlp", training="from_scratch", epochs=200, early_stop=early)
        found.enter(range(100), given[:100])
        found.refit()
        probs.append(found.predict(x[:100])[range(100), given[:100]].mean())
    assert probs[1] < probs[0] - 0.01
