"""The studies' figures, titled now, drawn when they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..studies.report import Picture
from .measured import Measured, Setting

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def by_setting(
    name: str, data: str, found: Measured, panels: Mapping[str, Sequence[Setting]]
) -> Picture:
    """Test accuracy of each method along the settings, a panel a kind of setting."""
    def draw() -> Figure:
        from .lines import accuracies

        return accuracies(found, {title: each for title, each in panels.items() if each})

    repeats = max(len(each) for each in found.outcomes.values())
    return Picture(
        name, f"{data}: test accuracy by method",
        f"Means over {repeats} repeat{'s' if repeats > 1 else ''}; bands: ± one standard error.",
        draw)
