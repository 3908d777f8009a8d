"""The Fisher matrix against autograd's Hessian and against its definition."""

import torch
from tests_numeric import classification

from cincer.kernels.fisher import fisher, kronecker_parts, product
from cincer.kernels.head import evaluate, gradients, probabilities


def test_equals_the_hessian_by_autograd():
    rows, weights = classification(30, 3, 4, weighted=True)

    def loss(flat):
        losses = torch.nn.functional.cross_entropy(
            rows.features @ flat.view(4, -1).T, rows.labels, reduction="none")
        return (losses * rows.weights).sum() / rows.weights.sum()

    hessian = torch.autograd.functional.hessian(loss, weights.reshape(-1))
    found = fisher(rows.features, probabilities(weights, rows.features), rows.weights)
    assert torch.allclose(found, hessian, atol=1e-14)


def test_equals_the_expected_outer_product_of_gradients():
    rows, weights = classification(20, 3, 5)
    probs = probabilities(weights, rows.features)
    total = 0
    for label in range(5):
        grads = gradients(rows.features, probs, torch.full((20,), label)).flatten(1)
        total = total + (grads * probs[:, label, None]).T @ grads
    assert torch.allclose(fisher(rows.features, probs), total / 20, atol=1e-14)


def test_labels_do_not_enter_so_a_relabel_moves_only_the_gradient():
    rows, weights = classification(25, 2, 3)
    before = evaluate(weights, rows.features, rows.labels, None, 0.0)
    relabelled = rows.labels.clone()
    relabelled[3] = (relabelled[3] + 1) % 3
    after = evaluate(weights, rows.features, relabelled, None, 0.0)
    moved = torch.zeros(3, dtype=torch.float64)
    moved[rows.labels[3]] += 1
    moved[relabelled[3]] -= 1
    wanted = torch.outer(moved, rows.features[3]) / 25
    assert torch.equal(before.probs, after.probs)
    assert torch.allclose(after.gradient - before.gradient, wanted, atol=1e-15)


def test_product_equals_the_matrix(monkeypatch):
    rows, weights = classification(50, 4, 3, weighted=True)
    probs = probabilities(weights, rows.features)
    direction = torch.randn(3, 5, dtype=torch.float64)
    matrix = fisher(rows.features, probs, rows.weights)
    wanted = (matrix @ direction.reshape(-1)).view(3, 5)
    monkeypatch.setattr("cincer.kernels.head.chunks.__defaults__", (7,))
    monkeypatch.setattr("cincer.kernels.fisher.ASSEMBLY_CHUNK", 9)
    found = product(direction, rows.features, probs, rows.weights)
    assert torch.allclose(found, wanted, atol=1e-14)
    assert torch.allclose(fisher(rows.features, probs, rows.weights), matrix, atol=1e-14)


def test_blocks_of_a_row_add_up_to_zero_and_float32_stays_close():
    rows, weights = classification(200, 6, 4)
    probs = probabilities(weights, rows.features)
    matrix = fisher(rows.features, probs)
    assert matrix.view(4, 7, 4, 7).sum(dim=2).abs().max() < 1e-14
    single = fisher(rows.features.float(), probs.float())
    assert torch.allclose(single, matrix, atol=1e-6)


def test_kronecker_parts_are_exact_for_uniform_probabilities():
    rows, weights = classification(40, 3, 4, weighted=True)
    probs = probabilities(torch.zeros_like(weights), rows.features)
    a, b = kronecker_parts(rows.features, probs, rows.weights)
    assert torch.allclose(torch.kron(a, b), fisher(rows.features, probs, rows.weights), atol=1e-14)
