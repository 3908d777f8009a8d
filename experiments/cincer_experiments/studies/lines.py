"""Curves over the stream."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .plotting import INK, LINES, panels, styled
from .runs import Runs
from .tables import by_cleaned

POINTS = 20
"""Along a curve: F1 jumps from arrival to arrival, so each point is a mean over its arrivals."""

PLACES = ("top_fisher", "as_published", "no_ce", "nearest", "practical_fisher", "influence_lissa",
          "drop_ce")
"""Selectors that look the same in every figure; others take what is free."""

COLUMNS = 4
"""Of the legend; three where four would leave one entry alone."""


@styled
def curves(runs: Runs, names: Sequence[str]) -> Figure:
    """Cleaned, and F1, by arrival; the legend has the most cleaned first."""
    figure, (left, right) = panels(2, 3.5)
    drawn = places(names)
    for name in sorted(drawn, key=by_cleaned(runs).index):
        place, values = drawn[name], _values(runs, name, "cleaned")
        _line(left, np.arange(values.shape[1]), values, name, place)
        _line(right, *blocks(_values(runs, name, "f1")), name, place)
    middle, bound = blocks(_values(runs, names[0], "f1_clean"))
    if not np.isnan(bound).any():
        right.plot(middle, bound.mean(axis=0), color=INK, linewidth=1, linestyle=(0, (1, 2)),
                   label="true labels")
    left.set(title="labels cleaned", ylim=(0, None))
    right.set(title="F1 on held-out examples (weighted)")
    for one in (left, right):
        one.set(xlabel="arrivals after the bootstrap", xlim=(0, runs.plan["arrivals"]))
    handles, labels = right.get_legend_handles_labels()
    columns = COLUMNS - 1 if len(labels) % COLUMNS == 1 else COLUMNS
    order = by_rows(len(labels), columns)
    figure.legend([handles[at] for at in order], [labels[at] for at in order],
                  loc="outside upper left", ncols=columns, handlelength=3.4, columnspacing=1.6)
    return figure


def places(names: Sequence[str]) -> dict[str, int]:
    """Which line of the palette each of the first seven `names` is."""
    drawn = list(names)[:len(LINES)]
    own = {name: PLACES.index(name) for name in drawn if name in PLACES}
    free = iter(at for at in range(len(LINES)) if at not in own.values())
    return {name: own[name] if name in own else next(free) for name in drawn}


def blocks(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(repeats, T + 1) to the middle arrivals (P,) and means (repeats, P) of `POINTS` blocks of
    arrivals, the start alone before them."""
    rest = np.arange(1, values.shape[1])
    parts = [np.array([0]), *np.array_split(rest, min(POINTS, len(rest)))]
    return (np.array([part.mean() for part in parts]),
            np.stack([values[:, part].mean(axis=1) for part in parts], axis=1))


def by_rows(count: int, columns: int) -> list[int]:
    """The order in which a legend that fills its columns first shows `count` entries by rows."""
    rows = -(-count // columns)
    full = count - (rows - 1) * columns
    return [row * columns + column for column in range(min(columns, count))
            for row in range(rows if column < full else rows - 1)]


def _line(
    axes: Axes, arrivals: NDArray[np.float64] | NDArray[np.int64], values: NDArray[np.float64],
    name: str, place: int,
) -> None:
    """Mean over repeats, a band of one standard error, markers that do not fall on each other."""
    colour, dash, marker = LINES[place]
    middle = values.mean(axis=0)
    if len(values) > 1:
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        axes.fill_between(arrivals, middle - error, middle + error, color=colour, alpha=0.1,
                          linewidth=0)
    step = max(1, len(arrivals) // 5)
    axes.plot(arrivals, middle, color=colour, linestyle=dash, marker=marker, markersize=5,
              markeredgecolor="white", markeredgewidth=0.5,
              markevery=(place * step // len(LINES), step), label=name)


def _values(runs: Runs, name: str, column: str) -> NDArray[np.float64]:
    """(repeats, T + 1)"""
    return np.stack([run.columns[column] for run in runs.of(name)])
