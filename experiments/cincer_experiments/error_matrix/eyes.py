"""What the curator has looked at, and what it cost.

A true class is learned by having the thumbnail on the screen or the item open, and in no other way:
`Eyes` asks the server for the item first, and only then the oracle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cincer.errors import Forbidden
from cincer.types import ExampleId
from cincer_streams.oracle import Oracle

from .place import Place

REQUEST = 500


class Eyes:
    """`looked`: ids seen so far, each charged once; `actions`: what was done, by kind."""

    def __init__(self, place: Place, oracle: Oracle, classes: Sequence[str]) -> None:
        self._place, self._oracle, self._classes = place, oracle, classes
        self.looked: set[str] = set()
        self.actions: Counter[str] = Counter()

    def see(self, ids: Sequence[str]) -> list[str]:
        """The true classes of items that are now on the screen."""
        for start in range(0, len(ids), REQUEST):
            part = list(ids[start:start + REQUEST])
            shown = self._place.post("/curate/items", {"ids": part})["items"]
            self.looked.update(item["id"] for item in shown)
        missing = [each for each in ids if each not in self.looked]
        if missing:
            raise Forbidden(f"{missing[0]} was not shown, so its class is not known")
        return [self.true(each) for each in ids]

    def true(self, example: str) -> str:
        """The class of an item that was on the screen before; `Forbidden` for any other."""
        if example not in self.looked:
            raise Forbidden(f"nobody has looked at {example}")
        return self._classes[self._oracle.belief(ExampleId(example))]

    def act(self, kind: str, count: int = 1) -> None:
        """Charge an action: a click, a key, a scroll."""
        self.actions[kind] += count

    @property
    def total(self) -> int:
        return sum(self.actions.values())
