"""What RDIA-LS's study makes of its curves: tables, verdicts and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..document import Cell, Table, Verdict
from ..studies.report import Picture
from ..studies.values import Panel, Series, shares
from ..summary import Mean, mean
from . import pictures
from .published import TABLE_6

if TYPE_CHECKING:
    from .ls_table import Plan

EPOCHS_SHOWN = 9
"""Along a curve."""


@dataclass(frozen=True, slots=True)
class Curve:
    """By epoch: test accuracy in per cent; of the rows kept, the share labelled right, in per
    cent. `rate`: the noise rate it was told; `gamma`: None where the method has none."""

    accuracy: tuple[float, ...]
    purity: tuple[float, ...]
    rate: float
    gamma: float | None = None


Curves = dict[tuple[str, float], list[Curve]]
"""By method and noise rate, one a repeat."""


def tables(name: str, plan: Plan, curves: Curves) -> list[Table]:
    rows: list[list[Cell]] = []
    epochs: list[list[Cell]] = []
    for (method, rate), found in curves.items():
        end = _last(found)
        known = _published(name, method)
        rows.append([method, rate, mean(c.rate for c in found).mean, end.mean,
                     end.error if end.n > 1 else None,
                     mean(c.purity[-1] for c in found).mean, _gammas(found), known.get(rate)])
        for at in range(plan.training.epochs):
            epochs.append([method, rate, at + 1, mean(c.accuracy[at] for c in found).mean,
                           mean(c.purity[at] for c in found).mean])
    return [Table(f"{name}: after the last epoch", (
        "method", "noise", "rate told", "test accuracy %", "standard error",
        "right among kept %", "gamma", "published %"), rows),
        Table(f"{name}: by epoch", ("method", "noise", "epoch", "test accuracy %",
                                    "right among kept %"), epochs)]


def verdicts(name: str, plan: Plan, curves: Curves) -> list[Verdict]:
    found = []
    for rate in plan.rates:
        if "rdia_ls" not in plan.methods:
            break
        ours = _last(curves["rdia_ls", rate]).mean
        published = TABLE_6["rdia_ls"].get(rate) if name == "mnist" else None
        if published is not None:
            found.append(Verdict(f"{name}, noise {rate:.0%}", "no less accurate than published",
                                 f"{ours:.2f}", f"{published:.2f}", ours >= published))
        others = {m: _last(curves[m, rate]).mean for m in plan.methods
                  if not m.startswith("rdia_ls")}
        if others:
            best = max(others, key=lambda m: others[m])
            found.append(Verdict(f"{name}, noise {rate:.0%}", "RDIA-LS beats its baselines",
                                 f"{ours:.2f}; best {best} {others[best]:.2f}", "yes",
                                 ours > others[best]))
    return found


def drawn(name: str, plan: Plan, curves: Curves) -> list[Picture]:
    """Accuracy after the last epoch by noise, and by epoch for each rate."""
    repeats = max(len(found) for found in curves.values())
    end = [Series(method, {rate: _last(curves[method, rate]) for rate in plan.rates},
                  _published(name, method)) for method in plan.methods]
    epochs = _spread(plan.training.epochs)
    return [
        pictures.lines(f"accuracy-{name}", f"{name}: test accuracy by noise", repeats, [
            Panel("test accuracy, %", "labels flipped", end, shares(plan.rates))]),
        pictures.lines(f"epochs-{name}", f"{name}: test accuracy by epoch", repeats, [
            Panel(f"{rate:.0%} noise", "epoch", [
                Series(method, {epoch: mean(curve.accuracy[epoch - 1]
                                            for curve in curves[method, rate])
                                for epoch in epochs}) for method in plan.methods],
                {epoch: str(epoch) for epoch in epochs}) for rate in plan.rates])]


def _spread(epochs: int) -> Sequence[int]:
    """Some epochs from the first to the last."""
    steps = min(epochs, EPOCHS_SHOWN) - 1
    return sorted({1 + round(at * (epochs - 1) / steps) for at in range(steps + 1)}) if steps \
        else [1]


def _published(name: str, method: str) -> dict[float, float]:
    return TABLE_6.get(method.removesuffix("_released"), {}) if name == "mnist" else {}


def _last(curves: list[Curve]) -> Mean:
    return mean(curve.accuracy[-1] for curve in curves)


def _gammas(curves: list[Curve]) -> str:
    return ", ".join(f"{curve.gamma:g}" for curve in curves if curve.gamma is not None)
