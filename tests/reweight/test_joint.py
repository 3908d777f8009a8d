"""LSW for whole networks: both gradients where they must agree, and what comes of training."""

import pytest
import torch
from relabel_scene import scene

from cincer.errors import InvalidInput, UnknownName
from cincer.models.networks import network
from cincer.reweight import Options
from cincer.reweight.joint import GRADIENTS, THROUGH, Examples, train_jointly, train_weighted

BRIEF = Options(epochs=12, batch=50, weight_rate=2.0)


def problem(rows=400):
    top, known, true, _ = scene(rows=rows, held=60)
    given = Examples(top.features[:, :-1].float(), top.labels)
    return given, Examples(known.features[:, :-1].float(), known.labels), true


def test_on_a_linear_model_both_gradients_are_one():
    """To 1e-6 in float32, and so is the network after the step."""
    given, known, _ = problem(60)
    weights = torch.rand(60, generator=torch.Generator().manual_seed(0)) + 0.1
    made = [network("logreg", (4,), 3, 0) for _ in THROUGH]
    found = [GRADIENTS[name](net, given, known, weights, 0.3, True)
             for name, net in zip(THROUGH, made, strict=True)]
    assert torch.allclose(*found, atol=1e-6)
    assert torch.allclose(*(net.head.weight for net in made), atol=1e-7)


def test_through_the_whole_network_equals_finite_differences():
    """Central differences of step 1e-4 in float64, to 1e-7."""
    given, known, _ = problem(12)
    given = Examples(given.inputs.double(), given.labels)
    known = Examples(known.inputs.double(), known.labels)
    weights = torch.rand(12, generator=torch.Generator().manual_seed(0)).double() + 0.1

    def ahead(a):
        net = network("mlp", (4,), 3, 0).double().eval()
        slope = GRADIENTS["whole"](net, given, known, a, 0.3, True)
        loss = torch.nn.functional.cross_entropy(net(known.inputs), known.labels, reduction="sum")
        return float(loss.detach()), slope

    exact = ahead(weights)[1]
    for at in range(12):
        step = torch.zeros(12).double()
        step[at] = 1e-4
        slope = (ahead(weights + step)[0] - ahead(weights - step)[0]) / 2e-4
        assert float(exact[at]) == pytest.approx(slope, abs=1e-7)


@pytest.mark.parametrize("through", THROUGH)
def test_wrong_labels_end_with_less(through):
    given, known, true = problem()
    net = network("mlp", (4,), 3, 0)
    seen = []
    found = train_jointly(net, given, known, BRIEF, through=through,
                          each_epoch=lambda epoch, weights: seen.append(weights.clone()))
    wrong = given.labels != true
    assert float(found[wrong].mean()) < 0.8 * float(found[~wrong].mean())
    assert all((weights == 0.5).all() for weights in seen[:2])
    assert len(seen) == 12
    again = train_jointly(network("mlp", (4,), 3, 0), given, known, BRIEF, through=through)
    assert torch.equal(found, again)


def test_rows_of_weight_zero_teach_nothing():
    given, _, true = problem()
    right = (given.labels == true).float()
    spoilt = Examples(given.inputs, torch.where(right > 0, given.labels, (given.labels + 1) % 3))
    nets = [network("mlp", (4,), 3, 0) for _ in range(2)]
    for net, rows in zip(nets, (given, spoilt), strict=True):
        train_weighted(net, rows, right, Options(epochs=3))
    assert torch.equal(nets[0].head.weight, nets[1].head.weight)


def test_refusals():
    given, known, _ = problem(60)
    net = network("mlp", (4,), 3, 0)
    with pytest.raises(UnknownName, match="last_layer"):
        train_jointly(net, given, known, BRIEF, through="first")
    with pytest.raises(InvalidInput, match="trusted"):
        train_jointly(net, given, Examples(known.inputs[:0], known.labels[:0]), BRIEF)
