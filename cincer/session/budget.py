"""How many are asked: the budget steers the threshold, and the rate of audits follows from it.

After each scored arrival the threshold takes a step of stochastic approximation (Robbins and
Monro 1951), `threshold += gain (asked - share)`. The steps telescope: after n arrivals the
realised share differs from the wanted one by (change of the threshold) / (gain n), whatever the
distribution of the margins and however it drifts. The gain grows as the share falls, because few
queries leave few chances to correct.
"""

from __future__ import annotations

from dataclasses import replace
from math import exp

from ..config import LoopSettings
from ..types import Seconds
from .draft import Draft
from .state import Budget, SessionState

LOWEST, HIGHEST = -1 + 1e-6, 1.0
"""Bounds of the threshold; the margin is in [0, 1]."""

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
    """Update the rate of arrivals. A clock that runs backwards counts as standing still."""
    old = draft.budget
    gap = 0.0 if old.last_arrival is None else max(0.0, at - old.last_arrival)
    fade = exp(-gap / MEMORY)
    first = old.last_arrival is None
    draft.budget = Budget(
        arrivals=0.0 if first else old.arrivals * fade + 1,
        span=old.span * fade + MEMORY * (1 - fade),
        last_arrival=at if first else max(at, old.last_arrival or at),
        asked_share=old.asked_share,
    )


def note_scored(draft: Draft, asked: bool) -> None:
    """Update the running share asked, move the threshold, set the rate of audits."""
    weight = max(1 / (draft.before.counters.scored + 1), SHARE_MEMORY)
    share = draft.budget.asked_share
    draft.budget = replace(draft.budget, asked_share=share + weight * (asked - share))
    wanted = wanted_share(draft.settings, draft.budget)
    if wanted is not None:
        draft.threshold = moved(draft.threshold, wanted, asked)
    draft.lane = replace(draft.lane, rate=audit_rate(draft.settings, draft.budget))


def moved(threshold: float, wanted: float, asked: bool) -> float:
    """The threshold after one more arrival; nothing is ever asked for a share of 0."""
    if wanted == 0:
        return HIGHEST
    gain = min(0.5, max(0.02, 0.01 / wanted))
    return min(HIGHEST, max(LOWEST, threshold + gain * (asked - wanted)))


def clearing_threshold(state: Draft | SessionState) -> float:
    """Margin at which a waiting query is no longer suspicious. A steered threshold moves with
    every arrival; what it asked about yesterday is not cleared because it rose meanwhile."""
    return min(state.threshold, state.settings.ask_threshold)
