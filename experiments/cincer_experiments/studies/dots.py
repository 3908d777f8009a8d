"""One row a strategy: points with their standard errors, beside the published ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cincer.config import ModelSettings

from ..summary import Mean
from . import paper
from .claims import reference
from .equal import Difference
from .plotting import ACCENT, INK, QUIET, SECOND, panels, styled
from .q3 import Measured, at, best_possible
from .runs import Runs
from .tables import by_cleaned

ROW = 0.23
"""Inches a row."""

FILLED: dict[str, Any] = {"marker": "o", "markersize": 5}
SQUARE: dict[str, Any] = {"marker": "s", "markersize": 4, "markerfacecolor": "white"}
HOLLOW: dict[str, Any] = {"marker": "D", "markersize": 4.5, "markerfacecolor": "white"}


@styled
def strategies(runs: Runs) -> Figure:
    """Cleaned, and F1, at the end of the stream; most cleaned on top."""
    names, best = by_cleaned(runs), reference(runs)
    figure, axes = panels(2, 1.25 + ROW * len(names), share_y=True)
    for one, measure, title in zip(
            axes, ("cleaned", "f1"), ("labels cleaned", "F1 on held-out examples (weighted)"),
            strict=True):
        one.set(title=title, xlabel="at the end of the stream")
        for row, name in enumerate(names):
            theirs = paper.result(runs.data, runs.model, name)
            ours = runs.mean(name, lambda run, m=measure: run.last(m))  # type: ignore[misc]
            _point(one, ours, row - 0.12 * (theirs is not None), ACCENT if name == best else INK,
                   FILLED, "ours, the default" if name == best else "ours")
            if theirs is not None:
                _point(one, getattr(theirs, measure), row + 0.2, SECOND, HOLLOW, "published")
    _limit(axes[0], runs.mean(best, lambda run: run.last("mislabelled_seen")), "all mislabelled")
    _limit(axes[1], runs.mean(best, lambda run: run.last("f1_clean")), "true labels")
    _rows(axes[0], names, best)
    _legend(figure, axes[1])
    return figure


@styled
def differences(
    runs: Runs, best: str, found: Mapping[str, Mapping[tuple[str, str], Difference]]
) -> Figure:
    """The reference less each other strategy; right of 0 it is ahead."""
    names = [name for name in by_cleaned(runs) if name != best]
    figure, axes = panels(2, 1.25 + ROW * 1.25 * len(names), share_y=True)
    marks = {"queries": (ACCENT, FILLED, -0.16), "labels": (SECOND, HOLLOW, 0.16)}
    for one, measure, title in zip(
            axes, ("cleaned", "f1"), ("labels cleaned", "F1 on held-out examples (weighted)"),
            strict=True):
        one.set(title=title, xlabel=f"← other ahead   |   {best} ahead →")
        one.axvline(0, color=QUIET, linewidth=1)
        for cost, (colour, mark, shift) in marks.items():
            for row, name in enumerate(names):
                pair = found[cost].get((best, name))
                if pair is not None:
                    _point(one, getattr(pair, measure), row + shift, colour, mark,
                           f"at equal {cost}{' inspected' if cost == 'labels' else ''}")
    _rows(axes[0], names, None)
    _legend(figure, axes[1])
    return figure


@styled
def precision(one: Measured) -> Figure:
    """Precision at 5, and at 10; highest static precision at 5 on top."""
    names = one.selectors()
    figure, axes = panels(2, 1.25 + ROW * 1.4 * len(names), share_y=True)
    for panel, k in zip(axes, (5, 10), strict=True):
        panel.set(title=f"share mislabelled among the first {k}")
        for row, name in enumerate(names):
            theirs = paper.precision(one.data, one.model, name)
            _point(panel, at(one.of("static", name), k), row - 0.2, ACCENT, FILLED, "static")
            _point(panel, at(one.of("as_published", name), k), row, INK, SQUARE,
                   "measured as published")
            if theirs is not None:
                _point(panel, theirs.at5 if k == 5 else theirs.at10, row + 0.2, SECOND, HOLLOW,
                       "published")
        _limit(panel, best_possible(one.of("static", names[0]), k), "best possible, static")
    _rows(axes[0], names, ModelSettings().counter_example)
    _legend(figure, axes[1])
    return figure


@styled
def losses(rows: Sequence[tuple[str, Mean, float | None]]) -> Figure:
    """A name, ours and the published value a row, in the order given; lower is better."""
    figure, (axes,) = panels(1, 1.1 + ROW * len(rows))
    for row, (_, ours, theirs) in enumerate(rows):
        _point(axes, ours, row - 0.12 * (theirs is not None), ACCENT, FILLED, "ours")
        if theirs is not None:
            _point(axes, Mean(theirs, math.nan, 1), row + 0.16, SECOND, HOLLOW, "published")
    axes.set(xlabel="test log loss")
    _rows(axes, [name for name, *_ in rows], None)
    _legend(figure, axes)
    return figure


def _point(
    axes: Axes, value: Mean, at: float, colour: str, mark: Mapping[str, Any], label: str
) -> None:
    error = 0 if math.isnan(value.error) else value.error
    axes.errorbar(value.mean, at, xerr=error, color=colour, ecolor=colour, elinewidth=1.2,
                  linestyle="", label=label, **mark)


def _limit(axes: Axes, value: Mean, text: str) -> None:
    """A line that nothing can pass, named along it, beyond it."""
    if math.isnan(value.mean):
        return
    low, high = axes.get_xlim()
    axes.set_xlim(low, max(high, value.mean + 0.08 * (value.mean - low)))
    axes.axvline(value.mean, color=QUIET, linewidth=1, linestyle=(0, (4, 2)))
    axes.annotate(text, (value.mean, 0), xycoords=("data", "axes fraction"), xytext=(3, 4),
                  textcoords="offset points", rotation=90, ha="left", va="bottom", fontsize=8,
                  color=QUIET)


def _rows(axes: Axes, names: Sequence[str], best: str | None) -> None:
    """Names for ticks, first on top, the reference in bold."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.figure.axes[-1].tick_params(axis="y", length=0)
    axes.tick_params(axis="y", length=0)
    for label in axes.get_yticklabels():
        if label.get_text() == best:
            label.set(fontweight="bold", color=ACCENT)


def _legend(figure: Figure, axes: Axes) -> None:
    """Each kind of mark once, over the panels."""
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    if len(once) > 1:
        figure.legend(list(once.values()), list(once), loc="outside upper right", ncols=len(once))
