"""`lsw`: Tables 1, 3, 6 and 7 of LSW's paper on the data at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from cincer.errors import InvalidInput
from cincer.reweight import reweighter

from ..studies.findings import Findings
from . import pictures, tables
from .features import Kernel
from .outcome import Outcomes, outcome
from .problem import Noise, check, problem
from .training import table_6
from .weighing import Weighed, weigh

METHODS = ("uniform", "lsw", "l2rw", "meta_weight_net")
NOISES = (*(Noise("symmetric", rate) for rate in (0.3, 0.4, 0.5, 0.6)),
          *(Noise("instance", rate) for rate in (0.3, 0.4, 0.5, 0.6)),
          *(Noise("pair", rate) for rate in (0.3, 0.4, 0.45, 0.5)))
AT = 0.4
"""Noise rate of Tables 6 and 7."""

TRUSTED = (10, 20, 50, 100)
ROWS = 10_000

NOTES = (
    "Published: CIFAR-10 and ResNet-34. Its asymmetric noise stands beside pair noise; a rate it "
    "lacks is compared with the nearest.",
    "Inputs: squares of one channel by histograms of their edges, others as they are. Features: a "
    "Gaussian kernel on them, and what ridge regression of the other rows' given labels says of "
    "each row; learned anew from the weights in each of three rounds. Accuracy in the table of "
    "detection: the ridge classifier under the final weights, trained on all rows.",
    "A row counts as clean from weight 0.3 on: of LSW in its own units, of the other methods where "
    "the mean weight is 1. One setting for all rows of all tables.",
    "Table 6 trains perceptrons (64-32) on the inputs; `joint` learns its own weights through its "
    "last layer, the others are given the study's.",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` at most, of each data set; which methods, noises and trusted labels a class."""

    rows: int = ROWS
    methods: tuple[str, ...] = METHODS
    noises: tuple[Noise, ...] = NOISES
    trusted: tuple[int, ...] = TRUSTED

    def __post_init__(self) -> None:
        for name in self.methods:
            reweighter(name)
        if "lsw" not in self.methods:
            raise InvalidInput("the methods must include lsw", field="methods")

    @property
    def tasks(self) -> Iterator[tuple[Noise, int]]:
        """Noises with 10 trusted labels a class, then Table 7's further ones."""
        yield from ((noise, self.trusted[0]) for noise in self.noises)
        yield from ((noise, count) for count in self.trusted[1:] for noise in self.noises
                    if noise == Noise("symmetric", AT))


def run(
    data: Sequence[str], seed: int, repeats: int, progress: Callable[[str], None], plan: Plan
) -> Findings:
    """Trusted examples, noise, batches and networks are drawn anew for each of `repeats`."""
    for name in data:
        check(name)
    found = Findings(
        "lsw", "LSW: finding wrong labels from a few right ones",
        "Do weights learned from ten trusted labels a class tell wrong labels from right ones?",
        {"data": list(data), "seed": seed, "repeats": repeats, "rows": plan.rows,
         "methods": list(plan.methods), "noises": [str(noise) for noise in plan.noises],
         "trusted": list(plan.trusted)})
    found.notes.extend(NOTES)
    for name in data:
        outcomes = Outcomes()
        for at in range(repeats):
            for noise, trusted in plan.tasks:
                _one(outcomes, name, noise, seed + at, plan, trusted)
                score = outcomes.detected[noise, "lsw", trusted][-1].found
                progress(f"{name}, {noise}, {trusted} trusted a class: F1 {score.f1:.3f}, "
                         f"AUC {score.auc:.3f}")
        found.tables.extend(tables.tables(name, plan, outcomes))
        found.verdicts.extend(tables.verdicts(name, plan, outcomes))
        found.pictures.extend(pictures.pictures(name, plan, outcomes))
    return found


def _one(
    outcomes: Outcomes, data: str, noise: Noise, seed: int, plan: Plan, trusted: int
) -> None:
    """All methods on one draw; of Table 7's further sizes, LSW alone."""
    posed = problem(data, noise, seed, plan.rows, trusted)
    kernel = Kernel(posed)
    for method in plan.methods if trusted == plan.trusted[0] else ("lsw",):
        weighed = weigh(kernel, posed, method, seed, history=method == "lsw")
        outcomes.detected[noise, method, trusted].append(outcome(posed, weighed))
        if method == "lsw" and trusted == plan.trusted[0]:
            _remember(outcomes, noise, weighed, posed.wrong)
            if noise.rate == AT:
                for step, accuracy in table_6(posed, weighed, seed).items():
                    outcomes.trained[noise, step].append(accuracy)


def _remember(outcomes: Outcomes, noise: Noise, weighed: Weighed, wrong: Tensor) -> None:
    if weighed.found.history is not None:
        outcomes.histories.setdefault(noise, (weighed.found.history, wrong))
