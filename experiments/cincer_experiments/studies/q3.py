"""Are the counter-examples mislabelled? Teso et al. (2021), Q3: precision at 5 and 10, see
`precision` for how it is measured."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cincer.config import ModelSettings
from cincer.errors import InvalidInput

from ..document import Table, Verdict
from ..summary import Mean, mean
from . import claims, paper, pictures, precision
from .report import Report
from .tables import NONE, shown

CUTS = (5, 10)

RULES = (
    "'as published or better' holds if our mean, measured as published, is not below the published "
    "one by more than two standard errors (root of the sum of both squared)",
    "'more than' holds if the mean difference over the same queries, static, is above 0 by more "
    "than two of its standard errors",
    "'behind none' holds if no other strategy is ahead on the same queries, static, by more than "
    "two standard errors of the difference",
    claims.UNKNOWN)

NOTES = (
    *paper.NOTES,
    "Precision at k divides by k, also where there are fewer candidates; the columns 'of those "
    "there' divide by the number of candidates where that is smaller.",
    "Standard errors are over all queries of all repeats, as published; queries of one repeat "
    "share a network and most candidates, so they are too small.",
    "'best possible' puts every mislabelled candidate first; 'by chance' is the share of the "
    "candidates that are mislabelled; once picks are set right, both differ by strategy.")


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The runs of one data set and model, by variant, selector and repeat."""

    plan: dict[str, Any]
    found: dict[precision.Key, dict[str, Any]]

    @property
    def data(self) -> str:
        return Path(str(self.plan["data"])).stem

    @property
    def model(self) -> str:
        return str(self.plan["settings"]["model"]["model"])

    def of(self, variant: str, selector: str) -> list[dict[str, Any]]:
        """The runs by repeat."""
        return [line for (v, s, _), line in sorted(self.found.items())
                if (v, s) == (variant, selector)]

    def selectors(self) -> list[str]:
        """Those with a run of both variants, highest static precision at 5 first."""
        there = [name for name in self.plan["selectors"]
                 if all(self.of(variant, name) for variant in precision.VARIANTS)]
        return sorted(there, key=lambda name: -at(self.of("static", name), 5).mean)


def read(paths: Iterable[Path]) -> list[Measured]:
    """One a file. `InvalidInput` for a file that is none of these."""
    found = []
    for path in sorted(paths):
        first, *rest = path.read_text(encoding="utf-8").splitlines() or [""]
        try:
            found.append(Measured(json.loads(first)["plan"], precision.lines(rest)))
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInput(f"{path} does not begin with the settings of its runs") from error
    return [measured for measured in found if measured.found]


def values(runs: Sequence[dict[str, Any]], k: int, there: bool = False) -> list[float]:
    """Precision at `k` of every query; with `there`, of the candidates there are."""
    return [sum(hits[:k]) / (min(k, count) if there else k)
            for run in runs for hits, count in zip(run["hits"], run["candidates"], strict=True)]


def at(runs: Sequence[dict[str, Any]], k: int, there: bool = False) -> Mean:
    """Mean and standard error over all queries; NaN without any."""
    return _mean(values(runs, k, there))


def report(found: Sequence[Measured]) -> Report:
    """Two tables and a figure a data set and model."""
    return Report(
        [_table(one, variant) for one in found for variant in precision.VARIANTS],
        [pictures.precision(one) for one in found if one.selectors()],
        [verdict for one in found for verdict in _verdicts(one)], RULES, NOTES)


def best_possible(runs: Sequence[dict[str, Any]], k: int) -> Mean:
    """Every mislabelled candidate first."""
    return _mean([min(k, wrong) / k for run in runs for wrong in run["wrong"]])


