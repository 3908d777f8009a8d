"""From suggestions to the messages of `wire.suggestions`: names instead of indices, reasons that
can be looked at, the meter of the query budget, predictions against measurements."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..config import LoopSettings
from ..types import Position
from .advised import Advised
from .core import Parts
from .curate_views import contents_of, item_views
from .suggested import AcceptedAct, State, Suggested, Suggestion
from .wire import suggestions as w
from .wire.annotate import Stats

FEWEST = 3
"""Measured acts below which nothing is said of how predictions hold."""

NONE_YET = "nothing was looked for yet"


def suggestions_view(parts: Parts, state: State, offset: int, limit: int) -> w.SuggestionsView:
    """A page of suggestions, with what they rest on."""
    view, loop, stats = parts.core.suggested, parts.core.loop(), parts.core.stats()
    with view.lock:
        count, page = view.listed(state, offset, limit)
        total = view.total() if state == "open" else count
        advised, seq, behind, running = view.advised, view.seq, view.behind, view.running
    return w.SuggestionsView(
        seq=seq, version=advised.version if advised else 0, behind=behind, running=running,
        total=total, suggestions=_each(parts, page), chooser=_chooser(advised),
        meter=meter(stats, loop), auto_accept=loop.auto_accept > 0)


def _each(parts: Parts, page: Sequence[Suggestion]) -> list[w.SuggestionView]:
    items = item_views(parts, parts.core.curation.members([one.position for one in page]))
    name = parts.views.name
    return [w.SuggestionView(
        id=item.id, item=item, action=one.action,  # type: ignore[arg-type]
        given_label=name(one.given), proposed_label=name(one.proposed), gain=one.gain,
        low=one.low, high=one.high, harm=one.harm, method=one.method,
        reasons=_reasons(parts, one.evidence), state=one.state, measured=one.measured,
        model=one.model) for one, item in zip(page, items, strict=True)]


def _reasons(
    parts: Parts, evidence: Sequence[tuple[Position, float]]
) -> list[w.Reason]:
    where = [position for position, _ in evidence]
    members, contents = parts.core.curation.members(where), contents_of(parts, where)
    return [w.Reason(id=one.id, content=content, label=parts.views.name(one.label), harm=harm)
            for one, content, (_, harm) in zip(members, contents, evidence, strict=True)]


def _chooser(found: Advised | None) -> w.ChooserView:
    if found is None:
        return w.ChooserView(chosen="nothing", threshold=None, verdicts=[], trusted=0, kept=0,
                             effective_size=0.0, least=0, note=NONE_YET)
    return w.ChooserView(
        chosen=found.chosen, threshold=found.threshold,  # type: ignore[arg-type]
        verdicts=[w.ActionVerdict(
            action=each.action, loss=each.loss,  # type: ignore[arg-type]
            difference=each.difference, error=each.error, count=each.count)
            for each in found.verdicts],
        trusted=found.trusted, kept=found.kept, effective_size=found.effective_size,
        least=found.least, note=found.note)


def meter(stats: Stats, loop: LoopSettings) -> w.MeterView:
    """What the next hour will ask at the present rate, and what it is expected to find: as many
    wrong labels a reply as until now."""
    arrivals = stats.arrivals_per_second * 3600
    share = (stats.asked + stats.audits) / stats.received if stats.received else 0.0
    expected = arrivals * share
    if loop.query_budget is not None:
        hourly = loop.budget_per == "hour"
        expected = loop.query_budget if hourly else arrivals * loop.query_budget / 1000
    rate = min(stats.fixed_examples / stats.replies, 1.0) if stats.replies else None
    return w.MeterView(
        asked=stats.asked + stats.audits, budget=loop.query_budget, per=loop.budget_per,
        arrivals_per_hour=arrivals, expected=expected, find_rate=rate,
        finds=None if rate is None else expected * rate, audits=expected * loop.audit_share)


def calibration_view(view: Suggested) -> w.CalibrationView:
    """Predicted and measured falls of the trusted loss of each act of accepting."""
    with view.lock:
        done = [(act, act.measured) for act in view.acts.values() if act.measured is not None]
    slope, correlation = _fitted([act for act, _ in done])
    return w.CalibrationView(
        accepted=[w.Accepted(at=act.at, count=act.count, action=act.action,
                             predicted=act.predicted, measured=measured)
                  for act, measured in done],
        slope=slope, correlation=correlation)


def _fitted(acts: Sequence[AcceptedAct]) -> tuple[float | None, float | None]:
    """Slope through 0 and Pearson correlation; None where they are not defined."""
    if len(acts) < FEWEST:
        return None, None
    x = np.array([act.predicted for act in acts])
    y = np.array([act.measured for act in acts])
    square = float(x @ x)
    spread = float(x.std() * y.std())
    correlation = float(((x - x.mean()) * (y - y.mean())).mean() / spread) if spread else None
    slope = float(x @ y) / square if square else None
    return slope, correlation if correlation is None or math.isfinite(correlation) else None
