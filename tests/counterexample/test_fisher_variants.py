"""Every approximation of Top Fisher against the exact value; influence against real refits."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from tests_numeric import blobs, classification

from cincer.counterexample import counter_example
from cincer.counterexample.leave_one_out import doubt
from cincer.counterexample.nearest_fisher import NearestFisher, diameter
from cincer.counterexample.relative_influence import self_influence
from cincer.counterexample.top_fisher import gradient
from cincer.counterexample.unlearned_influence import sure_from
from cincer.kernels.approximate import diagonal, solve_blocks
from cincer.kernels.fisher import fisher, kronecker_parts
from cincer.kernels.head import gradients, probabilities, with_bias
from cincer.kernels.held_out import held_out
from cincer.kernels.kernel_ridge import neighbours_say
from cincer.kernels.leave_one_out import leave_one_out
from cincer.kernels.lissa import lissa
from cincer.kernels.newton import Rows, fit
from cincer.kernels.solve import Iterative, Kronecker
from cincer.kernels.top import Top, top_layer
from cincer.protocols import Suspect
from cincer.types import Position

L2 = 0.02


def scene(rows: int = 80, classes: int = 3) -> tuple[Suspect, Top, Rows]:
    """A head fitted to noisy blobs, float64; the suspect is the row after the known ones."""
    x, given, _ = blobs(rows + 1, features=4, classes=classes)
    features = with_bias(torch.from_numpy(x).double())
    known = Rows(features[:rows], torch.from_numpy(given[:rows]), None, classes)
    head = fit(known, L2, tolerance=1e-14)
    top = top_layer(known.features, head.probs, known.labels, damping=L2)
    probs = probabilities(head.weights, features[rows:])[0]
    predicted = int(probs.argmax())
    about = Suspect(Position(rows), features[rows], probs, (predicted + 1) % classes, predicted)
    return about, top, known


def ranked(name: str, about: Suspect, top: Top) -> torch.Tensor:
    """Scores of all rows in row order."""
    found = counter_example(name)(about, top, torch.arange(len(top.labels)), len(top.labels))
    return found.scores[found.positions.argsort()]


def correlation(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(torch.corrcoef(torch.stack([a, b]))[0, 1])


def test_the_approximate_matrices_are_parts_of_the_whole() -> None:
    known, weights = classification(50, 3, 4, weighted=True)
    probs = probabilities(weights, known.features)
    whole = fisher(known.features, probs, known.weights)
    assert torch.allclose(diagonal(known.features, probs, known.weights).reshape(-1),
                          whole.diagonal())
    target = torch.randn(4, 4, dtype=torch.float64)
    found = solve_blocks(target, known.features, probs, known.weights, 0.1)
    for k in range(4):
        block = whole[4 * k : 4 * k + 4, 4 * k : 4 * k + 4] + 0.1 * torch.eye(4)
        assert torch.allclose(block @ found[k], target[k])


@pytest.mark.parametrize(("name", "least"), [
    ("block_fisher", 0.9), ("kfac", 0.9), ("diagonal_fisher", 0.5), ("practical_fisher", 0.6)])
def test_approximations_go_with_top_fisher(name: str, least: float) -> None:
    about, top, _ = scene()
    assert correlation(ranked(name, about, top), ranked("top_fisher", about, top)) > least


def test_block_fisher_of_two_classes() -> None:
    """F = ((A, -A), (-A, A)): on gradients (g, -g) the whole is 2A + damping, the block A."""
    about, top, _ = scene(classes=2)
    half = replace(top, damping=L2 / 2)
    assert torch.allclose(ranked("block_fisher", about, half),
                          2 * ranked("top_fisher", about, top))


def test_practical_fisher_is_minus_the_product_of_the_gradients() -> None:
    about, top, _ = scene()
    every = gradients(top.features, top.probs, top.labels)
    wanted = -(every * gradient(about)).sum(dim=(1, 2))
    assert torch.allclose(ranked("practical_fisher", about, top), wanted)


def test_influence_is_the_change_when_a_row_is_left_out() -> None:
    """Correlation above 0.99 and slope in [0.9, 1.1] against refits without each row."""
    about, top, known = scene(rows=240)
    start = fit(known, L2, tolerance=1e-14).weights
    predicted = ranked("influence_exact", about, top)[:40]
    real = torch.empty(40, dtype=torch.float64)
    for row in range(40):
        kept = torch.arange(240) != row
        rest = Rows(known.features[kept], known.labels[kept], None, 3)
        # the prior's strength l2 * S stays: leaving a row out does not change the penalty
        without = fit(rest, L2 * 240 / 239, start)
        after = probabilities(without.weights, about.features[None])[0, about.given]
        real[row] = after - about.probs[about.given]
    slope = float((predicted * real).sum() / (predicted * predicted).sum())
    assert correlation(predicted, real) > 0.99
    assert 0.9 < slope < 1.1


def test_conjugate_gradients_are_exact() -> None:
    about, top, _ = scene()
    exact = ranked("influence_exact", about, top)
    assert torch.allclose(ranked("influence_cg", about, top), exact, rtol=0,
                          atol=1e-8 * float(exact.abs().max()))


def test_lissa_comes_close() -> None:
    about, top, _ = scene()
    found = lissa(gradient(about), top.features, top.probs, top.weights, L2,
                  torch.Generator().manual_seed(0), depth=4000)
    exact = top.solve(gradient(about))
    assert float((found - exact).norm() / exact.norm()) < 0.15
    assert correlation(ranked("influence_lissa", about, top),
                       ranked("influence_exact", about, top)) > 0.95


def test_relative_influence_divides_by_the_candidates_own() -> None:
    about, top, _ = scene()
    inverse = (fisher(top.features, top.probs) + L2 * torch.eye(15)).inverse()
    g = gradients(top.features, top.probs, top.labels).reshape(80, -1)
    own = torch.einsum("ni,ij,nj->n", g, inverse, g)
    assert torch.allclose(self_influence(top, torch.arange(80)), own)
    wanted = ranked("top_fisher", about, top) / own.sqrt()
    assert torch.allclose(ranked("relative_influence", about, top), wanted)


def test_nearest_fisher_takes_top_fisher_among_the_near() -> None:
    about, top, _ = scene()
    far = (top.features - about.features).norm(dim=1)
    near = far <= 0.25 * diameter(top)
    found = NearestFisher()(about, top, torch.arange(80), 80)
    inside = int(near.sum())
    assert 0 < inside < 80
    assert set(found.positions[:inside].tolist()) == set(torch.nonzero(near)[:, 0].tolist())
    scores = ranked("top_fisher", about, top)
    assert int(found.positions[0]) == int(torch.where(near, scores, -torch.inf).argmax())


def test_nearest_fisher_falls_back_on_the_nearest() -> None:
    about, top, _ = scene()
    found = NearestFisher(radius=1e-9)(about, top, torch.arange(80), 3)
    nearest = counter_example("nearest")(about, top, torch.arange(80), 3)
    assert torch.equal(found.positions, nearest.positions)


@pytest.mark.parametrize("classes", [2, 4])
def test_held_out_is_approximate_leave_one_out(classes: int) -> None:
    _, top, known = scene(classes=classes)
    head = fit(known, L2, tolerance=1e-14)
    wanted = leave_one_out(known, head.weights, head.probs, L2)
    rows = torch.tensor([3, 50, 7])
    assert torch.allclose(top.held_out(rows), wanted[rows], atol=1e-9)


def test_held_out_is_what_a_refit_says() -> None:
    _, top, known = scene()
    found = top.held_out(torch.arange(80))
    for row in (0, 11, 42):
        kept = torch.arange(80) != row
        rest = Rows(known.features[kept], known.labels[kept], None, 3)
        without = fit(rest, L2 * 80 / 79, tolerance=1e-14)
        wanted = probabilities(without.weights, known.features[row : row + 1])[0]
        assert torch.allclose(found[row], wanted, atol=0.02)


def test_rows_that_left_change_nothing_when_left_out() -> None:
    _, top, _ = scene()
    rows = torch.arange(5)
    found = held_out(top.probs[rows], top.labels[rows], torch.zeros(5),
                     top.inverse.leverage(top.features[rows]))
    assert torch.allclose(found, top.probs[rows])


def test_leave_one_out_doubts_what_was_learned_by_heart() -> None:
    """A wrong label that the head has given in to is believed in, but not without itself."""
    about, top, _ = scene()
    own = top.probs.gather(1, top.labels[:, None])[:, 0]
    every = torch.arange(80)
    whole = doubt(top, every, shortlist=80)
    assert bool((whole >= -torch.logit(own) - 1e-9).all())
    best = counter_example("leave_one_out")(about, top, every, 1)
    assert int(best.positions[0]) == int(whole.argmax())


def test_the_shortlist_comes_first() -> None:
    _, top, _ = scene()
    every = torch.arange(80)
    whole, few = doubt(top, every, shortlist=80), doubt(top, every, shortlist=10)
    first = torch.topk(top.probs.gather(1, top.labels[:, None])[:, 0], 10, largest=False).indices
    # one product for few rows, class by class for many: the same up to rounding
    assert torch.allclose(few[first], whole[first], rtol=1e-12, atol=0)
    assert int(few.argmax()) == int(whole.argmax())
    rest = torch.ones(80, dtype=torch.bool)
    rest[first] = False
    assert float(few[rest].max()) <= float(few[first].min())


def test_leverage_is_the_form_of_the_inverse() -> None:
    _, top, _ = scene()
    solved = Kronecker(*kronecker_parts(top.features, top.probs), L2)
    for inverse in (top.inverse, solved, Iterative(lambda v: v, L2, solved)):
        found = inverse.leverage(top.features[:3])
        for row in range(3):
            for k in range(3):
                side = torch.zeros(3, 5, dtype=torch.float64)
                side[k] = top.features[row]
                image = (inverse.preconditioner if isinstance(inverse, Iterative)
                         else inverse).solve(side)
                assert torch.allclose(found[row, k], image @ top.features[row])


def test_as_published_narrows_a_large_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the span of the rows at hand the damped inverse gives the same scores."""
    monkeypatch.setattr("cincer.counterexample.as_published._pseudo_inverse", lambda m: (
        m.double() + 0.05 * torch.eye(len(m))).inverse().float())
    known, weights = classification(40, 60, 3)
    probs = probabilities(weights, known.features)
    top = top_layer(known.features, probs, known.labels, damping=L2)
    about = Suspect(Position(9), torch.randn(61).double(), probs[0], 0, 1)
    some = torch.arange(10)
    whole = counter_example("as_published")(about, top, some, 10)
    monkeypatch.setattr("cincer.counterexample.as_published.DENSE_LIMIT", 150)
    narrow = counter_example("as_published")(about, top, some, 10)
    assert torch.equal(narrow.positions, whole.positions)
    assert torch.allclose(narrow.scores, whole.scores, rtol=1e-3, atol=1e-3)


