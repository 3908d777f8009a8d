"""Verdicts: what was claimed, what came out, and whether it holds, by rules stated in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from cincer.config import ModelSettings

from ..document import Verdict
from ..summary import Mean, mean
from . import paper
from .runs import Run, Runs
from .tables import shown

REPRODUCED = ("'as published or better' holds if our mean is not below the published one by more "
              "than two standard errors (root of the sum of both squared)")
MORE = ("'more than' holds if the mean difference, stream by stream at the end of the stream, is "
        "above 0 by more than two of its standard errors")
NO_LESS = ("'no less than' holds if the mean difference, stream by stream, is not below 0 by more "
           "than two of its standard errors")
UNKNOWN = "a claim that one repeat alone cannot decide, for want of a standard error, is left open"

CLEANED, F1 = "cleaned", "f1"
NAMES = {CLEANED: "cleaned", F1: "F1"}
DIGITS = {CLEANED: 1, F1: 4}


def reference(runs: Runs) -> str:
    """The selector that is held against the others: the default strategy, else the first."""
    default = ModelSettings().counter_example
    return default if default in runs.selectors else runs.selectors[0]


def row(runs: Runs, name: str) -> str:
    """How a verdict names its row."""
    return f"{runs.data} {runs.model}: {name}"


def difference(runs: Runs, a: str, b: str, value: Callable[[Run], float]) -> Mean | None:
    """`a` less `b` over the streams that both ran on; None if there is none."""
    there = {run.repeat: value(run) for run in runs.of(b)}
    found = [value(run) - there[run.repeat] for run in runs.of(a) if run.repeat in there]
    return mean(found) if found else None


def above(found: Mean, errors: float) -> bool | None:
    """Whether a mean is above `errors` of its standard errors (negative: not far below 0); None
    where the error is unknown."""
    if math.isnan(found.error):
        return None
    return found.mean > errors * found.error if errors > 0 else found.mean >= errors * found.error


def reproduced(runs: Runs, names: Sequence[str]) -> Iterator[Verdict]:
    """Ours against the published row of the same method."""
    for name in names:
        theirs = paper.result(runs.data, runs.model, name)
        if theirs is None:
            continue
        for measure in (CLEANED, F1):
            ours = _end(runs, name, measure)
            known: Mean = getattr(theirs, measure)
            spread = math.hypot(ours.error, known.error)
            holds = None if math.isnan(spread) else ours.mean >= known.mean - 2 * spread
            yield Verdict(row(runs, name), f"{NAMES[measure]} as published or better",
                          shown(ours, DIGITS[measure]),
                          shown(known, 1 if measure == CLEANED else 3), holds)


def more(runs: Runs, a: str, b: str, measure: str) -> Iterator[Verdict]:
    """`a` above `b` at the end of the stream."""
    yield from _compared(runs, a, b, measure, "more than", 2)


def no_less(runs: Runs, a: str, b: str, measure: str) -> Iterator[Verdict]:
    """`a` not below `b` at the end of the stream."""
    yield from _compared(runs, a, b, measure, "no less than", -2)


def _compared(
    runs: Runs, a: str, b: str, measure: str, words: str, errors: float
) -> Iterator[Verdict]:
    if a == b or not {a, b} <= set(runs.selectors):
        return
    found = difference(runs, a, b, lambda run: run.last(measure))
    if found is not None:
        yield Verdict(row(runs, a), f"{NAMES[measure]} {words} {b}",
                      shown(found, DIGITS[measure], True), _published(runs, a, b, measure),
                      above(found, errors))


def _published(runs: Runs, a: str, b: str, measure: str) -> str | None:
    """The published difference of the same two, or None."""
    found = [paper.result(runs.data, runs.model, name) for name in (a, b)]
    if found[0] is None or found[1] is None or found[0] is found[1]:
        return None
    gap = getattr(found[0], measure).mean - getattr(found[1], measure).mean
    return f"{gap:+.{1 if measure == CLEANED else 3}f}".replace("-", "−")


def _end(runs: Runs, name: str, measure: str) -> Mean:
    return runs.mean(name, lambda run: run.last(measure))
