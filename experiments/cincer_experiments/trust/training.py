"""Table 6: what networks learn from the rows as the weights leave them.

base              all rows, equal weights
joint             the network that learned its own weights while it was trained
retrain           anew, all rows, weights frozen
filter            anew, the rows judged clean, equal weights
filter + weights  anew, the rows judged clean, weights frozen
oracle            anew, the rows whose labels are right

All but `joint` train on the trusted part, too, at weight 1. The frozen weights are the study's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from cincer.models.networks import network
from cincer.protocols import Network
from cincer.reweight import Options
from cincer.reweight.joint import Examples, train_jointly, train_weighted

from .problem import Problem
from .weighing import Weighed

MODEL = "mlp"
LEAST_STEPS = 2400
EPOCHS = 30
"""At least, and as many as make `LEAST_STEPS` steps."""

RATE, JOINT_RATE, WEIGHT_RATE = 0.03, 0.1, 1.0
"""SGD's with momentum 0.9; without, jointly; and that of the weights by unit of a step."""


def table_6(problem: Problem, weighed: Weighed, seed: int) -> dict[str, float]:
    """Test accuracy of each step, in [0, 1]."""
    many = len(problem.given)
    trust, clean = weighed.found.weights[:many], weighed.found.clean[:many].double()
    found = {"joint": joint(problem, seed)}
    for step, weights in _steps(trust, clean, ~problem.wrong).items():
        found[step] = _trained(problem, weights.float(), seed)
    return found


def joint(problem: Problem, seed: int) -> float:
    """The accuracy of a network trained by LSW as a whole."""
    net = _made(problem, seed)
    train_jointly(net, Examples(problem.x, problem.given),
                  Examples(problem.trusted_x, problem.trusted_y), _options(problem, seed),
                  rate=JOINT_RATE)
    return _accuracy(net, problem)


def _steps(trust: Tensor, clean: Tensor, right: Tensor) -> Mapping[str, Tensor]:
    return {"base": torch.ones_like(trust), "retrain": trust, "filter": clean,
            "filter + weights": clean * trust, "oracle": right.double()}


def _trained(problem: Problem, weights: Tensor, seed: int) -> float:
    net = _made(problem, seed)
    rows = Examples(torch.cat([problem.x, problem.trusted_x]),
                    torch.cat([problem.given, problem.trusted_y]))
    ones = torch.ones(len(problem.trusted_y))
    train_weighted(net, rows, torch.cat([weights, ones]),
                   _options(problem, seed), rate=RATE)
    return _accuracy(net, problem)


def _options(problem: Problem, seed: int) -> Options:
    batches = math.ceil(len(problem.given) / Options().batch)
    epochs = max(EPOCHS, math.ceil(LEAST_STEPS / batches))
    return Options(epochs=epochs, weight_rate=WEIGHT_RATE, seed=seed)


def _made(problem: Problem, seed: int) -> Network:
    return network(MODEL, tuple(problem.x.shape[1:]), problem.classes, seed)


def _accuracy(net: Network, problem: Problem) -> float:
    assert isinstance(net, nn.Module)
    with torch.no_grad():
        said = net.eval()(problem.test_x).argmax(dim=1)
    return float((said == problem.test_y).double().mean())
