"""Which counter-example? Teso et al. (2021), Q2: all strategies on labels cleaned and F1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..document import Verdict
from . import claims, pictures, tables
from .report import Report
from .runs import Runs

DRAWN = ("as_published", "top_fisher", "nearest", "practical_fisher", "influence_lissa", "no_ce")
"""The paper's own, drawn as lines beside the default strategy."""

RELEASED = ("as_published", "top_fisher")
"""Top Fisher as the released code computes it, and as the paper derives it."""

BEATEN = ("nearest", "practical_fisher", "influence_lissa")
"""What the paper finds Top Fisher to be better than."""


def report(found: Sequence[Runs]) -> Report:
    """A table and two figures a data set and model."""
    return Report(
        [tables.results(runs, tables.by_cleaned(runs)) for runs in found],
        [picture for runs in found
         for picture in (pictures.strategies(runs), pictures.curves(runs, _drawn(runs)))],
        [verdict for runs in found for verdict in _verdicts(runs)],
        (claims.REPRODUCED, claims.MORE, claims.NO_LESS, claims.UNKNOWN), tables.NOTES)


def _drawn(runs: Runs) -> list[str]:
    names = dict.fromkeys([*DRAWN, claims.reference(runs)])
    return [name for name in names if name in runs.selectors]


def _verdicts(runs: Runs) -> Iterator[Verdict]:
    yield from claims.reproduced(runs, tables.by_cleaned(runs))
    for name in RELEASED:
        for other in BEATEN:
            yield from claims.more(runs, name, other, claims.CLEANED)
            yield from claims.no_less(runs, name, other, claims.F1)
    best = claims.reference(runs)
    for other in tables.by_cleaned(runs):
        yield from claims.no_less(runs, best, other, claims.CLEANED)
        if other not in BEATEN or best not in RELEASED:
            yield from claims.no_less(runs, best, other, claims.F1)
