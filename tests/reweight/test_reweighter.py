"""Votes of trusted rows: the objective against its parts, steps that never go uphill, a voice that
is lost; and weights as sums of influences."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from relabel_scene import scene

from cincer.kernels.head import residuals
from cincer.kernels.influence import identity_form
from cincer.reweight import Options, reweighter
from cincer.reweight.reweighter import SHARE, STEPS, sure
from cincer.reweight.trust import Sure, Votes, balance, separation

CLASSES = 3


def toy(wrong_voice=True, seed=0):
    """Eight trusted rows whose votes tell clean from wrong; one, if asked, says the opposite."""
    source = torch.Generator().manual_seed(seed)
    side = torch.cat([torch.ones(30), -torch.ones(30)]).double()
    g = side + 0.3 * torch.randn(8, 60, generator=source, dtype=torch.float64)
    if wrong_voice:
        g[5] = -2 * side
    return g, Sure(30, torch.arange(30) % CLASSES), torch.full((8,), 1 / 8)


def test_a_voice_against_what_is_sure_is_lost():
    g, asked, shares = toy()
    votes = Votes(g, asked, shares)
    before = float(separation(votes.weights @ votes._g, 30))
    votes.improve(300)
    found = votes.weights
    assert float(found[5]) == 0
    assert float(found.mean()) == pytest.approx(1)
    assert float(separation(found @ votes._g, 30)) < 0.7 * before


def test_steps_never_go_uphill_and_stay_within_the_bounds():
    g, asked, shares = toy(seed=3)
    votes = Votes(g, asked, shares)
    values = [float(votes.objective(votes.weights))]
    for _ in range(60):
        votes.improve(1)
        values.append(float(votes.objective(votes.weights)))
        assert (votes.weights >= 0).all()
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(values))
    assert values[-1] < values[0] - 0.5


def test_the_scales_of_the_paper_are_eliminated():
    """min over s of L / s^2 + log s is 1/2 + 1/2 log(2 L), so the sum is half that of the
    logarithms and a constant."""
    s = torch.linspace(0.05, 5, 200_001, dtype=torch.float64)
    for loss in (0.03, 0.4, 2.0):
        least = float((loss / s**2 + s.log()).min())
        assert least == pytest.approx(0.5 + 0.5 * torch.tensor(2 * loss).log().item(), abs=1e-6)


def test_balance_is_zero_only_for_equal_shares_whatever_the_scale():
    labels = torch.tensor([0, 0, 1, 1, 2, 2])
    even = torch.tensor([1.0, 1, 2, 0, -3, 2]).double()
    assert float(balance(even, labels)) == pytest.approx(0, abs=1e-12)
    skewed = torch.tensor([4.0, 0, 1, 0, 1, 0]).double()
    shares = torch.tensor([4 / 6, 1 / 6, 1 / 6]).double()
    wanted = float((shares * (3 * shares).log()).sum())
    assert float(balance(skewed, labels)) == pytest.approx(wanted)
    assert float(balance(7 * skewed, labels)) == pytest.approx(wanted)


def test_sure_rows_are_of_every_class_and_never_both():
    top, _, _, _ = scene(rows=200, classes=4)
    plus, minus = sure(top.probs, top.labels, 0.1)
    assert not set(plus.tolist()) & set(minus.tolist())
    assert set(top.labels[plus].tolist()) == set(top.labels[minus].tolist()) == set(range(4))
    own = top.probs.gather(1, top.labels[:, None])[:, 0]
    assert float(own[plus].min()) > float(own[minus].max())
    alone = sure(top.probs[:1], top.labels[:1], 0.5)
    assert [len(side) for side in alone] == [0, 0]


def test_weights_are_what_the_summed_influences_say():
    top, known, _, _ = scene(rows=120)
    g = identity_form(known.features, residuals(known.probs, known.labels),
                      top.features, residuals(top.probs, top.labels))
    plus, minus = sure(top.probs, top.labels, SHARE)
    votes = Votes(g[:, torch.cat([plus, minus])], Sure(len(plus), top.labels[plus]), known.shares)
    for epochs in (1, 2):
        votes.improve(STEPS)
        found = reweighter("reweighter", Options(epochs=epochs))(top, known)
        torch.testing.assert_close(found.weights, torch.sigmoid(votes.weights @ g / votes.scale))


def test_a_few_wrong_trusted_labels_do_less_harm_than_with_all_votes_alike():
    top, known, true, _ = scene(rows=600, held=60, noise=0.3)
    bad = known.labels.clone()
    bad[:15] = (bad[:15] + 1) % CLASSES
    spoilt = replace(known, labels=bad)
    right = top.labels == true

    def auc(name):
        weights = reweighter(name)(top, spoilt).weights
        above = weights[right][:, None] - weights[~right]
        return float((above > 0).double().mean() + 0.5 * (above == 0).double().mean())

    assert auc("reweighter") > auc("l2rw") + 0.02
