"""How every figure looks: one size, one palette, white ground; written as SVG and PNG.

Readable at 700 px. Colours are those of Okabe and Ito, safe for colour-blind eyes; lines also
differ by dash and marker. The ground is white, so that a dark page shows them as they are.
Matplotlib is imported here and in `pictures` alone, when the first figure is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

P = ParamSpec("P")

WIDTH = 7.0
"""Inches: 700 px at 100 dots an inch."""

INK, QUIET, FAINT = "#1f2328", "#5b6470", "#d9dee4"
ACCENT, SECOND, THIRD = "#0072b2", "#d55e00", "#009e73"
LINES: tuple[tuple[str, Any, str], ...] = (
    (ACCENT, "-", "o"), (SECOND, (0, (5, 2)), "s"), (THIRD, (0, (1, 1.3)), "^"),
    ("#b0588f", (0, (6, 2, 1, 2)), "D"), ("#9a6a00", (0, (3, 1.2)), "v"),
    (QUIET, (0, (8, 2, 1, 1, 1, 2)), "X"), ("#3a9bd6", (0, (2, 2)), "P"))
"""Colour, dash and marker of the first, second, … line."""

STYLE: Any = {
    "font.size": 9, "axes.titlesize": 9.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.titlepad": 8, "axes.labelsize": 9, "axes.labelcolor": INK, "axes.edgecolor": QUIET,
    "axes.linewidth": 0.7, "axes.spines.top": False, "axes.spines.right": False,
    "axes.axisbelow": True, "text.color": INK, "xtick.color": QUIET, "ytick.color": QUIET,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5, "xtick.major.width": 0.7, "ytick.major.width": 0.7,
    "legend.frameon": False, "legend.fontsize": 8.5, "lines.linewidth": 1.7,
    "figure.facecolor": "white", "savefig.facecolor": "white", "svg.fonttype": "path",
    "svg.hashsalt": "cincer"}


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """`draw` under the style above, whatever else has been set in this process."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with matplotlib.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


def panels(count: int, height: float, share_y: bool = False) -> tuple[Figure, list[Axes]]:
    """A figure of `count` panels side by side, `height` inches high."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(wspace=0.06)  # type: ignore[union-attr, call-arg]
    axes = figure.subplots(1, count, squeeze=False, sharey=share_y)[0]
    for one in axes:
        one.grid(color=FAINT, linewidth=0.6)
        one.tick_params(length=3)
    return figure, list(axes)


def save(figure: Figure, svg: Path, png: Path) -> None:
    """Both files; the same figure gives the same bytes."""
    with matplotlib.rc_context(STYLE):
        figure.savefig(svg, metadata={"Date": None})
        figure.savefig(png, dpi=200)
