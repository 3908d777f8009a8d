"""The studies' figures, titled now, drawn when they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..studies.report import Picture
from ..studies.values import Panel, Series
from .measured import Measured, Setting

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def by_setting(
    name: str, data: str, found: Measured, panels: Mapping[str, Sequence[Setting]]
) -> Picture:
    """Test accuracy of each method along the settings, a panel a kind of setting."""
    def draw() -> Figure:
        from ..studies.series import along

        return along([
            Panel("test accuracy, %", title, _lines(found, settings),
                  {one.at: f"{one.at:.0%}" if one.at < 1 else f"{one.at:g}" for one in settings})
            for title, settings in panels.items() if settings])

    repeats = max(len(each) for each in found.outcomes.values())
    return Picture(
        name, f"{data}: test accuracy by method",
        f"Means over {repeats} repeat{'s' if repeats > 1 else ''}; bands: ± one standard error.",
        draw)


def _lines(found: Measured, settings: Sequence[Setting]) -> list[Series]:
    return [Series(method, {one.at: found.accuracy(one, method) for one in settings})
            for method in found.methods]
