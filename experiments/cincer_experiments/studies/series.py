"""Lines along the settings of a study, whatever those are: one a method, with the published values
as crosses of the line's colour."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from .lines import COLUMNS, by_rows
from .plotting import LINES, QUIET, panels, styled
from .values import Panel, Series


@styled
def along(shown: Sequence[Panel]) -> Figure:
    """The panels side by side; a name is the same line in all of them."""
    figure, axes = panels(len(shown), 3.4)
    places = {name: at % len(LINES) for at, name in enumerate(
        dict.fromkeys(line.name for panel in shown for line in panel.lines))}
    for one, panel in zip(axes, shown, strict=True):
        for line in panel.lines:
            _line(one, line, list(panel.ticks), places[line.name])
        one.set(title=panel.title, xlabel=panel.xlabel)
        one.set_xticks(range(len(panel.ticks)), list(panel.ticks.values()))
        one.margins(x=0.08)
        if panel.log:
            _logarithmic(one)
    _legend(figure, axes, any(line.published for panel in shown for line in panel.lines))
    return figure


def _logarithmic(axes: Axes) -> None:
    """Ticks at 1, 2 and 5 times the powers of ten, as plain numbers."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _line(axes: Axes, line: Series, settings: list[float], place: int) -> None:
    colour, dash, marker = LINES[place]
    there = [setting for setting in settings if setting in line.means]
    at = np.array([settings.index(setting) for setting in there])
    middle = np.array([line.means[setting].mean for setting in there])
    errors = np.array([0 if math.isnan(error) else error for error in (
        line.means[setting].error for setting in there)])
    axes.fill_between(at, middle - errors, middle + errors, color=colour, alpha=0.12, linewidth=0)
    axes.plot(at, middle, color=colour, linestyle=dash, marker=marker, markersize=5,
              markeredgecolor="white", markeredgewidth=0.5, label=line.name)
    said = [(settings.index(setting), value) for setting, value in line.published.items()
            if setting in settings]
    if said:
        axes.plot(*zip(*said, strict=True), "x", color=colour, markersize=6, markeredgewidth=1.4)


def _legend(figure: Figure, axes: Sequence[Axes], published: bool) -> None:
    entries = {label: handle for one in axes
               for handle, label in zip(*one.get_legend_handles_labels(), strict=True)}
    if published:
        entries["published"] = axes[0].plot([], [], "x", color=QUIET, markersize=6)[0]
    columns = COLUMNS - 1 if len(entries) % COLUMNS == 1 else COLUMNS
    names = [list(entries)[at] for at in by_rows(len(entries), columns)]
    figure.legend([entries[name] for name in names], names, loc="outside upper left",
                  ncols=columns, handlelength=3.4)
