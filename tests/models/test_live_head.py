"""The live head against fitting from nothing: same optimum, whatever the path, at every size."""

import numpy as np
import pytest
import torch
from tests_numeric import blobs

from cincer.kernels import newton
from cincer.kernels.fisher import fisher
from cincer.kernels.head import probabilities, with_bias
from cincer.kernels.newton import Rows, fit
from cincer.kernels.solve import Cholesky
from cincer.models import curvature as curvature_module
from cincer.models.known import KnownRows
from cincer.models.live_head import LiveHead


def filled(rows=400, *, exact_rows=10_000, classes=3, features=4, l2=0.01, first=None):
    x, given, _ = blobs(rows, features, classes)
    known = KnownRows(features + 1, classes)
    head = LiveHead(known, l2=l2, damping=None, exact_rows=exact_rows)
    enter(head, x, given, 0, first or rows)
    head.refit()
    return head, x, given


def enter(head, x, given, start, stop, weight=1.0):
    rows = with_bias(torch.from_numpy(x[start:stop]))
    head.enter(np.arange(start, stop), rows, given[start:stop].astype(np.int64),
               torch.full((stop - start,), weight))


def optimum(head):
    """The weights by a fit from zero over what is known now, in float64."""
    known = head.known
    rows = Rows(known.features.double(), known.labels, known.weights.double(), known.classes)
    return fit(rows, head.l2, tolerance=1e-14).weights


def settle(head):
    while head.idle():
        pass


def test_gradient_kept_by_increments_equals_the_full_one():
    head, x, given = filled(first=300)
    enter(head, x, given, 300, 400, weight=0.5)
    for row in (3, 7, 7, 350):
        head.change(row, (int(head.known.labels[row]) + 1) % 3, 1.5)
    head.change(9, 0, 0.0)
    rows = head.rows()
    full = rows.at(head.anchor, head.l2).gradient
    assert torch.allclose(head.gradient(), full, atol=1e-6)


def test_every_change_ends_at_the_optimum_below_the_limit():
    head, x, given = filled(first=50)
    for start in range(50, 400, 50):
        enter(head, x, given, start, start + 50)
        head.change(start, (int(head.known.labels[start]) + 1) % 3, 1.0)
        head.change(start + 1, 0, 0.0)
        head.refit()
        assert torch.allclose(head.weights, optimum(head), atol=2e-3)
        assert head.behind == 0


def test_above_the_limit_one_chord_step_is_close_and_idle_time_finishes():
    head, x, given = filled(2000, exact_rows=100, first=1900)
    settle(head)
    assert torch.allclose(head.weights, optimum(head), atol=2e-3)
    enter(head, x, given, 1900, 2000)
    for row in range(20):
        head.change(row, (int(head.known.labels[row]) + 1) % 3, 1.0)
    before, wanted = head.weights.clone(), optimum(head)
    assert head.refit() is None
    assert head.behind > 0
    assert (head.weights - wanted).norm() < 0.1 * (before - wanted).norm()
    settle(head)
    assert head.behind == 0
    assert torch.allclose(head.weights, wanted, atol=2e-3)
    assert torch.allclose(head.known.probs, probabilities(head.anchor, head.known.features))


def test_changes_between_the_pieces_of_idle_work_are_not_lost(monkeypatch):
    monkeypatch.setattr("cincer.models.live_head.PIECE", 100)
    head, x, given = filled(2000, exact_rows=100, first=1500)
    settle(head)
    for start in range(1500, 2000, 50):
        enter(head, x, given, start, start + 50)
        head.change(start - 1500, 2, 1.0)
        head.change(start - 700, 0, 0.0)
        head.refit()
        for _ in range(3):
            head.idle()
    settle(head)
    assert torch.allclose(head.gradient(), head.rows().at(head.anchor, head.l2).gradient, atol=1e-6)
    assert torch.allclose(head.weights, optimum(head), atol=2e-3)


