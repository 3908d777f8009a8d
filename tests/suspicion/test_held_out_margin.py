"""The held-out margin against heads that are really fitted without the fold, or the row."""

import pytest
import torch

from cincer.kernels.fisher import fisher
from cincer.kernels.fold_heads import FOLDS, fold_probabilities, fold_steps
from cincer.kernels.head import gradients, probabilities
from cincer.kernels.newton import Rows, fit
from cincer.suspicion import suspicion
from cincer.suspicion.margin import margin

from .scene import known_suspects, part, scene


def without(top, keep):
    """The head really fitted to the rows `keep`, the prior's strength as it was."""
    rows = Rows(top.features[keep], top.labels[keep], top.weights[keep], top.probs.shape[1])
    strength = top.damping * float(top.weights.sum())
    return fit(rows, strength / float(top.weights[keep].sum()), tolerance=1e-16).weights


def steps_of(top):
    return fold_steps(top.features, top.probs, top.labels, top.weights, top.damping,
                      top.solve_near)


def refitted(top, suspects):
    folds = torch.arange(len(top.labels)) % FOLDS
    heads = [without(top, folds != fold) for fold in range(FOLDS)]
    return torch.stack([probabilities(head, suspects.features) for head in heads]).mean(dim=0)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_fold_s_step_is_newton_s(weighted):
    weights = torch.linspace(0.5, 2, 60, dtype=torch.float64) if weighted else None
    top, _ = scene(weights=weights)
    total = float(top.weights.sum())
    for fold, step in enumerate(steps_of(top)):
        inside = torch.arange(60) % FOLDS == fold
        rest = fisher(top.features[~inside], top.probs[~inside], top.weights[~inside])
        rest *= float(top.weights[~inside].sum()) / total
        rest += top.damping * torch.eye(len(rest), dtype=torch.float64)
        pulled = gradients(top.features[inside], top.probs[inside], top.labels[inside])
        target = (pulled * top.weights[inside][:, None, None]).sum(dim=0) / total
        wanted = torch.linalg.solve(rest, target.flatten()).view_as(step)
        assert float((step - wanted).norm()) < 0.02 * float(wanted.norm())


@pytest.mark.parametrize("damping", [0.02, 0.05, 0.2])
def test_folds_heads_say_what_refitted_heads_say(damping):
    """One step closes two thirds or more of the gap between fitted and refitted heads."""
    top, suspects = scene(known=120, outside=200, damping=damping)
    said = fold_probabilities(steps_of(top), suspects.features, suspects.probs)
    wanted = refitted(top, suspects)
    assert float((said - wanted).abs().mean()) < 0.33 * float(
        (suspects.probs - wanted).abs().mean())
    assert float((said - wanted).abs().max()) < 0.01


def test_arrivals_are_judged_by_the_folds_heads():
    top, suspects = scene(known=120, outside=200)
    doubted = part(suspects, suspects.doubted)
    found = suspicion("held_out_margin")(lambda: top)(doubted)
    wanted = margin(refitted(top, doubted), doubted.given)
    torch.testing.assert_close(found, wanted, rtol=0, atol=0.01)
    plain = margin(doubted.probs, doubted.given)
    assert float((plain - wanted).abs().max()) > 0.02


def test_known_examples_are_judged_without_their_label():
    top, _ = scene(known=80)
    found = suspicion("held_out_margin")(lambda: top)(known_suspects(top))
    for row in range(0, 80, 7):
        keep = torch.arange(80) != row
        said = probabilities(without(top, keep), top.features[row : row + 1])
        assert float(found[row]) == pytest.approx(float(margin(
            said, top.labels[row : row + 1])), abs=0.01)
    assert float(found.mean()) > float(margin(top.probs, top.labels).mean())


def test_folds_without_rows_change_nothing():
    top, suspects = scene(known=2)
    steps = steps_of(top)
    assert bool((steps[2:] == 0).all())
    assert bool((steps[:2] != 0).any())
    assert bool(suspicion("held_out_margin")(lambda: top)(suspects).isfinite().all())
