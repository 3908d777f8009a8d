"""A systematic confusion, noticed after a few equal fixes, and the rest of it for quick review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .board import Board
from .measures import Ints

AFTER = 3
"""Equal fixes after which a confusion is noticed."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Items labelled `given` that people found to be `right`, `fixes` times; `rest`: positions of
    the open items with that label and that prediction, most convincing first."""

    given: int
    right: int
    fixes: int
    rest: Ints


def noticed(
    board: Board, fixes: Sequence[tuple[int, int]], *, kept: Sequence[tuple[int, int]] = (),
    after: int = AFTER,
) -> tuple[Confusion, ...]:
    """The confusions that people's `fixes` (label before, label after) show, most items left first.

    `kept`: (label, prediction) of items whose label people confirmed against the model. A confusion
    is noticed once it was fixed `after` times and more often fixed than confirmed; one of which
    nothing is left is not offered.
    """
    confirmed = Counter(kept)
    found = [Confusion(a, b, count, rest(board, a, b)) for (a, b), count in Counter(fixes).items()
             if a != b and count >= max(after, confirmed[a, b] + 1)]
    found = [each for each in found if len(each.rest)]
    return tuple(sorted(found, key=lambda c: (-len(c.rest), -c.fixes, c.given, c.right)))


def rest(board: Board, given: int, right: int) -> Ints:
    """Positions of the open items labelled `given` and predicted `right`, by IIES descending, equal
    ones by position."""
    found = board.members(given, right)
    return found[np.lexsort((found, -board.iies[found]))]
