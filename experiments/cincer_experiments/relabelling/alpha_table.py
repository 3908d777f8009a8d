"""Table 3: rows relabelled and test loss by threshold and noise rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from ..document import Cell, Table, Verdict
from ..studies.findings import Findings
from ..studies.report import Picture
from ..studies.values import Panel, Series, shares
from ..summary import mean
from . import pictures
from .fitting import alpha_of, chosen, fitted, judged
from .noise import flip
from .problems import Problem, problem
from .published import TABLE_3, TABLE_3_ERM

ALPHAS = (.01, .002, .0002)
RATES = (0.0, 0.2, 0.5, 0.8)

Counts = dict[tuple[float, float], list[tuple[int, float]]]
"""By alpha and rate: rows relabelled and test loss, one a repeat."""


def run(data: Sequence[str], seed: int, repeats: int, progress: Callable[[str], None]) -> Findings:
    """Noise is drawn anew for each of `repeats`, from `seed` on."""
    found = Findings(
        "rdia-alpha", "RDIA, Table 3: relabelled rows and test loss by threshold",
        "How does the best threshold depend on the noise?",
        {"data": list(data), "seed": seed, "repeats": repeats, "alphas": list(ALPHAS),
         "rates": list(RATES), "C": 0.1})
    for name in data:
        each = problem(name, seed)
        erm, cells = _measure(each, seed, repeats, progress)
        found.tables.append(_table(name, erm, cells))
        found.verdicts.append(_smaller_is_better(name, cells))
        found.pictures.append(_picture(name, repeats, erm, cells))
        found.notes.extend([f"{name}: {note}" for note in each.notes])
    return found


def _measure(
    each: Problem, seed: int, repeats: int, progress: Callable[[str], None]
) -> tuple[dict[float, list[float]], Counts]:
    erm: dict[float, list[float]] = {rate: [] for rate in RATES}
    cells: Counts = {(alpha, rate): [] for alpha in ALPHAS for rate in RATES}
    for rate in RATES:
        progress(f"{each.name}, noise {rate}")
        for at in range(repeats):
            head = fitted(each, flip(each.train_y, rate, seed + at).given)
            erm[rate].append(head.erm)
            for tried in chosen(head, ALPHAS)[1]:
                result = judged(head, tried)
                cells[alpha_of(tried), rate].append((result.treated, result.test_loss))
    return erm, cells


def _table(name: str, erm: dict[float, list[float]], cells: Counts) -> Table:
    known = name.startswith("mnist-1v7")
    rows: list[list[Cell]] = [
        ["erm", rate, None, mean(losses).mean, None, TABLE_3_ERM[rate] if known else None]
        for rate, losses in erm.items()]
    for (alpha, rate), found in cells.items():
        empty: tuple[int | None, float | None] = (None, None)
        count, loss = TABLE_3[alpha][rate] if known else empty
        rows.append([f"rdia {alpha:g}", rate, round(mean(n for n, _ in found).mean),
                     mean(value for _, value in found).mean, count, loss])
    return Table(f"{name}: by threshold and noise", (
        "strategy", "noise", "relabelled", "test loss", "published relabelled",
        "published loss"), rows)


def _picture(
    name: str, repeats: int, erm: dict[float, list[float]], cells: Counts
) -> Picture:
    known = name.startswith("mnist-1v7")
    losses = [Series("erm", {rate: mean(found) for rate, found in erm.items()},
                     TABLE_3_ERM if known else {})]
    counts = []
    for alpha in ALPHAS:
        said = TABLE_3[alpha] if known else {}
        losses.append(Series(
            f"rdia {alpha:g}", {rate: mean(loss for _, loss in cells[alpha, rate])
                                for rate in RATES},
            {rate: loss for rate, (_, loss) in said.items()}))
        counts.append(Series(
            f"rdia {alpha:g}", {rate: mean(n for n, _ in cells[alpha, rate]) for rate in RATES},
            {rate: n for rate, (n, _) in said.items() if n is not None}))
    noise, ticks = "labels flipped", shares(RATES)
    return pictures.lines(f"alpha-{name}", f"{name}: by threshold and noise", repeats, [
        Panel("test log loss", noise, losses, ticks, log=True),
        Panel("rows relabelled", noise, counts, ticks)])


def _smaller_is_better(name: str, cells: Counts) -> Verdict:
    """The paper's rule of thumb: the more noise, the smaller the best threshold."""
    best = {rate: min(ALPHAS, key=lambda alpha: mean(
        loss for _, loss in cells[alpha, rate]).mean) for rate in RATES}
    falling = all(best[a] >= best[b] for a, b in pairwise(RATES))
    text = ", ".join(f"{rate:.0%}: {alpha:g}" for rate, alpha in best.items())
    return Verdict(name, "the best threshold falls as noise rises", text,
                   "0%: .002, 20%: .002, 50%: .0002, 80%: .0002", falling)
