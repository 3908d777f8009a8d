"""LSW against the paper's algorithm, and what it does on data it should work on."""

import numpy as np
import pytest
import torch
from relabel_scene import scene

from cincer.kernels.head import with_bias
from cincer.kernels.top import top_layer
from cincer.reweight import Options, reweighter, trusted
from cincer.reweight.lsw import chain, latent, literal, weight_of
from cincer.reweight.passes import losses_of, scaled


def clusters(rows=400, wrong=0.4, seed=0):
    """Two far clusters, a share of the labels flipped, ten trusted examples of each. float64."""
    source = np.random.default_rng(seed)
    true = source.integers(2, size=rows + 20)
    true[rows:] = np.arange(20) % 2
    x = source.normal(size=(rows + 20, 2)) / 2 + np.array([4.0, 0.0]) * (2 * true - 1)[:, None]
    given = np.where(source.random(rows + 20) < wrong, 1 - true, true)
    features = with_bias(torch.from_numpy(x))
    top = top_layer(features[:rows], torch.full((rows, 2), 0.5).double(),
                    torch.from_numpy(given[:rows]), damping=0.1)
    known = trusted(features[rows:], torch.from_numpy(true[rows:]), torch.zeros(2, 3).double())
    return top, known, torch.from_numpy(given[:rows] != true[:rows])


def auc(weights, wrong):
    less = weights[wrong][:, None] < weights[~wrong][None, :]
    return float(less.double().mean())


def test_two_clusters_come_apart():
    """L4."""
    top, known, wrong = clusters()
    found = reweighter("lsw", Options(history=True, epochs=60))(top, known)
    assert float(found.weights[wrong].max()) < 0.3
    assert float(found.weights[~wrong].min()) > 0.5
    assert auc(found.weights, wrong) > 0.95
    assert torch.equal(found.clean, ~wrong)
    by_epoch = found.history.weights[:20].double()
    noisy, clean = (by_epoch[:, part].mean(dim=1) for part in (wrong, ~wrong))
    assert (noisy.diff() <= 0).all()
    assert (clean.diff() >= 0).all()


@pytest.mark.parametrize("name", ["lsw", "lsw_literal", "lsw_chain"])
def test_weights_are_a_half_before_they_begin_to_move(name):
    """L5: the first two epochs, exactly."""
    top, known, _ = clusters()
    found = reweighter(name, Options(history=True, epochs=3, batch=50))(top, known)
    assert (found.history.weights[:2] == 0.5).all()
    assert (found.history.weights[2] != 0.5).any()


def test_without_steps_of_the_weights_the_head_is_that_of_equal_weights():
    """L6: weight_rate 0 gives the losses of plain training, as far as the history's half precision
    tells them apart."""
    top, known, _ = clusters()
    still = reweighter("lsw", Options(weight_rate=0, history=True, batch=50))(top, known)
    assert (still.weights == 0.5).all()
    data = scaled(top, known, torch.arange(400))
    plain = _plain_training(data, Options(batch=50))
    kept = still.history.losses[-1].double()
    assert torch.allclose(losses_of(data, plain), kept, rtol=1e-3, atol=1e-6)


def _plain_training(data, options):
    from cincer.reweight.history import Recorder
    from cincer.reweight.passes import learn

    class Equal:
        def step(self, at):
            return at.head - at.rate * at.residuals.T @ at.features / len(at.at)

        def weights(self, losses):
            return torch.ones_like(losses)

    return learn(data, Equal(), options, Recorder(False))


def test_printed_literally_it_forgets():
    """L3: without a gradient four visits bring weights back to 0.5, to 3 digits."""
    a = torch.tensor([0.0, 0.1, 0.5, 0.9, 1.0], dtype=torch.float64)
    for _ in range(4):
        a, again = literal(a, torch.zeros(5).double(), 8.0)
        assert torch.equal(a, again)
    known = torch.tensor([0.498, 0.498, 0.5, 0.502, 0.502], dtype=torch.float64)
    assert torch.allclose(a, known, atol=5e-4)


def test_latent_values_are_kept_and_bounded():
    u = torch.tensor([0.5, 3.0, -7.9], dtype=torch.float64)
    moved, a = latent(u, torch.tensor([0.0, -1.0, 2.0]).double(), 8.0)
    assert moved.tolist() == [0.5, 4.0, -8.0]
    assert torch.equal(a, weight_of(moved))
    assert float(a[0]) == 0.5
    slow, _ = chain(u, torch.full((3,), -1.0).double(), 8.0)
    slope = weight_of(u) * (1 - weight_of(u))
    assert torch.allclose(slow, u + slope, atol=1e-15)


def test_a_trusted_row_never_weighs_itself():
    """The same rows with and without their own numbers in the trusted set: where they are known to
    be the same examples, they keep weight 1 and the others' weights are learned without them."""
    top, known, _, _ = scene(among=10)
    found = reweighter("lsw")(top, known)
    assert (found.weights[:10] == 1).all()
    rest = torch.arange(10, 150)
    alone = reweighter("lsw")(top, known, rest)
    assert torch.equal(found.weights, alone.weights)


def test_as_in_the_note_on_digits_latent_beats_literal():
    """Digits, 40 % symmetric noise, 10 trusted labels a class: latent finds the wrong labels
    (AUC above 0.97, F1 above 0.85), literal forgets (a lower AUC, F1 near 0)."""
    pytest.importorskip("sklearn")
    top, known, wrong = _digits()
    best, printed = (reweighter(name)(top, known) for name in ("lsw", "lsw_literal"))
    assert auc(best.weights, wrong) > 0.97
    assert auc(printed.weights, wrong) < 0.97
    assert _f1(best, wrong) > 0.85
    assert _f1(printed, wrong) < 0.1


def _f1(found, wrong):
    called = ~found.clean
    both = int((called & wrong).sum())
    return 2 * both / (int(called.sum()) + int(wrong.sum()))


def _digits():
    from cincer.rng import generator
    from cincer_streams.datasets import load
    from cincer_streams.noise import NoiseSpec, corrupt

    part = load("digits").train
    x = torch.from_numpy(part.encoded(load("digits").schema)).flatten(1)
    order = generator(0, "trusted").permutation(len(part))
    first = np.concatenate([order[part.labels[order] == c][:10] for c in range(10)])
    rest = np.setdiff1d(np.arange(len(part)), first)
    given = corrupt(part.labels[rest], NoiseSpec(10, 0.4), generator(0, "noise")).given
    features = with_bias(x)
    top = top_layer(features[rest], torch.full((len(rest), 10), 0.1), torch.from_numpy(given),
                    damping=0.1)
    known = trusted(features[first], torch.from_numpy(part.labels[first]), torch.zeros(10, 65))
    return top, known, torch.from_numpy(given != part.labels[rest])
