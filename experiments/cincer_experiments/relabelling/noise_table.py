"""Figure 2: test loss by noise rate, for ERM, Dropout and RDIA with alpha by validation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cincer_streams.truth import Labels

from ..document import Cell, Table, Verdict
from ..studies.findings import Findings
from ..studies.report import Picture
from ..studies.values import Panel, Series, shares
from ..summary import mean
from . import pictures
from .fitting import ALPHAS, alpha_of, chosen, fitted, judged, outcome
from .noise import Noisy, flip
from .problems import Problem, problem

RATES = (0.0, 0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class Point:
    """One run: test losses, and of the rows RDIA relabelled how many had been flipped."""

    erm: float
    dropout: float
    rdia: float
    alpha: float
    relabelled: int
    precision: float
    recall: float


def run(data: Sequence[str], seed: int, repeats: int, progress: Callable[[str], None]) -> Findings:
    """Noise is drawn anew for each of `repeats`, from `seed` on."""
    found = Findings(
        "rdia-noise", "RDIA: test loss by noise rate",
        "Does RDIA with most labels wrong beat plain training on clean ones?",
        {"data": list(data), "seed": seed, "repeats": repeats, "rates": list(RATES), "C": 0.1,
         "alphas": [.0002, *ALPHAS]})
    for name in data:
        each = problem(name, seed)
        points: dict[float, list[Point]] = {}
        for rate in RATES:
            progress(f"{name}, noise {rate}")
            points[rate] = [one(each, rate, seed + at) for at in range(repeats)]
        found.tables.append(_table(name, points))
        found.verdicts.extend(_verdicts(name, points))
        found.pictures.append(_picture(name, repeats, points))
        found.notes.extend([f"{name}: {note}" for note in each.notes])
    return found


def one(each: Problem, rate: float, seed: int) -> Point:
    """One draw of the noise."""
    noisy = flip(each.train_y, rate, seed)
    head = fitted(each, noisy.given)
    best, _ = chosen(head, (ALPHAS[0], .0002, *ALPHAS[1:]))
    rdia, dropped = judged(head, best), outcome(head, "dropout")
    hits = _hits(noisy, best.suggestions.rows.numpy())
    return Point(head.erm, dropped.test_loss, rdia.test_loss, alpha_of(best), rdia.treated, *hits)


def _hits(noisy: Noisy, rows: Labels) -> tuple[float, float]:
    """Precision and recall of the rows relabelled, positive = flipped; NaN of nothing."""
    hit = float(noisy.flipped[rows].sum())
    relabelled, wrong = len(rows), float(noisy.flipped.sum())
    nan = float("nan")
    return hit / relabelled if relabelled else nan, hit / wrong if wrong else nan


def _table(name: str, points: dict[float, list[Point]]) -> Table:
    rows: list[list[Cell]] = []
    for rate, found in points.items():
        row: list[Cell] = [rate]
        for part in ("erm", "dropout", "rdia", "alpha", "relabelled", "precision", "recall"):
            value = mean(getattr(point, part) for point in found)
            row.append(None if value.mean != value.mean else value.mean)
        row.append(mean(point.rdia for point in found).error if len(found) > 1 else None)
        rows.append(row)
    return Table(f"{name}: test loss", (
        "noise", "erm", "dropout", "rdia", "alpha", "relabelled", "precision", "recall",
        "rdia's standard error"), rows)


def _picture(name: str, repeats: int, points: dict[float, list[Point]]) -> Picture:
    def lines(*parts: str) -> list[Series]:
        return [Series(part, {rate: mean(getattr(point, part) for point in found)
                              for rate, found in points.items()}) for part in parts]

    ticks = shares(RATES)
    noise = "labels flipped"
    return pictures.lines(f"noise-{name}", f"{name}: test loss by noise", repeats, [
        Panel("test log loss", noise, lines("erm", "dropout", "rdia"), ticks, log=True),
        Panel("of the rows RDIA relabels", noise,
              _known(lines("precision", "recall")), shares(RATES[1:]))])


def _known(lines: list[Series]) -> list[Series]:
    """Without the settings that nothing can be said of."""
    return [replace(line, means={at: one for at, one in line.means.items()
                                 if not math.isnan(one.mean)}) for line in lines]


def _verdicts(name: str, points: dict[float, list[Point]]) -> list[Verdict]:
    clean = mean(point.erm for point in points[0.0]).mean
    most = max(points)
    worst = mean(point.rdia for point in points[most]).mean
    found = [Verdict(name, f"RDIA at {most:.0%} noise beats ERM at 0 %",
                     f"{worst:.4f} against {clean:.4f}", "yes", worst < clean)]
    for rate, each in points.items():
        rdia = mean(point.rdia for point in each).mean
        other = min(mean(getattr(point, part) for point in each).mean
                    for part in ("erm", "dropout"))
        found.append(Verdict(f"{name}, noise {rate:.0%}", "RDIA beats ERM and Dropout",
                             f"{rdia:.4f} against {other:.4f}", "yes", rdia < other))
    return found
