"""What a machine suggests about labels nobody has settled, in words: ids and classes by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Suggestion:
    """For the example called `id`, whose label is `label`: `action` is drop, unlearn or relabel (to
    `proposed`; None with the others). `gain`: by how much the mean loss of the trusted labels is
    predicted to fall, in nats, and the interval of two standard errors around it. `reasons`: ids of
    the trusted examples it harms most, the worst first."""

    id: str
    action: str
    label: str
    proposed: str | None
    gain: float
    interval: tuple[float, float]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Those that gain most first. `chosen`: drop, unlearn, relabel, ask (no action is surely better
    than none: look at these yourself) or nothing; `note`: why there is nothing, or why it is asked.
    `trusted` labels of people stand behind them, worth `effective_size` drawn alike; `loss`: their
    mean loss in nats (NaN without any). `losses`: by action, the mean loss of the labels kept for
    choosing after it."""

    items: tuple[Suggestion, ...]
    chosen: str
    note: str
    trusted: int
    effective_size: float
    loss: float
    losses: dict[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Suggestion]:
        return iter(self.items)

    def __getitem__(self, at: int) -> Suggestion:
        return self.items[at]