def test_as_published_survives_eigenvalues_that_are_not_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = torch.linalg.pinv

    def fails(matrix: torch.Tensor, **options: object) -> torch.Tensor:
        if options.get("hermitian"):
            raise torch.linalg.LinAlgError("did not converge")
        return real(matrix, rtol=1e-15)

    about, top, _ = scene()
    monkeypatch.setattr(torch.linalg, "pinv", fails)
    assert len(counter_example("as_published")(about, top, torch.arange(80), 5).positions) == 5


def test_where_labels_were_learned_the_loss_while_learning_counts() -> None:
    about, top, _ = scene()
    losses = torch.rand(80)
    found = counter_example("leave_one_out")(about, replace(top, learning=losses),
                                             torch.arange(80), 80)
    assert torch.equal(found.positions, losses.argsort(descending=True))


def test_rows_that_came_after_the_training_are_doubted_by_their_loss_left_out() -> None:
    _, top, _ = scene()
    losses = torch.rand(80) * 2
    late = torch.tensor([3, 50, 77])
    losses[late] = torch.nan
    found = doubt(replace(top, learning=losses), torch.arange(80))
    own = top.held_out(late).gather(1, top.labels[late][:, None])[:, 0]
    most = float(losses[~losses.isnan()].max())
    assert torch.allclose(found[late], -own.log().clamp(min=-most))
    kept = ~losses.isnan()
    assert torch.equal(found[kept], losses[kept].double())


