"""Curves over the stream."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .plotting import INK, LINES, QUIET, panels, styled
from .runs import Runs

MARKS = 5
"""Markers along a line."""


@styled
def curves(runs: Runs, names: Sequence[str]) -> Figure:
    """Cleaned, and F1, by arrival."""
    figure, (left, right) = panels(2, 3.3)
    for at, name in enumerate(names[:len(LINES)]):
        _line(left, runs, name, "cleaned", at)
        _line(right, runs, name, "f1", at)
    _bound(right, runs)
    left.set(title="labels cleaned", xlabel="arrivals after the bootstrap", ylim=(0, None))
    right.set(title="F1 on held-out examples (weighted)", xlabel="arrivals after the bootstrap")
    for one in (left, right):
        one.set_xlim(0, len(_values(runs, names[0], "f1")[0]) - 1)
    handles, labels = right.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4, handlelength=3.4,
                  columnspacing=1.6)
    return figure


def _line(axes: Axes, runs: Runs, name: str, column: str, at: int) -> None:
    colour, dash, marker = LINES[at]
    values = _values(runs, name, column)
    arrivals, middle = np.arange(values.shape[1]), values.mean(axis=0)
    step = max(1, (len(arrivals) - 1) // MARKS)
    if len(values) > 1:
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        axes.fill_between(arrivals, middle - error, middle + error, color=colour, alpha=0.13,
                          linewidth=0)
    axes.plot(arrivals, middle, color=colour, linestyle=dash, marker=marker, markersize=4.5,
              markevery=(at * step // len(LINES), step), label=name)


def _bound(axes: Axes, runs: Runs) -> None:
    """The network of true labels: what cleaning everything would reach."""
    bound = _values(runs, runs.selectors[0], "f1_clean")
    if not np.isnan(bound).any():
        axes.plot(bound.mean(axis=0), color=INK, linewidth=0.9, linestyle=(0, (1, 2)),
                  label="true labels")
    axes.tick_params(colors=QUIET)


def _values(runs: Runs, name: str, column: str) -> NDArray[np.float64]:
    """(repeats, T + 1)"""
    return np.stack([run.columns[column] for run in runs.of(name)])
