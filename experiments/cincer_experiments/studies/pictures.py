"""The studies' figures, as `report.Picture`: titled now, drawn when they are written.

What draws them imports Matplotlib, and is imported by then only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .equal import Difference
from .report import Picture
from .runs import Runs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .q3 import Measured

ERRORS = "Bars: ± one standard error over repeats."
BOLD = " In bold: the default strategy."


def curves(runs: Runs, names: Sequence[str]) -> Picture:
    """Cleaned and F1 over the stream, a line a selector (seven at most)."""
    return Picture(
        f"curves-{_stem(runs)}", f"{_name(runs)}: over the stream",
        "Labels cleaned after each arrival, and F1 in twenty parts of the stream; means over "
        f"{_repeats(runs)}, bands: ± one standard error.", _later("lines", "curves", runs, names))


def strategies(runs: Runs) -> Picture:
    """Cleaned and F1 at the end of the stream, a row a selector."""
    return Picture(
        f"strategies-{_stem(runs)}", f"{_name(runs)}: every strategy",
        f"At the end of the stream, means over {_repeats(runs)}, beside the published ones. "
        + ERRORS + BOLD, _later("dots", "strategies", runs))


def differences(
    runs: Runs, reference: str, found: Mapping[str, Mapping[tuple[str, str], Difference]]
) -> Picture:
    """The reference less each other selector, at equal cost."""
    return Picture(
        f"differences-{_stem(runs)}", f"{_name(runs)}: {reference} against each other strategy",
        f"Mean difference on the same streams ({_repeats(runs)}), at equal numbers of queries and "
        f"of labels inspected; right of zero, {reference} is ahead. " + ERRORS,
        _later("dots", "differences", runs, reference, found))


def precision(one: Measured) -> Picture:
    """Precision at 5 and 10, a row a selector."""
    return Picture(
        f"precision-{_stem(one)}", f"{_name(one)}: precision of the counter-examples",
        "Share of the first 5 and 10 counter-examples that are mislabelled, where the suspicion "
        "was wrong: with nothing set right in between (static), and measured as published. Bars: "
        "± one standard error over queries." + BOLD, _later("dots", "precision", one))


def _later(module: str, name: str, *args: Any) -> Callable[[], Figure]:
    def draw() -> Figure:
        found: Figure = getattr(import_module(f"{__package__}.{module}"), name)(*args)
        return found

    return draw


def _stem(runs: Runs | Measured) -> str:
    return f"{runs.data}-{runs.model}"


def _name(runs: Runs | Measured) -> str:
    return f"{runs.data} {runs.model}"


def _repeats(runs: Runs) -> str:
    count = max(len(runs.of(name)) for name in runs.selectors)
    return f"{count} repeat{'s' if count > 1 else ''}"
