"""Leaving rows out, to first order and for real, against fits from nothing on what is left."""

import pytest
import torch
from tests_numeric import classification

from cincer.counterexample.top_fisher import TopFisher, gradient
from cincer.kernels.head import probabilities
from cincer.kernels.left_out import first_order, refit_without
from cincer.kernels.newton import Rows, fit
from cincer.kernels.top import top_layer
from cincer.protocols import Suspect
from cincer.types import Position

L2 = 0.02


def scene(rows=120, weighted=True):
    """Rows, the head fitted to them, its cache, and a suspect that is not among them."""
    known, _ = classification(rows, 4, 3, weighted=weighted)
    head = fit(known, L2, tolerance=1e-24)
    top = top_layer(known.features, head.probs, known.labels, damping=L2, weights=known.weights)
    x = torch.cat([torch.full((4,), 0.5), torch.ones(1)]).double()
    probs = probabilities(head.weights, x[None])[0]
    return known, head, top, Suspect(Position(rows), x, probs, 1, int(probs.argmax()))


def from_nothing(known, left):
    """The head fitted to the other rows alone, the prior as strong as before."""
    kept = torch.ones(len(known.labels), dtype=torch.bool)
    kept[left] = False
    rest = Rows(known.features[kept], known.labels[kept], known.weights[kept], known.classes)
    return fit(rest, L2 * float(known.weights.sum() / rest.weights.sum()), tolerance=1e-24).weights


def changes(known, top, about, rows):
    return first_order(top.solve(gradient(about)), float(about.probs[about.given]), known.features,
                       top.probs, known.labels, top.weights, rows)


def test_first_order_is_top_fisher_in_the_unit_of_a_probability():
    known, _, top, about = scene()
    every = torch.arange(len(known.labels))
    ranking = TopFisher()(about, top, every, len(every))
    scores = ranking.scores[ranking.positions.argsort()]
    wanted = scores * known.weights * about.probs[about.given] / known.weights.sum()
    assert torch.allclose(changes(known, top, about, every), wanted, rtol=1e-12)


def test_first_order_is_the_derivative_by_the_rows_weight():
    known, head, top, about = scene()
    for row in (0, 7, 50):
        lighter = known.weights.clone()
        lighter[row] *= 1 - 1e-5
        total = float(known.weights.sum() / lighter.sum())
        moved = fit(Rows(known.features, known.labels, lighter, 3), L2 * total, head.weights,
                    tolerance=1e-28).weights
        there = probabilities(moved, about.features[None])[0, about.given]
        found = changes(known, top, about, torch.tensor([row]))[0]
        assert float(there - about.probs[about.given]) / 1e-5 == pytest.approx(
            float(found), rel=1e-3)


@pytest.mark.parametrize("left", [[3], [3, 4, 5, 60], list(range(40))])
def test_the_refit_is_a_fit_from_nothing(left):
    known, head, _, _ = scene()
    found = refit_without(known, L2, head, torch.tensor(left))
    assert found.exact
    assert torch.allclose(found.weights, from_nothing(known, left), atol=1e-8)


def test_a_group_is_the_sum_of_its_singles_to_first_order_only():
    known, head, top, about = scene(rows=400)
    group = torch.arange(12)
    predicted = float(changes(known, top, about, group).sum())
    found = refit_without(known, L2, head, group)
    real = float(probabilities(found.weights, about.features[None])[0, about.given]
                 - about.probs[about.given])
    assert predicted == pytest.approx(real, rel=0.15)
    assert abs(predicted - real) > 1e-6


def test_a_bounded_refit_says_how_far_it_came():
    known, head, _, _ = scene()
    left = torch.arange(60)
    wanted = from_nothing(known, left)
    before = float("inf")
    for passes in (1, 2, 4, 30):
        found = refit_without(known, L2, head, left, max_passes=passes)
        assert found.steps <= passes
        assert found.decrement < before
        assert found.exact == (float((found.weights - wanted).norm()) < 2e-3 * float(
            (head.weights - wanted).norm()))
        before = found.decrement
    assert found.exact


def test_without_any_rows_only_the_prior_is_left():
    known, head, _, _ = scene()
    found = refit_without(known, L2, head, torch.arange(120))
    assert found.exact
    assert not found.weights.any()
