"""The figures of RDIA's studies, titled now, drawn when they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..studies.report import Picture
from ..studies.values import Panel
from ..summary import Mean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = tuple[str, Mean, float | None]
"""A strategy, its test loss, and the published one."""


def lines(name: str, title: str, repeats: int, shown: Sequence[Panel]) -> Picture:
    """Panels of lines side by side."""
    def draw() -> Figure:
        from ..studies.series import along

        return along(shown)

    published = any(line.published for panel in shown for line in panel.lines)
    return Picture(name, title, caption(repeats, published), draw)


def strategies(name: str, title: str, repeats: int, rows: Sequence[Row]) -> Picture:
    """Test loss, a row a strategy."""
    def draw() -> Figure:
        from ..studies.dots import losses

        return losses(rows)

    return Picture(name, title, caption(repeats, any(said is not None for *_, said in rows)), draw)


def caption(repeats: int, published: bool) -> str:
    """What points, bands and crosses are."""
    means = (f"Means over {repeats} draws, ± one standard error"
             if repeats > 1 else "One draw")
    return f"{means}{'; crosses or diamonds: as published' if published else ''}."
