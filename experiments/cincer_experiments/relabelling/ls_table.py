"""Table 6: test accuracy by rate of symmetric noise, for RDIA-LS and its baselines.

The network is that of the released code (784-256-10 on MNIST; the paper says LeNet, which is there
under that name). The paper trains 200 epochs; `short` keeps the proportions of its schedule.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from cincer.errors import UnknownName
from cincer.relabel.by_loss import (
    BatchLoss,
    LossOptions,
    Training,
    by_loss,
    estimate,
    predict,
    train,
)
from cincer.rng import derive, generator
from cincer_streams.datasets import load
from cincer_streams.noise import NoiseSpec, corrupt

from ..devices import card, check_device
from ..studies.findings import Findings
from .ls_results import Curve, Curves, drawn, tables, verdicts

METHODS = ("erm", "forward", "self_teaching", "co_teaching", "sigua", "rdia_ls",
           "rdia_ls_released")
RATES = (0.2, 0.4, 0.6, 0.8)

WEIGHED = ("rdia_ls", "rdia_ls_released")
"""Methods with a gamma: what the rows unlearned count (`rdia_ls`); what the rows kept count
(`released`)."""

GAMMAS = (0.05, 0.2, 0.5, 0.8)
"""Those tried, a part of the paper's grid (0.05 to 0.95)."""

HELD_OUT = 0.1
"""Share of the training rows, under their noisy labels, by whose accuracy gamma is chosen."""

FULL = Training(weight_decay=1e-5)
ESTIMATE_STEPS = 100
"""Steps after which a network knows the classes and has memorised little, for estimating the noise
rate; a whole epoch at least."""


def perceptron(shape: tuple[int, ...], classes: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(math.prod(shape), 256), nn.ReLU(),
                         nn.Linear(256, classes))


