"""Prometheus text (exposition format 0.0.4) from the statistics: counters and gauges only."""

from __future__ import annotations

from typing import Any

from ..wire.annotate import Stats

COUNTERS = {
    "received": "examples stored", "suspicious": "examples found suspicious",
    "asked": "queries about arrivals opened",
    "follow_ups": "queries opened because of a counter-example found mislabelled",
    "follow_ups_answered": "replies to those counted",
    "audits": "audits opened", "replies": "replies counted",
    "fixed_examples": "labels of new examples changed by a reply",
    "fixed_counter_examples": "labels of counter-examples changed by a reply",
    "both_right": "replies that kept both labels", "unasked": "queries that fell off the queue",
    "cleared": "queries that stopped being suspicious", "late": "replies after the lease",
}
GAUGES = {
    "known": "examples in the training set", "waiting": "open queries",
    "undecided": "examples stored and not yet looked at", "model": "version of the model",
    "threshold": "margin above which a label is questioned",
    "arrivals_per_second": "arrivals a second, smoothed", "saved_at": "time of the last commit",
}


def metrics_text(stats: Stats, health: dict[str, Any]) -> str:
    """All metrics."""
    lines: list[str] = []
    for name, what in COUNTERS.items():
        lines += _metric(f"cincer_{name}_total", "counter", what, getattr(stats, name))
    for name, what in GAUGES.items():
        lines += _metric(f"cincer_{name}", "gauge", what, getattr(stats, name))
    lines += _metric("cincer_ready", "gauge", "1 = takes arrivals and replies",
                     int(health["ready"]))
    for part in ("scorer", "trainer"):
        lines += _metric(f"cincer_{part}_up", "gauge", f"1 = the {part} process runs",
                         int(health[part] == "up"))
    return "\n".join(lines) + "\n"


def _metric(name: str, kind: str, what: str, value: float) -> list[str]:
    return [f"# HELP {name} {what}", f"# TYPE {name} {kind}", f"{name} {value}"]
