"""Which items still have a duplicate, while items are removed and come back.

Used beside a `Board`: each change answers with the positions to mark or to unmark there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from .measures import Ints
from .pairs import HIGHLY_SIMILAR, Pairs


class Twins:
    """Partners by position; an item has a duplicate while a partner of it is not removed."""

    def __init__(self, table: Pairs, at_least: float = HIGHLY_SIMILAR) -> None:
        self._partners: defaultdict[int, list[int]] = defaultdict(list)
        self._removed: set[int] = set()
        kept = table.where(table.similarity >= at_least)
        for a, b in zip(kept.first.tolist(), kept.second.tolist(), strict=True):
            self._partners[a].append(b)
            self._partners[b].append(a)

    def marked(self) -> Ints:
        """Positions with a duplicate, ascending."""
        return _array(p for p in self._partners if self.has(p))

    def has(self, position: int) -> bool:
        """Whether a partner of the item is still there."""
        return any(q not in self._removed for q in self._partners.get(position, ()))

    def of(self, position: int) -> tuple[int, ...]:
        """Its partners that are still there, ascending."""
        return tuple(sorted(q for q in self._partners.get(position, ()) if q not in self._removed))

    def remove(self, positions: Iterable[int]) -> Ints:
        """Items left the set; answers those that lost their last partner: unmark them."""
        gone = {p for p in positions if p not in self._removed}
        near = self._near(gone)
        had = {q for q in near if self.has(q)}
        self._removed |= gone
        return _array(q for q in had if not self.has(q))

    def restore(self, positions: Iterable[int]) -> Ints:
        """Items came back; answers those that have a partner again: mark them."""
        back = {p for p in positions if p in self._removed}
        near = self._near(back)
        lacked = {q for q in near if not self.has(q)}
        self._removed -= back
        return _array(q for q in lacked if self.has(q))

    def _near(self, positions: set[int]) -> set[int]:
        return {q for p in positions for q in self._partners.get(p, ())}


def _array(positions: Iterable[int]) -> Ints:
    return np.array(sorted(positions), dtype=np.int64)
