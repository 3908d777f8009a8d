"""Labels that are unlearned in the live head, against fitting all rows from nothing."""

import numpy as np
import pytest
import torch
from tests_numeric import blobs

from cincer.kernels.fisher import fisher
from cincer.kernels.head import with_bias
from cincer.kernels.treated import CE, DROP, UNLEARN, Treated, fit_treated
from cincer.models.known import KnownRows
from cincer.models.left_out import LeavingOut
from cincer.models.live_head import LiveHead


def filled(rows=300, *, classes=3, exact_rows=10_000, l2=0.02):
    x, given, _ = blobs(rows, 4, classes)
    head = LiveHead(KnownRows(5, classes), l2=l2, damping=None, exact_rows=exact_rows)
    head.enter(np.arange(rows), with_bias(torch.from_numpy(x)), given.astype(np.int64),
               torch.ones(rows))
    head.refit()
    return head


def unlearn(head, rows, weight=1.0):
    for row in rows:
        head.change(row, int(head.known.labels[row]), 0.0, weight)


def drop(head, rows):
    for row in rows:
        head.change(row, int(head.known.labels[row]), 0.0)


def optimum(head, unlearned, weight=1.0):
    """By a fit to rows of every treatment, in float64. The live head's mean is over the rows that
    are there: a row that left counts nothing."""
    known = head.known
    kinds = torch.full((known.count,), CE, dtype=torch.int8)
    kinds[known.weights <= 0] = DROP
    kinds[unlearned] = UNLEARN
    weights = known.weights.double().clone()
    weights[unlearned] = weight
    rows = Treated(known.features.double(), known.labels, weights, known.classes, kinds)
    return fit_treated(rows, head.l2, head.weights, tolerance=1e-18).weights


def settle(head):
    while head.idle():
        pass


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_every_change_ends_at_the_optimum_below_the_limit(classes):
    head = filled(classes=classes)
    rows = list(range(0, 60, 3))
    for part in (rows[:5], rows[5:]):
        unlearn(head, part, 0.5)
        drop(head, [part[0] + 1])
        head.refit()
    assert head.behind == 0
    assert torch.allclose(head.weights, optimum(head, rows, 0.5), atol=2e-3)


@pytest.mark.parametrize("classes", [2, 4])
def test_in_float64_the_refit_is_that_of_the_kernel(classes):
    head = filled(classes=classes)
    rows = [2, 5, 11]
    unlearn(head, rows)
    head.refit()
    found = LeavingOut(head, head.known.features[0], 0)
    wanted = torch.softmax(optimum(head, rows) @ head.known.features[0].double(), dim=0)[0]
    assert found.prob == pytest.approx(float(wanted), abs=1e-8)


@pytest.mark.parametrize("classes", [2, 4])
def test_an_earlier_factor_changes_the_way_and_not_the_end(classes):
    head = filled(classes=classes)
    unlearn(head, range(0, 40, 2))
    rows = head.all_rows(exact=True)
    fresh = fit_treated(rows, head.l2, tolerance=1e-20)
    drop(head, [41, 43])
    moved = head.all_rows(exact=True)
    chord = fit_treated(moved, head.l2, fresh.weights, fresh.inverse, tolerance=1e-20)
    newton = fit_treated(moved, head.l2, fresh.weights, tolerance=1e-20)
    assert torch.allclose(chord.weights, newton.weights, atol=1e-8)


def test_gradient_kept_by_increments_equals_the_full_one():
    head = filled()
    unlearn(head, [3, 8, 13], 0.7)
    drop(head, [4])
    head.change(8, int(head.known.labels[8]), 1.0)
    full = head.all_rows().at(head.anchor, head.l2).gradient
    assert torch.allclose(head.gradient(), full, atol=1e-6)


def test_above_the_limit_idle_time_finishes():
    head = filled(2000, exact_rows=100)
    settle(head)
    rows = list(range(0, 200, 4))
    unlearn(head, rows)
    head.refit()
    settle(head)
    assert torch.allclose(head.weights, optimum(head, rows), atol=2e-3)


def test_an_unlearned_label_is_believed_less_than_one_left_out():
    learned, left, against = filled(), filled(), filled()
    rows = torch.arange(0, 60)
    drop(left, rows.tolist())
    unlearn(against, rows.tolist())
    believed = []
    for head in (learned, left, against):
        head.refit()
        believed.append(float(head.known.probs[rows].gather(
            1, head.known.labels[rows][:, None]).mean()))
    assert believed[0] > believed[1] > believed[2]


def test_to_picks_an_unlearned_row_has_left():
    head, left = filled(), filled()
    unlearn(head, [0, 1, 2])
    drop(left, [0, 1, 2])
    assert head.known.sizes() == left.known.sizes()
    assert len(head.known) == 297
    top = head.top()
    assert torch.equal(top.weights, left.known.weights)
    head.refit()
    head.renew_now()
    matrix = fisher(head.known.features, head.known.probs, left.known.weights).double()
    right = torch.randn(3, 5, dtype=torch.float64)
    wanted = torch.linalg.solve(
        matrix + head.damping * torch.eye(15, dtype=torch.float64), right.flatten())
    assert torch.allclose(head.top().solve(right).flatten(), wanted, rtol=1e-4, atol=1e-4)


def test_learned_again_it_is_as_before():
    head = filled()
    before = head.weights.clone()
    labels = head.known.labels.clone()
    unlearn(head, [5, 6])
    head.refit()
    assert not torch.allclose(head.weights, before, atol=1e-3)
    for row in (5, 6):
        head.change(row, int(labels[row]), 1.0)
    head.refit()
    assert head.known.unlearning == 0
    assert torch.allclose(head.weights, before, atol=2e-3)
