"""What lines along the settings of a study show; `series` draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..summary import Mean


@dataclass(frozen=True, slots=True)
class Series:
    """One line: the mean at each setting, and what was published for some of them."""

    name: str
    means: Mapping[float, Mean]
    published: Mapping[float, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Panel:
    """The lines under one title. `ticks`: settings in the order shown, and how each is written;
    settings lie at equal steps. `log`: a logarithmic scale of values."""

    title: str
    xlabel: str
    lines: Sequence[Series]
    ticks: Mapping[float, str]
    log: bool = False


def shares(rates: Sequence[float]) -> dict[float, str]:
    """Ticks of shares, in per cent."""
    return {rate: f"{rate:.0%}" for rate in rates}