def test_another_penalty_makes_the_factor_due_above_the_limit():
    """The penalty that is chosen lies far from the first guess."""
    head, _, _ = filled(2000, exact_rows=100, classes=3, l2=None)
    head.refit()
    first = head.l2
    settle(head)
    assert abs(head.l2 / first - 1) > 0.1
    target = torch.randn(3, 5, dtype=torch.float64)
    known = head.known
    wanted = Cholesky(fisher(known.features.double(), known.probs.double()), head.l2).solve(target)
    assert (head.top().solve(target) - wanted).norm() < 0.02 * wanted.norm()


def test_pick_inverse_is_the_exact_one_even_with_a_stale_factor():
    head, x, given = filled(first=380)
    settle(head)
    enter(head, x, given, 380, 384)
    head.refit()
    target = torch.randn(3, 5, dtype=torch.float64)
    known = head.known
    wanted = Cholesky(fisher(known.features.double(), known.probs.double()), head.l2).solve(target)
    assert (head.top().solve(target) - wanted).norm() < 1e-3 * wanted.norm()


@pytest.mark.parametrize("exact_rows", [10_000, 100])
def test_without_the_matrix_it_learns_the_same(monkeypatch, exact_rows):
    dense, _, _ = filled(600, exact_rows=exact_rows)
    settle(dense)
    monkeypatch.setattr(newton, "DENSE_LIMIT", 1)
    monkeypatch.setattr(curvature_module, "DENSE_LIMIT", 1)
    free, x, given = filled(600, exact_rows=exact_rows, first=500)
    assert not free.curvature.dense
    enter(free, x, given, 500, 600)
    free.refit()
    settle(free)
    assert torch.allclose(free.weights, dense.weights, atol=3e-3)
    target = torch.randn(3, 5, dtype=torch.float64)
    wanted = dense.top().solve(target)
    assert (free.top().solve(target) - wanted).norm() < 1e-2 * wanted.norm()


def test_damping_of_its_own():
    head, _, _ = filled()
    head._fixed_damping = 0.5
    known = head.known
    target = torch.randn(3, 5, dtype=torch.float64)
    wanted = Cholesky(fisher(known.features, known.probs), 0.5).solve(target)
    assert (head.top().solve(target) - wanted).norm() < 1e-3 * wanted.norm()


def test_the_penalty_is_chosen_and_chosen_again_after_growth():
    head, x, given = filled(l2=None, first=100)
    guess = head.l2
    settle(head)
    first = head.l2
    assert first != guess
    assert torch.allclose(head.weights, optimum(head), atol=5e-3)
    enter(head, x, given, 100, 105)
    head.refit()
    settle(head)
    assert head._l2_rows == 100
    enter(head, x, given, 105, 400)
    head.refit()
    settle(head)
    assert head._l2_rows == 400
    assert head.l2 <= first


def test_a_penalty_chosen_on_a_sample_keeps_the_priors_strength(monkeypatch):
    whole, _, _ = filled(1000, l2=None)
    settle(whole)
    monkeypatch.setattr("cincer.models.live_head.SAMPLE", 500)
    sampled, _, _ = filled(1000, l2=None)
    settle(sampled)
    assert 0.2 < sampled.l2 / whole.l2 < 5


def test_flips_count_changed_predictions():
    head, _, _ = filled(l2=0.05)
    before = head.known.probs.argmax(dim=1)
    for row in range(0, 200):
        head.change(row, 0, 1.0)
    flips = head.refit()
    assert flips == int((head.known.probs.argmax(dim=1) != before).sum())
    assert flips > 0


def test_everything_leaving_is_back_to_knowing_nothing():
    head, _, _ = filled(20)
    for row in range(20):
        head.change(row, 0, 0.0)
    head.refit()
    assert float(head.weights.abs().max()) == 0
    settle(head)
    head.change(4, 1, 1.0)
    head.refit()
    assert int(head.known.probs[4].argmax()) == 1