def test_where_nothing_was_learned_the_losses_left_out_are_not_bounded() -> None:
    _, top, _ = scene()
    every = torch.arange(80)
    found = doubt(replace(top, learning=torch.full((80,), torch.nan)), every, shortlist=80)
    own = top.held_out(every).gather(1, top.labels[:, None])[:, 0]
    assert torch.allclose(found, -own.log())


def test_unlearned_adds_the_doubts(monkeypatch: pytest.MonkeyPatch) -> None:
    about, top, _ = scene()
    every = torch.arange(80)
    said = neighbours_say(top.features[:, :-1], top.labels, 3)
    doubts = -torch.logit(said.gather(1, top.labels[:, None])[:, 0], eps=1e-4)
    wanted = doubt(top, every) + doubts
    assert torch.allclose(ranked("unlearned", about, top), wanted)
    monkeypatch.setattr("cincer.kernels.kernel_ridge.LOOK", 10)
    few = ranked("unlearned", about, top)
    first = torch.topk(doubt(top, every), 10).indices
    assert torch.allclose(few[first], wanted[first])
    assert float(few.sort(descending=True).values[10]) <= float(few[first].min())


def test_unlearned_finds_the_mislabelled() -> None:
    x, given, true = blobs(200, features=4, classes=3)
    known = Rows(with_bias(torch.from_numpy(x).double()), torch.from_numpy(given), None, 3)
    head = fit(known, L2)
    top = top_layer(known.features, head.probs, known.labels, damping=L2)
    found = counter_example("unlearned")(scene()[0], top, torch.arange(200), 20)
    assert float(torch.from_numpy(given != true)[found.positions].double().mean()) >= 0.9


