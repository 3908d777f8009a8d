"""Every strategy against every other, at equal numbers of queries and of labels inspected."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ..document import Verdict
from ..summary import Mean
from . import claims, equal, pictures, tables
from .measures import nothing_wrong
from .report import Report
from .runs import Runs

GAIN = 1.15

RULES = (
    "'equal queries' and 'equal labels': both runs of a stream are cut at the smaller count of the "
    "two, each read where it stands just before it would exceed that count; the one that asked "
    "more is so read after fewer arrivals",
    f"'{GAIN - 1:.0%} more cleaned' compares the means at the end of the stream",
    "'no more queries' holds if the mean difference, stream by stream, is at most one of its "
    "standard errors",
    "'F1 no lower than the best' holds if the mean at the end is no lower than the best other "
    "strategy's less one standard error of that",
    "'fewer queries with nothing wrong' compares the means of the share over streams",
    "'behind none' holds if no other strategy is ahead by more than two standard errors of the "
    "difference",
    claims.UNKNOWN)


def report(found: Sequence[Runs]) -> Report:
    """All tables and verdicts of the runs there are."""
    parts, drawn, verdicts = [], [], []
    for runs in found:
        costs = {cost: equal.every(runs, cost) for cost in equal.COSTS}
        best = claims.reference(runs)
        parts += [tables.results(runs, tables.by_cleaned(runs)),
                  tables.against(runs, best, costs)]
        parts += [tables.matrix(runs, cost, measure, costs[cost])
                  for cost in costs for measure in ("cleaned", "f1")]
        drawn += [pictures.strategies(runs), pictures.differences(runs, best, costs)]
        verdicts += [*_target(runs, best), *_ahead(runs, best, costs)]
    return Report(parts, drawn, verdicts, RULES, tables.NOTES)


def _target(runs: Runs, best: str) -> Iterator[Verdict]:
    """What the default strategy must do to take the published one's place."""
    old = "as_published"
    if best == old or old not in runs.selectors:
        return
    yield from _against_published(runs, best, old)
    others = {name: runs.mean(name, lambda run: run.last("f1"))
              for name in runs.selectors if name != best}
    top = max(others, key=lambda name: others[name].mean)
    f1 = runs.mean(best, lambda run: run.last("f1"))
    yield Verdict(
        claims.row(runs, best), "F1 no lower than the best",
        f"{tables.shown(f1, 4)}; {top} {tables.shown(others[top], 4)}", None,
        claims.above(Mean(f1.mean - others[top].mean, others[top].error, f1.n), -1))


def _against_published(runs: Runs, best: str, old: str) -> Iterator[Verdict]:
    name = claims.row(runs, best)
    cleaned = [runs.mean(each, lambda run: run.last("cleaned")).mean for each in (best, old)]
    yield Verdict(name, f"{GAIN - 1:.0%} more cleaned than {old}",
                  f"{cleaned[0]:.1f} against {cleaned[1]:.1f}", None,
                  cleaned[0] >= GAIN * cleaned[1] if any(cleaned) else None)
    asked = claims.difference(runs, best, old, lambda run: run.last("queries"))
    if asked is not None:
        fewer = Mean(-asked.mean, asked.error, asked.n)
        yield Verdict(name, f"no more queries than {old}", tables.shown(asked, 1, True), None,
                      claims.above(fewer, -1))
    idle = [runs.mean(each, nothing_wrong).mean for each in (best, old)]
    yield Verdict(name, f"fewer queries with nothing wrong than {old}",
                  f"{idle[0]:.3f} against {idle[1]:.3f}", None,
                  None if math.isnan(sum(idle)) else idle[0] < idle[1])


def _ahead(
    runs: Runs, best: str, costs: dict[str, dict[tuple[str, str], equal.Difference]]
) -> Iterator[Verdict]:
    """Whether anything beats the default at equal cost."""
    for cost, found in costs.items():
        for measure in (claims.CLEANED, claims.F1):
            ours = {b: getattr(one, measure) for (a, b), one in found.items() if a == best}
            if not ours:
                continue
            held = {b: claims.above(gap, -2) for b, gap in ours.items()}
            behind = [b for b, holds in held.items() if holds is False]
            text = "; ".join(f"{b} {tables.shown(ours[b], claims.DIGITS[measure], True)}"
                             for b in behind)
            yield Verdict(
                claims.row(runs, best), f"{claims.NAMES[measure]}: behind none at equal {cost}",
                text or "behind none", None,
                False if behind else None if None in held.values() else True)
