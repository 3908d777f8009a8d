"""The studies' figures, as `report.Picture`: titled now, drawn when they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from .equal import Difference
from .report import Picture
from .runs import Runs

ERRORS = "Bars: ± one standard error over repeats."


def curves(runs: Runs, names: Sequence[str]) -> Picture:
    """Cleaned and F1 over the stream, a line a selector (seven at most)."""
    from . import lines

    return Picture(
        f"curves-{_stem(runs)}", f"{_name(runs)}: over the stream",
        "Labels cleaned and F1 on held-out examples after each arrival, means over "
        f"{_repeats(runs)}; bands: ± one standard error.", partial(lines.curves, runs, names))


def strategies(runs: Runs) -> Picture:
    """Cleaned and F1 at the end of the stream, a row a selector."""
    from . import dots

    return Picture(
        f"strategies-{_stem(runs)}", f"{_name(runs)}: every strategy",
        f"At the end of the stream, means over {_repeats(runs)}, beside the published ones. "
        + ERRORS, partial(dots.strategies, runs))


def differences(
    runs: Runs, reference: str, found: Mapping[str, Mapping[tuple[str, str], Difference]]
) -> Picture:
    """The reference less each other selector, at equal cost."""
    from . import dots

    return Picture(
        f"differences-{_stem(runs)}", f"{_name(runs)}: {reference} against each other strategy",
        f"Mean difference on the same streams ({_repeats(runs)}), at equal numbers of queries and "
        f"of labels inspected; right of zero, {reference} is ahead. " + ERRORS,
        partial(dots.differences, runs, reference, found))


def _stem(runs: Runs) -> str:
    return f"{runs.data}-{runs.model}"


def _name(runs: Runs) -> str:
    return f"{runs.data} {runs.model}"


def _repeats(runs: Runs) -> str:
    count = max(len(runs.of(name)) for name in runs.selectors)
    return f"{count} repeat{'s' if count > 1 else ''}"
