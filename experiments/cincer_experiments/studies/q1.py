"""Does contrasting with a counter-example help? Teso et al. (2021), Q1: Top Fisher against no
counter-example, and against dropping it unasked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..document import Verdict
from . import claims, pictures, tables
from .report import Report
from .runs import Runs

WITHOUT = ("no_ce", "drop_ce")
"""The policies without a counter-example that a person sees."""


def report(found: Sequence[Runs]) -> Report:
    """A table and a figure a data set and model."""
    return Report(
        [tables.results(runs, runs.selectors) for runs in found],
        [pictures.curves(runs, runs.selectors) for runs in found],
        [verdict for runs in found for verdict in _verdicts(runs)],
        (claims.REPRODUCED, claims.MORE, claims.UNKNOWN), tables.NOTES)


def _verdicts(runs: Runs) -> Iterator[Verdict]:
    yield from claims.reproduced(runs, runs.selectors)
    for name in runs.selectors:
        for other in WITHOUT if name not in WITHOUT else ():
            for measure in (claims.CLEANED, claims.F1):
                yield from claims.more(runs, name, other, measure)
