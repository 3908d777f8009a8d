"""The audit lane: arrivals asked about whatever their margin, so that estimates are unbiased.

An arrival is drawn with a chance set when it arrives. The lane is bounded; when it overflows, the
share it keeps falls to the largest `thin` in it, and whoever's own `thin` (uniform, drawn at
arrival) is not below the share is decided by its margin like any other (bottom-k sampling). What
somebody holds stays. A query's propensity is its chance of being drawn times the smallest share
kept while it waited.
"""

from __future__ import annotations

from dataclasses import replace

from ..config import LoopSettings
from ..types import Entry, QueryKind
from .draft import Draft
from .queries import fall, trim
from .state import Drawn, Query

RECOVERY = 0.1
"""Part of what the lane had given up that comes back with each audit drawn while it is less than
half full."""


def lane_size(settings: LoopSettings) -> int:
    """Audits open at most."""
    return max(10, int(settings.queue_size * settings.audit_share))


def open_audits(draft: Draft) -> list[Query]:
    return [q for q in draft.queries.values() if q.kind is QueryKind.AUDIT]


def admits(draft: Draft, drawn: Drawn) -> bool:
    """Whether a drawn arrival is kept by the lane as it is now; a lane with room recovers."""
    if draft.lane.keep < 1 and 2 * len(open_audits(draft)) < lane_size(draft.settings):
        keep = draft.lane.keep
        draft.lane = replace(draft.lane, keep=keep + RECOVERY * (1 - keep))
    return drawn.thin < draft.lane.keep


def fit(draft: Draft) -> None:
    """Keep both lanes within their bounds, after queries came back or bounds changed."""
    trim(draft)
    thin_out(draft)


def thin_out(draft: Draft) -> None:
    """Lower the share kept until the lane fits."""
    while len(audits := open_audits(draft)) > lane_size(draft.settings):
        loose = [q for q in audits if q.lease is None]
        if not loose:
            return
        _lower(draft, loose, min(draft.lane.keep, max(q.thin for q in loose)))


def _lower(draft: Draft, loose: list[Query], keep: float) -> None:
    draft.lane = replace(draft.lane, keep=keep)
    for query in loose:
        if query.thin >= keep:
            _unaudit(draft, query)
        else:
            propensity = min(query.propensity or 0.0, (query.drawn or 0.0) * keep)
            draft.put(replace(query, propensity=propensity))


def _unaudit(draft: Draft, query: Query) -> None:
    """Decide by its margin what the lane has no room for."""
    if query.margin is not None and query.margin > draft.threshold:
        draft.count("suspicious")
        draft.put(replace(query, kind=QueryKind.SUSPICIOUS, drawn=None, propensity=None))
        trim(draft)
    else:
        fall(draft, query, "thinned", Entry.ACCEPTED)
