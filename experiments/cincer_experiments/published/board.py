"""Labels, confirmations and counts of every run of the grid."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .streams import Streams


class Board:
    """(A, B) runs on A streams of N rows. `labels` (A, B, N): as given, until set right;
    `confirmed` (A, B, N): a person has seen the label and said what it is; `dropped` (A, B, N):
    taken out of the training set unseen."""

    def __init__(self, streams: Streams, variants: int, believed: Tensor) -> None:
        shape = (len(streams.given), variants)
        self.labels = streams.given[:, None].repeat(1, variants, 1)
        self.confirmed = torch.zeros_like(self.labels, dtype=torch.bool)
        self.dropped = torch.zeros_like(self.confirmed)
        self._believed = believed
        """(A, N): what the oracle takes each row for."""
        self.queries, self.inspected, self.examples, self.counter_examples, self.follow_ups = (
            torch.zeros(shape, dtype=torch.int64) for _ in range(5))

    def ask(self, a: int, b: int, row: int, counter: int | None, drop: bool = False) -> None:
        """One query of run (a, b): the oracle sees `row` and, if there is one, `counter`. With
        `drop` it sees `row` alone, and `counter` is dropped if the label of `row` was right."""
        self.queries[a, b] += 1
        wrong = self._settle(a, b, row)
        self.examples[a, b] += wrong
        if counter is not None and drop:
            self.dropped[a, b, counter] |= not wrong
        elif counter is not None:
            self.judge(a, b, counter)

    def judge(self, a: int, b: int, counter: int) -> bool:
        """The oracle sees one counter-example (more); whether it was mislabelled."""
        wrong = self._settle(a, b, counter)
        self.counter_examples[a, b] += wrong
        return bool(wrong)

    def follow_up(self, a: int, b: int, counter: int) -> bool:
        """A question that follows from a counter-example found mislabelled: the oracle sees only
        `counter`; whether that is mislabelled too."""
        self.follow_ups[a, b] += 1
        return self.judge(a, b, counter)

    def weights(self, rows: int) -> Tensor | None:
        """(A, B, rows) 0 for what was dropped, else 1; None if nothing was."""
        gone = self.dropped[:, :, :rows]
        return (~gone).float() if bool(gone.any()) else None

    def _settle(self, a: int, b: int, row: int) -> int:
        self.inspected[a, b] += 1
        before, belief = int(self.labels[a, b, row]), int(self._believed[a, row])
        self.labels[a, b, row] = belief
        self.confirmed[a, b, row] = True
        return int(before != belief)


@dataclass(frozen=True, slots=True)
class Counts:
    """(A, B) since the start, see `play.Step`."""

    queries: Tensor
    inspected: Tensor
    examples: Tensor
    counter_examples: Tensor
    cleaned: Tensor
    mislabelled_seen: Tensor
    mislabelled_share: Tensor
    follow_ups: Tensor


def counts(board: Board, given: Tensor, true: Tensor, rows: int) -> Counts:
    """After the first `rows` rows of the streams; `given` and `true` (A, N)."""
    now, truth = board.labels[:, :, :rows], true[:, None, :rows]
    held = ~board.dropped[:, :, :rows]
    wrong = (given[:, :rows] != true[:, :rows])[:, None]
    return Counts(
        board.queries.clone(), board.inspected.clone(), board.examples.clone(),
        board.counter_examples.clone(), (wrong & (now == truth)).sum(dim=2),
        wrong.sum(dim=2).expand(now.shape[:2]), 
        ((now != truth) & held).sum(dim=2).double() / held.sum(dim=2), board.follow_ups.clone())
