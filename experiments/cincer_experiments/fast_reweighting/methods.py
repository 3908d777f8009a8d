"""What is trained on a problem. All start from the same weights and take the same steps.

uniform          cross-entropy, each row the same
uniform_mixed    with FSR's mixup and pseudo-labels, but no weights: what these alone bring
class_balanced   cross-entropy, each class the same in sum
fsr              FSR for networks: no label is known to be right
fsr_released     with the released arithmetic
fsr_verified     the known rows are in its dictionary
fsr_shifted      with weights for imbalance: shifted instead of clipped; no mixup, no pseudo-labels
fsr_shifted_released   that with the released arithmetic

Other names are reweighters over the top-layer cache (`fsr_head` is that of `fsr`): they weigh the
rows by the features of the uniform network, with the known rows as the trusted set, and the network
is trained anew under these weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from cincer.errors import UnknownName
from cincer.kernels.head import with_bias
from cincer.kernels.newton import Rows, fit
from cincer.kernels.top import top_layer
from cincer.models.networks import network
from cincer.protocols import Network
from cincer.reweight import REWEIGHTERS, Options, reweighter, trusted
from cincer.reweight.fsr import FsrOptions, Taught, train_network

from .problems import PLAIN, Problem, predicted

PENALTY = 1e-2
"""Of the head whose cache is weighed."""

RELEASED_DECAY = 0.1

SHIFTED = FsrOptions(clip=False, mixup=False, pseudo_weight=0.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """`model` of `cincer.models`; passes; the seed of weights, batches and draws."""

    model: str = "mlp"
    epochs: int = 40
    seed: int = 0

    def of(self, told: FsrOptions) -> FsrOptions:
        """`told` with these passes: rows are weighed after a quarter of them, and the weights
        reported are those of the last quarter."""
        quarter = max(1, self.epochs // 4)
        return replace(told, epochs=self.epochs, start=quarter, last=quarter, seed=self.seed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares in [0, 1]: test accuracy; test accuracy in the third of the classes that has the
    fewest examples; of the dictionary's labels (of the weight, where there is none), those that are
    right, None where nothing was weighed."""

    accuracy: float
    rare: float
    purity: float | None


Method = Callable[[Problem, Plan], Outcome]


def _uniform(told: FsrOptions = PLAIN) -> Method:
    return lambda problem, plan: _trained(problem, plan, told)[0]


def _class_balanced(problem: Problem, plan: Plan) -> Outcome:
    sizes = torch.bincount(problem.given, minlength=problem.classes).clamp(min=1)
    return _trained(problem, plan, PLAIN, counts=(1 / sizes)[problem.given])[0]


def _fsr(told: FsrOptions, verified: bool = False) -> Method:
    def run(problem: Problem, plan: Plan) -> Outcome:
        found, taught = _trained(problem, plan, told, verified=verified)
        picked = problem.right[taught.dictionary]
        return replace(found, purity=float(picked.double().mean()) if len(picked) else None)

    return run


METHODS: dict[str, Method] = {
    "uniform": _uniform(),
    "uniform_mixed": _uniform(FsrOptions(weighing=False)),
    "class_balanced": _class_balanced,
    "fsr": _fsr(FsrOptions()),
    "fsr_released": _fsr(FsrOptions(released=True, pseudo_decay=RELEASED_DECAY)),
    "fsr_verified": _fsr(FsrOptions(), verified=True),
    "fsr_shifted": _fsr(SHIFTED),
    "fsr_shifted_released": _fsr(replace(SHIFTED, released=True)),
}

OVER_CACHE = {{"fsr": "fsr_head"}.get(name, name): name for name in REWEIGHTERS
              if name not in ("uniform", "fsr_released")}


def check(names: tuple[str, ...]) -> None:
    """Raises `UnknownName` for the first that is no method."""
    for name in names:
        if name not in METHODS and name not in OVER_CACHE:
            raise UnknownName("method", name, [*METHODS, *OVER_CACHE])


def run(name: str, problem: Problem, plan: Plan) -> Outcome:
    """One training (two, for what goes over the cache), judged on the gold part."""
    check((name,))
    if name in METHODS:
        return METHODS[name](problem, plan)
    first = _network(problem, plan)
    train_network(first, problem.x, problem.given, plan.of(PLAIN))
    weights = _weights(OVER_CACHE[name], problem, first, plan.seed)
    found, _ = _trained(problem, plan, PLAIN, counts=weights.float())
    held = float((weights * problem.right).sum() / weights.sum().clamp(min=1e-30))
    return replace(found, purity=held)


def _network(problem: Problem, plan: Plan) -> Network:
    return network(plan.model, tuple(problem.x.shape[1:]), problem.classes, plan.seed)


def _trained(
    problem: Problem, plan: Plan, told: FsrOptions, *, verified: bool = False,
    counts: Tensor | None = None,
) -> tuple[Outcome, Taught]:
    net = _network(problem, plan)
    known = (problem.x[problem.known], problem.given[problem.known]) if verified else None
    taught = train_network(net, problem.x, problem.given, plan.of(told), verified=known,
                           counts=counts)
    hits = predicted(net, problem.test_x) == problem.test_y
    few = torch.bincount(problem.given, minlength=problem.classes).argsort()
    rare = torch.isin(problem.test_y, few[:max(1, problem.classes // 3)])
    return Outcome(float(hits.double().mean()), float(hits[rare].double().mean()), None), taught


def _weights(name: str, problem: Problem, net: Network, seed: int) -> Tensor:
    """(N,) float64: by the reweighter `name`, over the features of `net`."""
    with torch.no_grad():
        features = with_bias(net.features(problem.x))
    head = fit(Rows(features, problem.given, None, problem.classes), PENALTY, tolerance=1e-6)
    top = top_layer(features, head.probs, problem.given, damping=PENALTY)
    known = trusted(features[problem.known], problem.given[problem.known], head.weights,
                    positions=problem.known)
    return reweighter(name, Options(seed=seed))(top, known).weights
