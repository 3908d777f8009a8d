"""A curator who works through the error matrix, by the same requests as the page.

Rules of thumb, no tuning to a data set: near copies first; then the fullest cells; in a cell, the
most convincing items first, a screen of thumbnails at a time, until most of a screen is right as
labelled; then everything seen in that cell is decided at once. When all cells worth it are done the
model is trained again on what is there now, and it goes on as long as that finds something.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .eyes import Eyes
from .place import Place, key, segment, until

SAME = 0.999
"""Similarity from which two items are the same picture."""

UNKNOWN, SUSPECT = 0.1, 0.3
"""Share of errors expected of a cell that nobody has opened: of any, and of one whose given label
was found to be a false name in another cell."""

LOOKING = 300.0
"""Seconds to wait for the near copies at most: they are looked for after the first survey."""


@dataclass(frozen=True, slots=True)
class Habits:
    """`screen`: thumbnails at once; `glance`: how many of a cell are looked at first; `enough`:
    share of errors below which a screen was the last; `few`: smaller cells are not opened;
    `misses`: cells in a row that were not worth it, after which a round is over; `bound`: share of
    all items that may be looked at; `rounds` of training at most."""

    screen: int = 60
    glance: int = 12
    enough: float = 0.5
    few: int = 3
    misses: int = 6
    bound: float = 0.0563
    rounds: int = 5


@dataclass(slots=True)
class Round:
    """What one round between two trainings brought."""

    cells: int = 0
    looked: int = 0
    relabelled: int = 0
    confirmed: int = 0


class Curator:
    """One curator at one server."""

    def __init__(
        self, place: Place, eyes: Eyes, habits: Habits,
        told: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._place, self._eyes, self._habits, self._told = place, eyes, habits, told
        self._seq = self._limit = 0
        self._seen: dict[tuple[str, str], float] = {}
        self.duplicates: list[tuple[str, str]] = []
        self.resolved: set[str] = set()
        self.rounds: list[Round] = []
        self.first: dict[str, Any] = {}

    def work(self) -> None:
        """Everything, to the end."""
        for at in range(self._habits.rounds):
            matrix = self.matrix()
            if not at:
                self.first = matrix
                self._limit = int(self._habits.bound * matrix["totals"]["items"])
                self._copies()
            done = self._round(matrix)
            self.rounds.append(done)
            self._told(f"round {at + 1}: {done.relabelled:,} relabelled, {done.confirmed:,} "
                       f"confirmed in {done.cells} cells; {len(self._eyes.looked):,} looked at")
            if not done.relabelled or self._left() < self._habits.glance:
                break
            self.iterate()
        self.iterate()

    def matrix(self) -> dict[str, Any]:
        """The overview as it is now, once there is a survey."""
        found: dict[str, Any] = until(
            lambda: self._place.get("/curate/matrix"),
            lambda m: m["survey"]["version"] and not m["survey"]["running"])
        self._seq = found["seq"]
        return found

    def iterate(self) -> None:
        """Train again, and wait for the new opinion."""
        before = self._place.get("/curate/matrix")["survey"]["version"]
        self._eyes.act("iterate")
        self._place.post("/curate/iterations", {"key": key()})
        until(lambda: self._place.get("/curate/matrix")["survey"],
              lambda s: s["version"] > before and not s["running"])

    def _left(self) -> int:
        """How many items may still be looked at."""
        return self._limit - len(self._eyes.looked)

    # ---- near copies ---------------------------------------------------------------------------

    def _copies(self) -> None:
        self._eyes.act("open")
        found = until(lambda: self._place.get("/curate/similar?limit=20")["pairs"], bool,
                      patience=LOOKING)
        for pair in found or []:
            if pair["similarity"] < SAME:
                break
            kept, copy = pair["left"]["id"], pair["right"]["id"]
            self._eyes.see([kept, copy])
            self._eyes.act("duplicate")
            self._act("duplicate", [copy], of=kept)
            self.duplicates.append((kept, copy))

    # ---- cells ---------------------------------------------------------------------------------

    def _round(self, matrix: dict[str, Any]) -> Round:
        done, misses = Round(), 0
        cells = [(cell["count"], row["label"], cell["predicted_label"])
                 for row in matrix["rows"] for cell in row["cells"]]
        cells = [cell for cell in cells if cell[0] >= self._habits.few]
        while cells and misses < self._habits.misses and self._left() >= self._habits.glance:
            best = max(cells, key=self._promise)
            cells.remove(best)
            misses = 0 if self._cell(*best[1:], done) else misses + 1
        return done

    def _promise(self, cell: tuple[int, str, str]) -> float:
        """Errors expected in a cell, by the share seen there before: where much was wrong, what is
        left comes before the unknown."""
        count, given, predicted = cell
        false = any(share >= self._habits.enough for (label, _), share in self._seen.items()
                    if label == given)
        return count * self._seen.get((given, predicted), SUSPECT if false else UNKNOWN)

    def _cell(self, given: str, predicted: str, done: Round) -> bool:
        """Works through one cell; whether it was worth it."""
        self._eyes.act("open")
        ids = self._by_doubt(given, predicted)
        seen: list[str] = []
        true: dict[str, str] = {}
        while len(seen) < len(ids) and self._left() > 0:
            size = self._habits.screen if seen else self._habits.glance
            shown = ids[len(seen):len(seen) + min(size, self._left())]
            self._eyes.act("scroll", bool(seen))
            true.update(zip(shown, self._eyes.see(shown), strict=True))
            seen += shown
            errors = sum(true[each] != given for each in shown)
            if errors < self._habits.enough * len(shown):
                break
        self._decide(seen, true, given, done)
        share = sum(true[each] != given for each in seen) / max(len(seen), 1)
        self._seen[given, predicted] = share
        done.cells += 1
        done.looked += len(seen)
        return share >= self._habits.enough

    def _by_doubt(self, given: str, predicted: str) -> list[str]:
        cell = self._place.get(
            f"/curate/cell?given={segment(given)}&predicted={segment(predicted)}")
        self._seq = max(self._seq, cell["seq"])
        order = sorted(range(len(cell["ids"])), key=lambda at: -cell["iies"][at])
        return [cell["ids"][at] for at in order]

    def _decide(
        self, seen: list[str], true: dict[str, str], given: str, done: Round
    ) -> None:
        """All of one kind at once. Selecting all is one action, each exception another."""
        kinds: dict[str, list[str]] = {}
        for each in seen:
            kinds.setdefault(true[each], []).append(each)
        main = max(kinds, key=lambda label: len(kinds[label]), default=given)
        self._eyes.act("select")
        for label in sorted(kinds, key=lambda label: label != main):
            ids = kinds[label]
            if label != main:
                self._eyes.act("select", len(ids))
            self._eyes.act("confirm" if label == given else "relabel")
            if label == given:
                self._act("confirm", ids)
                done.confirmed += len(ids)
            else:
                self._act("relabel", ids, label=label)
                done.relabelled += len(ids)

    def _act(self, action: str, ids: list[str], **more: str) -> None:
        answer = self._place.post(
            "/curate/acts", {"key": key(), "action": action, "ids": ids, "seen": self._seq, **more})
        self._seq = max(self._seq, answer["seq"])
        self.resolved.update(answer["done"])