@pytest.mark.parametrize(("classes", "odds"), [(2, 1), (3, 2), (10, 9)])
def test_what_is_surely_mislabelled_counts_from_ignorance_on(classes: int, odds: int) -> None:
    """Whoever knows nothing gives a label `odds` to 1 against."""
    assert math.exp(sure_from(classes)) == pytest.approx(odds * math.exp(2.5))


def test_of_the_surely_mislabelled_the_most_influential_is_first() -> None:
    about, top, _ = scene()
    doubts = ranked("unlearned", about, top)
    influence = ranked("top_fisher", about, top)
    scores = ranked("unlearned_influence", about, top)
    sure = doubts > sure_from(3)
    assert 3 <= int(sure.sum()) <= 60
    assert torch.equal(scores[~sure], doubts[~sure])
    share = influence[sure].clamp(min=0) / influence[sure].max()
    assert torch.allclose(scores[sure], sure_from(3) + share, atol=1e-4)
    assert int(scores.argmax()) == int(torch.where(sure, influence, -torch.inf).argmax())


def test_where_no_sure_one_speaks_for_the_suspicion_the_most_doubted_is_first() -> None:
    about, top, _ = scene()
    doubts, influence = ranked("unlearned", about, top), ranked("top_fisher", about, top)
    rows = torch.nonzero((doubts > sure_from(3)) & (influence < 0))[:, 0]
    assert len(rows) >= 2
    found = counter_example("unlearned_influence")(about, top, rows, len(rows))
    assert torch.equal(found.positions, top.positions[rows[doubts[rows].argsort(descending=True)]])
    assert (found.scores > sure_from(3)).all()
