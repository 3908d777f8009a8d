"""The studies' tables: means ± standard errors, published numbers beside ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from ..document import Table
from ..summary import Mean
from . import paper
from .equal import Difference
from .measures import mean_f1, nothing_wrong
from .runs import Run, Runs

NONE = "–"

NOTES = (
    *paper.NOTES,
    "'nothing wrong' is the share of the queries in which no label was set right. The published "
    "share for drop_ce also counts its counter-examples, which nobody is shown.")


def shown(value: Mean | None, digits: int = 1, signed: bool = False) -> str:
    """`27.8 ± 1.2`; with `signed`, `+4.0 ± 0.9`; without an error where it is not known."""
    if value is None or math.isnan(value.mean):
        return NONE
    mean = round(value.mean, digits) + 0.0
    text = f"{mean:{'+' if signed else ''}.{digits}f}".replace("-", "−")
    return text if math.isnan(value.error) else f"{text} ± {value.error:.{digits}f}"


def by_cleaned(runs: Runs) -> list[str]:
    """Selectors, most cleaned first."""
    return sorted(runs.selectors,
                  key=lambda name: -runs.mean(name, lambda run: run.last("cleaned")).mean)


def results(runs: Runs, order: list[str]) -> Table:
    """At the end of the stream, ours beside the published row where there is one."""
    rows = [_row(runs, name) for name in order]
    rows.append(_clean(runs))
    repeats = max(len(runs.of(name)) for name in runs.selectors)
    return Table(
        f"{runs.data} {runs.model}: at the end of the stream, {repeats} "
        f"repeat{'s' if repeats > 1 else ''}",
        ("selector", "cleaned", "published", "counter-examples", "published", "queries",
         "published", "labels inspected", "nothing wrong", "published", "F1", "published",
         "F1 over the stream"), rows)


def _row(runs: Runs, name: str) -> list[str]:
    theirs = paper.result(runs.data, runs.model, name)

    def ours(value: Callable[[Run], float], digits: int = 1) -> str:
        return shown(runs.mean(name, value), digits)

    def last(column: str, digits: int = 1) -> str:
        return ours(lambda run: run.last(column), digits)

    def known(name: str, digits: int = 1) -> str:
        return NONE if theirs is None else shown(getattr(theirs, name), digits)

    return [name, last("cleaned"), known("cleaned"), last("cleaned_counter_examples"),
            known("counter_examples"), last("queries"), known("queries"),
            last("labels_inspected"), ours(nothing_wrong, 3),
            NONE if theirs is None else f"{theirs.nothing_wrong:.2f}", last("f1", 4),
            known("f1", 3), ours(mean_f1, 4)]


def _clean(runs: Runs) -> list[str]:
    """The bound: the network of true labels."""
    first = runs.selectors[0]
    theirs = paper.result(runs.data, runs.model, "clean")
    bound = runs.mean(first, lambda run: run.last("f1_clean"))
    known = NONE if theirs is None else shown(theirs.f1, 3)
    return ["true labels", *[""] * 9, shown(bound, 4), known, ""]


def against(
    runs: Runs, reference: str, found: Mapping[str, Mapping[tuple[str, str], Difference]]
) -> Table:
    """The reference less each other selector, at equal cost of either kind."""
    others = [name for name in by_cleaned(runs) if name != reference]
    rows = [[other, *(text for cost in ("queries", "labels")
                      for text in _cells(found[cost].get((reference, other))))]
            for other in others]
    return Table(
        f"{runs.data} {runs.model}: {reference} less each other strategy, stream by stream",
        ("strategy", "queries", "cleaned at equal queries", "F1 at equal queries",
         "labels inspected", "cleaned at equal labels", "F1 at equal labels"), rows)


def _cells(one: Difference | None) -> list[str]:
    if one is None:
        return [NONE] * 3
    return [f"{one.at.mean:.1f}", shown(one.cleaned, 1, True), shown(one.f1, 4, True)]


def matrix(
    runs: Runs, cost: str, measure: str, found: Mapping[tuple[str, str], Difference]
) -> Table:
    """Row less column for every two selectors; `measure` `cleaned` or `f1`."""
    order, digits = by_cleaned(runs), 1 if measure == "cleaned" else 4

    def cell(a: str, b: str) -> str:
        one = found.get((a, b))
        return "" if one is None else shown(getattr(one, measure), digits, True)

    what = "cleaned" if measure == "cleaned" else "F1"
    return Table(f"{runs.data} {runs.model}: {what} at equal {cost}, row less column",
                 ("strategy", *order), [[a, *(cell(a, b) for b in order)] for a in order])
