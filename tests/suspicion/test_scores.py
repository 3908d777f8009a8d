"""Each score against its closed form, in float64, to 1e-10; ranks by counting."""

import pytest
import torch

from cincer.kernels.fisher import fisher
from cincer.kernels.head import gradients
from cincer.suspicion import rank, suspicion
from cincer.suspicion.expected_gradient_length import expected_gradient_length
from cincer.suspicion.fisher_value import fisher_value
from cincer.suspicion.gradient_norm import gradient_norm
from cincer.suspicion.influence_norm import influence_norm
from cincer.suspicion.margin import inconsistency, margin

from .scene import known_suspects, part, scene

RAW = {"gradient_norm": gradient_norm, "expected_gradient_length": expected_gradient_length,
       "influence_norm": influence_norm, "fisher_value": fisher_value}


def raw(name, top, suspects):
    return RAW[name](suspects.features, suspects.probs, suspects.given, top)


def gradient_by_autograd(weights, x, label):
    """The gradient (K, P) of the cross-entropy of one example."""
    w = weights.clone().requires_grad_()
    loss = torch.nn.functional.cross_entropy((w @ x)[None], torch.tensor([label]))
    return torch.autograd.grad(loss, w)[0]


def head_of(top):
    """Weights with the probabilities of `top`, up to a constant: by least squares."""
    logits = top.probs.log()
    return torch.linalg.lstsq(top.features, logits - logits.mean(dim=1, keepdim=True)).solution.T


def close(found, right):
    torch.testing.assert_close(found, right, rtol=1e-10, atol=1e-10)


def test_margin_by_hand():
    probs = torch.tensor([[0.7, 0.2, 0.1], [0.7, 0.2, 0.1], [1.0, 0.0, 0.0]])
    found = margin(probs, torch.tensor([0, 1, 2]))
    assert found.tolist() == pytest.approx([0.0, 0.5, 1.0])
    assert inconsistency(found).tolist() == pytest.approx([0.5, 0.75, 1.0])


def test_gradient_norm_is_that_of_autograd():
    top, suspects = scene()
    weights = head_of(top)
    wanted = torch.stack([gradient_by_autograd(weights, x, y).norm() for x, y in zip(
        suspects.features, suspects.given.tolist(), strict=True)])
    close(raw("gradient_norm", top, suspects), wanted)


def test_expected_gradient_length_is_the_mean_over_the_labels():
    top, suspects = scene()
    weights = head_of(top)
    wanted = torch.stack([
        sum(float(p[k]) * gradient_by_autograd(weights, x, k).norm() for k in range(4))
        for x, p in zip(suspects.features, suspects.probs, strict=True)])
    close(raw("expected_gradient_length", top, suspects), wanted)


def inverse_fisher(top):
    matrix = fisher(top.features, top.probs, top.weights)
    return torch.linalg.inv(matrix + top.damping * torch.eye(len(matrix), dtype=torch.float64))


def test_influence_norm_and_fisher_value_by_the_inverse_matrix():
    top, suspects = scene()
    flat = gradients(suspects.features, suspects.probs, suspects.given).flatten(1)
    inverse = inverse_fisher(top)
    close(raw("influence_norm", top, suspects), (flat @ inverse).norm(dim=1))
    close(raw("fisher_value", top, suspects), ((flat @ inverse) * flat).sum(dim=1))


def test_the_ranks_order_suspects_as_the_scores_do():
    top, suspects = scene(known=20, outside=200)
    for name in RAW:
        doubted = part(suspects, suspects.doubted)
        found = suspicion(name)(lambda: top)(doubted)
        own = raw(name, top, doubted)
        assert torch.equal(found.argsort(), own.argsort()), name
        assert len(set(found.tolist())) == len(found), name


def test_a_rank_is_the_share_of_the_known_below():
    top, suspects = scene(known=50)
    doubted = part(suspects, suspects.doubted)
    for name in RAW:
        found = suspicion(name)(lambda: top)(doubted)
        known, own = raw(name, top, known_suspects(top)), raw(name, top, doubted)
        below = (known[None] < own[:, None]).sum(dim=1)
        assert bool((found * 51 >= below - 1e-9).all()), name
        assert bool((found * 51 <= below + 1 + 1e-9).all()), name


def test_a_threshold_on_a_rank_means_the_same_in_any_unit():
    top, suspects = scene()
    score = suspicion("gradient_norm")
    plain = score(lambda: top)(suspects)
    scaled_top, scaled = _in_another_unit(top, suspects, 1000.0)
    torch.testing.assert_close(score(lambda: scaled_top)(scaled), plain, rtol=1e-9, atol=1e-9)
    assert float(raw("gradient_norm", scaled_top, scaled)[0]) > 100 * float(
        raw("gradient_norm", top, suspects)[0])


def _in_another_unit(top, suspects, factor):
    from dataclasses import replace
    return (replace(top, features=top.features * factor),
            replace(suspects, features=suspects.features * factor))


def test_ranks_by_hand():
    reference = torch.tensor([1.0, 2.0, 2.0, 4.0, torch.inf])
    found = rank.ranks(torch.tensor([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0]), reference)
    assert found.tolist() == pytest.approx(
        [0, 0.1, 0.2, 0.3, 0.4, 0.7, 0.8, 0.9], abs=1e-7)
    empty = rank.ranks(torch.tensor([3.0]), torch.tensor([]))
    gone = rank.ranks(torch.tensor([3.0]), torch.tensor([torch.inf]))
    assert (float(empty), float(gone)) == (0, 0)
    assert rank.ranks(torch.tensor([0.0, 1.0]), torch.tensor([0.0, 0.0])).tolist() == [0, 1]


def test_who_has_left_is_not_compared_with():
    weights = torch.ones(60, dtype=torch.float64)
    weights[::2] = 0
    top, suspects = scene(weights=weights)
    score = suspicion("gradient_norm")(lambda: top)
    few = _only(top, weights > 0)
    close(score(suspects), suspicion("gradient_norm")(lambda: few)(suspects))


def _only(top, rows):
    from dataclasses import replace
    return replace(top, features=top.features[rows], probs=top.probs[rows],
                   labels=top.labels[rows], weights=top.weights[rows])


def test_the_reference_is_spread_over_all_that_is_known():
    assert rank.evenly(3, 10).tolist() == [0, 1, 2]
    assert rank.evenly(0, 10).tolist() == []
    spread = rank.evenly(1000, 256)
    assert (len(spread), int(spread[0]), int(spread[-1])) == (256, 0, 996)
    assert set(spread.diff().tolist()) == {3, 4}


def test_random_is_spread_evenly_and_fixed_by_seed_and_position():
    top, suspects = scene(outside=2000)
    doubted = part(suspects, suspects.doubted)
    one, other = (suspicion("random", seed=s)(lambda: top)(doubted) for s in (1, 2))
    assert float(one.mean()) == pytest.approx(0.5, abs=0.05)
    assert float(one.std()) == pytest.approx(12**-0.5, abs=0.03)
    assert float(one.max()) < 1
    assert not torch.equal(one, other)
    moved = scene(outside=2000, damping=0.5)[1]
    both = suspects.doubted & moved.doubted
    again = suspicion("random", seed=1)(lambda: top)(part(moved, both))
    assert torch.equal(again, suspicion("random", seed=1)(lambda: top)(part(suspects, both)))
