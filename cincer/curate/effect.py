"""What a batch is predicted to leave of its cell: "312 items become 6".

The scorer takes the head one step after the proposed changes (`absorb`) and sends the items whose
prediction that would turn; here they are counted. Nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .board import Board
from .measures import Bools, Ints


@dataclass(frozen=True, slots=True)
class Effect:
    """Numbers of open items of one cell.

    before    now
    resolved  of these, in the batch: they leave whatever the model says
    yielded   of these, those that the model would no longer put here
    entered   open items of other cells that it would put here
    after     what is left: before - resolved - yielded + entered
    wrong_before, wrong_after   open items that the model contradicts, in all cells
    """

    given: int
    predicted: int
    before: int
    resolved: int
    yielded: int
    entered: int
    after: int
    wrong_before: int
    wrong_after: int


def effect(
    board: Board, given: int, predicted: int, batch: Ints, turned: Ints, classes: Ints,
) -> Effect:
    """The effect on the cell (given, predicted) of resolving `batch` (positions), if the model then
    predicts `classes` (M,) for the items `turned` (M,), and for all others what it predicts now."""
    then = board.predicted.copy()
    then[turned] = classes
    stays = board.open.copy()
    stays[batch] = False
    own = board.given == given
    inside, inside_then = own & (board.predicted == predicted), own & (then == predicted)
    before, rest = inside & board.open, inside & stays
    return Effect(
        given, predicted, _n(before), _n(before & ~stays), _n(rest & ~inside_then),
        _n(inside_then & stays & ~inside), _n(inside_then & stays),
        _n(board.open & (board.given != board.predicted)), _n(stays & (board.given != then)))


def _n(mask: Bools) -> int:
    return int(np.count_nonzero(mask))
