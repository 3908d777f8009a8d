"""Training by batch losses on noisy blobs."""

import pytest
import torch
from tests_numeric import blobs
from torch import nn

from cincer.errors import InvalidInput
from cincer.relabel.by_loss import BY_LOSS, LossOptions, Training, by_loss, estimate, predict, train

QUICK = Training(epochs=12, ramp=4, decay_from=6, batch=32, rate=1e-2)


def data(noise=0.4, rows=600):
    x, given, true = blobs(rows, 6, 4, noise=noise, seed=2)
    return torch.from_numpy(x), torch.from_numpy(given), torch.from_numpy(true)


def make():
    return nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 4))


def run(name, training=QUICK, noise=0.4):
    x, given, true = data(noise)
    networks = []
    weight = 0.5 if name == "rdia_ls_released" else 0.05
    strategy = by_loss(name, LossOptions(relabel_loss_weight=weight))
    epochs = list(train(make, strategy, x, given, noise, training, trained=networks.extend))
    return networks, epochs, (predict(networks[0], x).argmax(dim=1) == true).double().mean()


@pytest.mark.parametrize("name", BY_LOSS)
def test_learns_through_the_noise(name):
    networks, epochs, accuracy = run(name)
    assert [each.epoch for each in epochs] == list(range(12))
    assert len(networks) == by_loss(name).networks
    assert accuracy > 0.85


@pytest.mark.parametrize("name", ["rdia_ls", "co_teaching"])
def test_what_is_kept_is_mostly_clean(name):
    _, given, true = data()
    _, epochs, _ = run(name)
    clean = given == true
    purity = [float(clean[each.kept].double().mean()) for each in epochs]
    assert purity[0] == pytest.approx(float(clean.double().mean()))
    assert purity[-1] > 0.9


def test_same_seed_same_networks():
    ends = [predict(run("rdia_ls")[0][0], data()[0]) for _ in range(2)]
    assert torch.equal(*ends)


def test_the_rate_falls_and_the_moment_shortens():
    paper = Training()
    assert paper.learning(0) == (1e-3, 0.9)
    assert paper.learning(80) == (1e-3, 0.1)
    assert paper.learning(140) == pytest.approx((5e-4, 0.1))
    assert paper.learning(199)[0] == pytest.approx(1e-3 / 120)


@pytest.mark.parametrize("noise", [0.1, 0.4])
def test_the_noise_rate_estimated(noise):
    x, given, true = data(noise, 2000)
    found = estimate(make, by_loss("erm"), x, given,
                     Training(epochs=3, ramp=1, decay_from=3, batch=32, rate=1e-2))
    real = float((given != true).double().mean())
    assert real - 0.03 < found < real + 0.08


def test_bad_training():
    with pytest.raises(InvalidInput, match="at least 1"):
        Training(epochs=0)
