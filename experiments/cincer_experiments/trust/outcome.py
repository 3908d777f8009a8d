"""What the study measures, kept by setting."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from torch import Tensor

from cincer.kernels.metrics import Detection, detection
from cincer.reweight import History

from ..summary import Mean, mean
from .problem import Noise, Problem
from .weighing import Weighed


@dataclass(frozen=True, slots=True)
class Outcome:
    """How well wrong labels were found, and test accuracy in [0, 1] under the weights."""

    found: Detection
    accuracy: float


@dataclass(slots=True)
class Outcomes:
    """Of one data set: by noise, method and trusted labels a class; Table 6 by noise and step. A
    list holds one entry a repeat. `histories`: of the first repeat, and which rows are wrong."""

    detected: dict[tuple[Noise, str, int], list[Outcome]] = field(
        default_factory=lambda: defaultdict(list))
    trained: dict[tuple[Noise, str], list[float]] = field(
        default_factory=lambda: defaultdict(list))
    histories: dict[Noise, tuple[History, Tensor]] = field(default_factory=dict)

    def mean(self, noise: Noise, method: str, trusted: int, of: str) -> Mean:
        """`of`: fdr, recall, f1, auc or accuracy."""
        return mean(each.accuracy if of == "accuracy" else getattr(each.found, of)
                    for each in self.detected[noise, method, trusted])


def outcome(problem: Problem, weighed: Weighed) -> Outcome:
    """The one place where the truth is looked at."""
    many = len(problem.given)
    found = detection(problem.wrong.numpy(), ~weighed.found.clean[:many].numpy(),
                      -weighed.found.weights[:many].numpy())
    hits = weighed.predicted == problem.test_y
    return Outcome(found, float(hits.double().mean()))
