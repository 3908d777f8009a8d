"""Accuracy along the settings of a study, a line a method."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..studies.plotting import LINES, panels, styled
from .measured import Measured, Setting


@styled
def accuracies(found: Measured, kinds: Mapping[str, Sequence[Setting]]) -> Figure:
    """A panel each of `kinds`; equal steps between settings."""
    figure, axes = panels(len(kinds), 3.4)
    for one, (title, settings) in zip(axes, kinds.items(), strict=True):
        for place, method in enumerate(found.methods):
            _line(one, found, settings, method, place % len(LINES))
        one.set(title="test accuracy, %", xlabel=title)
        one.set_xticks(range(len(settings)), [_tick(setting) for setting in settings])
        one.margins(x=0.08)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4, handlelength=3.4)
    return figure


def _line(
    axes: Axes, found: Measured, settings: Sequence[Setting], method: str, place: int
) -> None:
    colour, dash, marker = LINES[place]
    means = [found.accuracy(setting, method) for setting in settings]
    at = np.arange(len(settings))
    middle = np.array([one.mean for one in means])
    errors = np.array([0 if math.isnan(one.error) else one.error for one in means])
    axes.fill_between(at, middle - errors, middle + errors, color=colour, alpha=0.12, linewidth=0)
    axes.plot(at, middle, color=colour, linestyle=dash, marker=marker, markersize=5,
              markeredgecolor="white", markeredgewidth=0.5, label=method)


def _tick(setting: Setting) -> str:
    return f"{setting.at:.0%}" if setting.at < 1 else f"{setting.at:g}"
