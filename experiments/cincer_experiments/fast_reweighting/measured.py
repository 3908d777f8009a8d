"""Every method on every setting of a study, a problem a repeat."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..document import Cell, Table, Verdict
from ..summary import Mean, mean
from .methods import Outcome, Plan, run
from .problems import Problem


@dataclass(frozen=True, slots=True)
class Setting:
    """One point of a study: `name` as in tables; the number it is drawn at; what makes its problem
    from a seed."""

    name: str
    at: float
    make: Callable[[int], Problem]


@dataclass(frozen=True, slots=True)
class Measured:
    """Outcomes by setting and method, one a repeat; share of wrong labels by setting."""

    settings: Sequence[Setting]
    methods: Sequence[str]
    outcomes: dict[tuple[str, str], list[Outcome]] = field(default_factory=dict)
    noise: dict[str, list[float]] = field(default_factory=dict)

    def accuracy(self, setting: Setting, method: str) -> Mean:
        """In per cent."""
        return mean(100 * one.accuracy for one in self.outcomes[setting.name, method])

    def difference(self, setting: Setting, method: str, other: str) -> Mean:
        """Accuracy of `method` less that of `other` on the same problems, in per cent."""
        pairs = zip(self.outcomes[setting.name, method], self.outcomes[setting.name, other],
                    strict=True)
        return mean(100 * (a.accuracy - b.accuracy) for a, b in pairs)


def measure(
    settings: Sequence[Setting], methods: Sequence[str], seed: int, repeats: int, plan: Plan,
    progress: Callable[[str], None],
) -> Measured:
    """Problems and networks are drawn anew for each of `repeats`, from `seed` on."""
    found = Measured(settings, methods)
    for setting in settings:
        for at in range(seed, seed + repeats):
            problem = setting.make(at)
            found.noise.setdefault(setting.name, []).append(problem.noise)
            for method in methods:
                outcome = run(method, problem, replace(plan, seed=at))
                found.outcomes.setdefault((setting.name, method), []).append(outcome)
        progress(f"{setting.name}: " + ", ".join(
            f"{method} {found.accuracy(setting, method).mean:.1f}" for method in methods))
    return found


def table(
    title: str, found: Measured, published: Callable[[Setting, str], float | None],
    rare: bool = False,
) -> Table:
    """A row a setting and method; with how right the dictionary is, or how accurate the network on
    `rare` classes."""
    rows: list[list[Cell]] = []
    for setting in found.settings:
        for method in found.methods:
            accuracy = found.accuracy(setting, method)
            values = [one.rare if rare else one.purity
                      for one in found.outcomes[setting.name, method]]
            known = [100 * value for value in values if value is not None]
            rows.append([
                setting.name, 100 * mean(found.noise[setting.name]).mean, method, accuracy.mean,
                accuracy.error if accuracy.n > 1 else None, mean(known).mean if known else None,
                published(setting, method)])
    last = "rarest third of classes %" if rare else "right in dictionary %"
    return Table(title, ("setting", "wrong labels %", "method", "test accuracy %",
                         "standard error", last, "published, CIFAR-10 %"), rows)


def verdict(
    data: str, found: Measured, setting: Setting, method: str, other: str, claim: str,
    published: str | None = None,
) -> Verdict:
    """Whether `method` is more accurate than `other` in the mean over the same problems."""
    gap = found.difference(setting, method, other)
    error = "" if math.isnan(gap.error) else f" ± {gap.error:.2f}"
    ours = (f"{found.accuracy(setting, method).mean:.2f} v "
            f"{found.accuracy(setting, other).mean:.2f} ({gap.mean:+.2f}{error})")
    return Verdict(f"{data}, {setting.name}", claim, ours, published, gap.mean > 0)