def lenet(shape: tuple[int, ...], classes: int) -> nn.Module:
    """For square images of one channel, at least 12 x 12."""
    side = math.isqrt(math.prod(shape))
    left = ((side - 4) // 2 - 4) // 2
    return nn.Sequential(
        nn.Flatten(), nn.Unflatten(1, (1, side, side)),
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(16 * left * left, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
        nn.Linear(84, classes))


NETWORKS: dict[str, Callable[[tuple[int, ...], int], nn.Module]] = {
    "perceptron": perceptron, "lenet": lenet}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is trained: `estimated` = the noise rate is estimated, not given; `gamma` None = chosen
    by rows held out, each with the label it came with; `device`: where the networks are trained."""

    training: Training
    methods: tuple[str, ...] = METHODS
    rates: tuple[float, ...] = RATES
    network: str = "perceptron"
    estimated: bool = False
    gamma: float | None = None
    device: str = "cpu"

    def __post_init__(self) -> None:
        check_device(self.device)
        for name in self.methods:
            by_loss(name)
        if self.network not in NETWORKS:
            raise UnknownName("network", self.network, NETWORKS)


def short(epochs: int) -> Training:
    """`epochs` with the paper's schedule in proportion, but a ramp of half of them at most 10."""
    return Training(epochs=epochs, ramp=max(1, min(10, epochs // 2)), decay_from=2 * epochs // 5,
                    weight_decay=1e-5)


@dataclass(frozen=True, slots=True)
class Images:
    """x (N, F) float32; given (N,); right (N,) bool, for the purity alone; the gold part."""

    x: Tensor
    given: Tensor
    right: Tensor
    test_x: Tensor
    test_y: Tensor
    classes: int

    def on(self, device: str) -> Images:
        """The same in the memory of `device`."""
        return Images(self.x.to(device), self.given.to(device), self.right.to(device),
                      self.test_x.to(device), self.test_y.to(device), self.classes)


def run(
    data: Sequence[str], seed: int, repeats: int, progress: Callable[[str], None], plan: Plan
) -> Findings:
    """Noise and networks are drawn anew for each of `repeats`, from `seed` on."""
    training = plan.training
    found = Findings(
        "rdia-ls", "RDIA-LS, Table 6: test accuracy by noise rate",
        "Does unlearning high losses beat ignoring them?",
        {"data": list(data), "seed": seed, "repeats": repeats, "rates": list(plan.rates),
         "methods": list(plan.methods), "network": plan.network, "epochs": training.epochs,
         "ramp": training.ramp, "decay_from": training.decay_from,
         **card(plan.device), "gamma": "by held-out rows" if plan.gamma is None else plan.gamma,
         "noise_rate": "estimated" if plan.estimated else "given"})
    for name in data:
        curves: Curves = {}
        for rate in plan.rates:
            for method in plan.methods:
                for at in range(repeats):
                    posed = images(name, rate, seed + at).on(plan.device)
                    curve = one(posed, method, rate, seed + at, plan)
                    curves.setdefault((method, rate), []).append(curve)
                    progress(f"{name}, noise {rate}, {method}: {curve.accuracy[-1]:.2f} %")
        found.tables.extend(tables(name, plan, curves))
        found.verdicts.extend(verdicts(name, plan, curves))
        found.pictures.extend(drawn(name, plan, curves))
    if training.epochs < FULL.epochs:
        found.notes.append(f"{training.epochs} epochs instead of the paper's {FULL.epochs}; "
                           "--full trains them all.")
    return found


def images(name: str, rate: float, seed: int) -> Images:
    """The data set `name` with symmetric noise in its training part."""
    dataset = load(name)
    train_part, test = dataset.train, dataset.test
    classes = len(dataset.schema.classes)
    found = corrupt(train_part.labels, NoiseSpec(classes, rate), generator(seed, "noise"),
                    ids=train_part.ids)
    true = found.truth.open("metrics")
    right = np.array([true[id] for id in train_part.ids]) == found.given
    return Images(
        torch.from_numpy(train_part.encoded(dataset.schema)), torch.from_numpy(found.given),
        torch.from_numpy(right), torch.from_numpy(test.encoded(dataset.schema)),
        torch.from_numpy(test.labels), classes)


def one(found: Images, method: str, rate: float, seed: int, plan: Plan) -> Curve:
    """One training, judged after every epoch."""
    make = _network(found, plan)
    if plan.estimated:
        rate = estimate(make, by_loss("erm"), found.x, found.given, _brief(len(found.x), seed))
    training = replace(plan.training, seed=seed)
    gamma = _gamma(found, method, rate, training, plan) if method in WEIGHED else None
    networks: list[nn.Module] = []
    accuracy, purity = [], []
    for epoch in train(make, _strategy(method, gamma), found.x, found.given, rate, training,
                       trained=networks.extend):
        accuracy.append(_accuracy(networks[0], found.test_x, found.test_y))
        purity.append(100 * float(found.right[epoch.kept].double().mean()))
    return Curve(tuple(accuracy), tuple(purity), rate, gamma)


def _network(found: Images, plan: Plan) -> Callable[[], nn.Module]:
    return lambda: NETWORKS[plan.network](tuple(found.x.shape[1:]), found.classes)


def _strategy(method: str, gamma: float | None) -> BatchLoss:
    return by_loss(method, LossOptions() if gamma is None else
                   LossOptions(relabel_loss_weight=gamma))


def _gamma(found: Images, method: str, rate: float, training: Training, plan: Plan) -> float:
    """The one that says most of the held-out rows' labels, the smallest of equals. The labels are
    noisy as all of them: under symmetric noise the best of the clean is the best of these."""
    if plan.gamma is not None:
        return plan.gamma
    order = torch.randperm(len(found.x), generator=torch.Generator().manual_seed(
        derive(training.seed, "held out"))).to(found.x.device)
    out, rest = order.tensor_split([round(HELD_OUT * len(order))])
    scores = {}
    for gamma in GAMMAS:
        networks: list[nn.Module] = []
        for _ in train(_network(found, plan), _strategy(method, gamma), found.x[rest],
                       found.given[rest], rate, training, trained=networks.extend):
            pass
        scores[gamma] = _accuracy(networks[0], found.x[out], found.given[out])
    return max(GAMMAS, key=lambda gamma: scores[gamma])


def _accuracy(network: nn.Module, x: Tensor, labels: Tensor) -> float:
    """In per cent."""
    return 100 * float((predict(network, x).argmax(dim=1) == labels).double().mean())


def _brief(rows: int, seed: int) -> Training:
    """Plain training on half of `rows`, for the estimate."""
    epochs = math.ceil(ESTIMATE_STEPS / math.ceil(rows / 2 / FULL.batch))
    return Training(epochs=epochs, ramp=1, decay_from=epochs, seed=seed)