def _table(one: Measured, variant: str) -> Table:
    names = one.selectors()
    title = {"static": "static, nothing is set right",
             "as_published": "as published, a mislabelled first pick is set right"}[variant]
    rows = [_row(one, variant, name) for name in names]
    if names and variant == "static":
        runs = one.of(variant, names[0])
        chance = [wrong / count for run in runs
                  for wrong, count in zip(run["wrong"], run["candidates"], strict=True)]
        best = [shown(best_possible(runs, k), 3) for k in CUTS]
        rows += [["best possible", best[0], "", best[1], *[""] * 6],
                 ["by chance", *[shown(_mean(chance), 3), ""] * 2, *[""] * 5]]
    return Table(
        f"{one.data} {one.model}: precision of the counter-examples, {title}",
        ("strategy", "Pr@5", "published", "Pr@10", "published", "Pr@5 of those there",
         "Pr@10 of those there", "first is wrong", "published", "queries"), rows)


def _row(one: Measured, variant: str, name: str) -> list[str]:
    runs = one.of(variant, name)
    theirs = _published(one, name) if variant == "as_published" else None
    known = [NONE, NONE, NONE] if theirs is None else [
        shown(theirs.at5, 3), shown(theirs.at10, 3), f"{theirs.first_wrong:.3f}"]
    count = sum(len(run["hits"]) for run in runs)
    queries = str(count) if theirs is None else f"{count} (published {theirs.queries})"
    return [name, shown(at(runs, 5), 3), known[0], shown(at(runs, 10), 3), known[1],
            shown(at(runs, 5, True), 3), shown(at(runs, 10, True), 3), shown(at(runs, 1), 3),
            known[2], queries]


def _verdicts(one: Measured) -> Iterator[Verdict]:
    names = one.selectors()
    for name in names:
        yield from _reproduced(one, name)
    for name in ("as_published", "top_fisher"):
        for other in ("practical_fisher", "influence_lissa"):
            if {name, other} <= set(names):
                yield from _more(one, name, other)
    default = ModelSettings().counter_example
    if default in names and len(names) > 1:
        yield from _ahead(one, default, [name for name in names if name != default])


def _reproduced(one: Measured, name: str) -> Iterator[Verdict]:
    theirs = _published(one, name)
    if theirs is None:
        return
    for k, known in zip(CUTS, (theirs.at5, theirs.at10), strict=True):
        ours = at(one.of("as_published", name), k)
        spread = math.hypot(ours.error, known.error)
        holds = None if math.isnan(spread) else ours.mean >= known.mean - 2 * spread
        yield Verdict(_name(one, name), f"Pr@{k} as published or better", shown(ours, 3),
                      shown(known, 3), holds)


def _more(one: Measured, name: str, other: str) -> Iterator[Verdict]:
    pair = [_published(one, each) for each in (name, other)]
    for k in CUTS:
        found = _gap(one, name, other, k)
        gap = None
        if pair[0] is not None and pair[1] is not None:
            at_k = [each.at5 if k == 5 else each.at10 for each in pair if each is not None]
            gap = f"{at_k[0].mean - at_k[1].mean:+.3f}".replace("-", "−")
        yield Verdict(_name(one, name), f"Pr@{k} more than {other}", shown(found, 3, True), gap,
                      claims.above(found, 2))


def _ahead(one: Measured, name: str, others: Sequence[str]) -> Iterator[Verdict]:
    for k in CUTS:
        gaps = {other: _gap(one, name, other, k) for other in others}
        held = {other: claims.above(gap, -2) for other, gap in gaps.items()}
        behind = [other for other, holds in held.items() if holds is False]
        text = "; ".join(f"{other} {shown(gaps[other], 3, True)}" for other in behind)
        yield Verdict(_name(one, name), f"Pr@{k}: behind none", text or "behind none", None,
                      False if behind else None if None in held.values() else True)


def _gap(one: Measured, name: str, other: str, k: int) -> Mean:
    """`name` less `other` on the same queries, static."""
    here, there = (values(one.of("static", each), k) for each in (name, other))
    return _mean(np.subtract(here, there).tolist() if len(here) == len(there) else [])


def _published(one: Measured, name: str) -> paper.Precision | None:
    return paper.precision(one.data, one.model, name)


def _name(one: Measured, name: str) -> str:
    return f"{one.data} {one.model}: {name}"


def _mean(found: Sequence[float]) -> Mean:
    return mean(found) if len(found) else Mean(math.nan, math.nan, 0)
