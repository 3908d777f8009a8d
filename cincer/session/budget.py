"""How many are asked: the budget steers the threshold, and the rate of audits follows from it.

After each scored arrival the threshold takes a step of stochastic approximation (Robbins and
Monro 1951), on the scale of its log-odds so that it finds its place among margins crowded near 0
or 1: `level += gain (asked - share)`, `threshold = 1 / (1 + exp(-level))`. With a constant gain
the steps telescope: after n arrivals the realised share differs from the wanted one by (change of
the level) / (gain n), whatever the distribution of the margins and however it drifts. The gain
falls to a floor, so that the search is quick and what follows is calm; it grows as the share
falls, because few queries leave few chances to correct.
"""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

from ..config import LoopSettings
from ..types import Seconds
from .draft import Draft
from .state import Budget, SessionState

LOWEST, HIGHEST = -1 + 1e-6, 1.0
"""Bounds of the threshold; the margin is in [0, 1]."""

ALL, NONE = -7.0, 18.0
"""Levels below and above which everything and nothing is asked about."""

RANGE = (-30.0, 40.0)
"""Bounds of the level: beyond `ALL` and `NONE`, so that a step over them is not forgotten."""

MEMORY: Seconds = 300.0
"""Time constant of the rate of arrivals."""

SHARE_MEMORY = 0.005
"""Weight of the newest arrival in the running share asked."""


def wanted_share(settings: LoopSettings, budget: Budget) -> float | None:
    """Share of the scored arrivals to ask about, in [0, 1]; None without a budget, or while the
    rate of arrivals is not known."""
    if settings.query_budget is None:
        return None
    if settings.budget_per == "arrivals":
        return min(1.0, settings.query_budget / 1000)
    rate = budget.arrivals_per_second
    return min(1.0, settings.query_budget / 3600 / rate) if rate > 0 else None


def audit_rate(settings: LoopSettings, budget: Budget) -> float:
    """Chance that an arrival is drawn for an audit, in [0, 1]."""
    if settings.audit_share == 0:
        return 0.0
    share = wanted_share(settings, budget)
    return settings.audit_share * (budget.asked_share if share is None else share)


def note_arrival(draft: Draft, at: Seconds) -> None:
    """Update the rate of arrivals. A clock that is put back counts as standing still."""
    old = draft.budget
    if old.last_arrival is None:
        draft.budget = Budget(0.0, 0.0, at, old.asked_share, old.level)
        return
    fade = exp(-max(0.0, at - old.last_arrival) / MEMORY)
    draft.budget = Budget(old.arrivals * fade + 1, old.span * fade + MEMORY * (1 - fade), at,
                          old.asked_share, old.level)


def note_scored(draft: Draft, asked: bool) -> None:
    """Update the running share asked, move the threshold, set the rate of audits."""
    count, old = draft.before.counters.scored, draft.budget
    weight = max(1 / (count + 1), SHARE_MEMORY)
    share = old.asked_share + weight * (asked - old.asked_share)
    wanted = wanted_share(draft.settings, old)
    level = old.level if wanted is None else moved(old.level, wanted, asked, count)
    draft.budget = Budget(old.arrivals, old.span, old.last_arrival, share, level)
    if wanted is not None:
        draft.threshold = threshold_at(level)
    draft.lane = replace(draft.lane, rate=audit_rate(draft.settings, draft.budget))


def note_follow_up(draft: Draft) -> None:
    """A follow-up was answered: with a budget, the threshold makes good for it."""
    wanted = wanted_share(draft.settings, draft.budget)
    if wanted is not None:
        level = min(RANGE[1], draft.budget.level + _gain(wanted, draft.before.counters.scored))
        draft.budget = replace(draft.budget, level=level)
        draft.threshold = threshold_at(level)


def moved(level: float, wanted: float, asked: bool, count: int) -> float:
    """The level after one more arrival, `count` having been scored before; nothing is ever asked
    for a share of 0."""
    if wanted == 0:
        return RANGE[1]
    gain = _gain(wanted, count)
    return min(RANGE[1], max(RANGE[0], level + gain * (asked - wanted)))


def _gain(wanted: float, count: int) -> float:
    least = max(0.03, 0.4 / (1 + count / 100))
    return min(10.0, least / wanted) if wanted > 0 else 10.0


def threshold_at(level: float) -> float:
    if level <= ALL:
        return LOWEST
    return HIGHEST if level >= NONE else 1 / (1 + exp(-level))


def level_of(threshold: float) -> float:
    """The inverse of `threshold_at`."""
    if threshold <= threshold_at(ALL + 1e-9):
        return ALL - 0.5
    if threshold >= threshold_at(NONE - 1e-9):
        return NONE + 0.5
    return log(threshold / (1 - threshold))


def set_threshold(draft: Draft, threshold: float) -> None:
    """Start over from a threshold that was given."""
    draft.threshold = min(HIGHEST, max(LOWEST, threshold))
    draft.budget = replace(draft.budget, level=level_of(threshold))


def clearing_threshold(state: Draft | SessionState) -> float:
    """Margin at which a waiting query is no longer suspicious. A steered threshold moves with
    every arrival; what it asked about yesterday is not cleared because it rose meanwhile."""
    return min(state.threshold, state.settings.ask_threshold)
