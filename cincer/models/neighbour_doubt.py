"""How much its neighbours doubt each known label, kept up to date while labels and rows change.

Up to `SUPPORT` known rows this is kernel ridge with each row left out, exact at every moment. Of
more rows, `SUPPORT` spread evenly stay and say what they think of the others, in float32. A change
among the support moves what it says of everybody: that is looked at again in idle time, a piece
after another. `behind` is how many rows wait for it; of the rows asked for, the first `FRESH` never
do. Width and ridge are chosen again in idle time when the known rows have grown (or shrunk) by
`GROWTH`; a row that left makes room for the next that changes or arrives.

Nothing is done before the first question. Memory: 17 bytes a known row, and for the support
8 * SUPPORT * (SUPPORT + F) bytes, twice that while it is chosen again (F = 64: 9 MB).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import torch
from torch import Tensor

from ..kernels.head import chunks
from ..kernels.kernel_ridge import Shape, against, choose, floored, onehot
from .known import KnownRows, evenly
from .support import Support

SUPPORT = 1024
"""Rows that are compared with all others."""

CHOICE = 512
"""Rows of the support that width and ridge are chosen on."""

GROWTH = 1.25
FRESH = 256
BLOCK = 128
"""Rows that join the support at once."""

WORK = 1 << 27
"""Multiplications of one piece of idle work, about."""

GONE = -1
"""In place of the label of a row that has left."""


class NeighbourDoubt:
    """Log odds against the labels of `known`, in nats. `inputs`: row numbers (M,) to (M, F)."""

    def __init__(self, known: KnownRows, inputs: Callable[[Tensor], Tensor]) -> None:
        self.known, self._inputs = known, inputs
        self._support: Support | None = None
        self._centre = torch.zeros(())
        self._chosen_at, self._changes = 0, -1
        self._job: Iterator[None] | None = None
        self._seen = torch.full((0,), GONE, dtype=torch.int32)
        self._slots = torch.full((0,), -1, dtype=torch.int32)
        self._stale = torch.zeros(0, dtype=torch.bool)
        self._doubts = torch.full((0,), torch.nan, dtype=torch.float64)

    @property
    def behind(self) -> int:
        """Rows that have not been looked at since the support changed, or at all."""
        return int(self._stale.sum())

    def of(self, rows: Tensor) -> Tensor:
        """(M,) float64 log odds against the labels of the rows (M,), from -9 to 9; NaN where a row
        was never looked at. Rows that matter come first: `FRESH` are looked at now."""
        if not self._chosen_at:
            self._job = None
            for _ in self._rebuild():
                pass
        self._absorb()
        if self._support is None or not self._support.count:
            return self._by_shares(rows)
        stale = rows[self._stale[rows]][:FRESH]
        if len(stale):
            self._look(stale, self._support)
        return self._doubts[rows]

    # ---- idle time -----------------------------------------------------------------------------

    def idle(self) -> bool:
        """One bounded piece of postponed work; False when nothing is left."""
        if not self._chosen_at:
            return False
        if self._job is None:
            self._job = self._next_job()
        if self._job is None:
            return False
        if next(self._job, self) is self:
            self._job = None
        return True

    def _next_job(self) -> Iterator[None] | None:
        live = len(self.known)
        if live and not self._chosen_at / GROWTH < live < self._chosen_at * GROWTH:
            return self._rebuild()
        self._absorb()
        if self._support is not None and bool(self._stale.any()):
            return self._sweep(self._support)
        return None

    def _sweep(self, support: Support) -> Iterator[None]:
        size = max(FRESH, WORK // max(1, support.count * self._centre.numel()))
        todo = torch.nonzero(self._stale)[:, 0]
        for part in chunks(len(todo), size):
            if self._support is not support:
                return
            rows = todo[part]
            self._look(rows[self._stale[rows]], support)
            yield

    def _rebuild(self) -> Iterator[None]:
        """Another support, width and ridge; the present ones serve until they are ready."""
        live = torch.nonzero(self.known.weights > 0)[:, 0]
        self._chosen_at = len(live)
        rows = live[torch.tensor(evenly(len(live), SUPPORT), dtype=torch.int64)]
        labels, x = self.known.labels[rows].clone(), self._inputs(rows).double()
        centre = x.mean(dim=0)
        x -= centre
        shape = yield from self._choose(x, labels)
        if shape is None:
            self._support = None
            return
        support = Support(shape, x.shape[1], self.known.classes, SUPPORT)
        for part in chunks(len(rows), BLOCK):
            support.add(rows[part], x[part], labels[part])
            yield
        self._take(support, centre, labels)

    def _choose(self, x: Tensor, labels: Tensor) -> Generator[None, None, Shape | None]:
        some = torch.tensor(evenly(len(labels), CHOICE), dtype=torch.int64)
        targets = onehot(labels[some], self.known.classes)
        return (yield from choose(x[some], targets - targets.mean(dim=0)))

    # ---- changes -------------------------------------------------------------------------------

    def _take(self, support: Support, centre: Tensor, labels: Tensor) -> None:
        """`support` is the one from now on; its rows had these labels when it was begun."""
        self._reserve(self.known.count)
        self._support, self._centre = support, centre
        self._slots[:] = -1
        self._slots[support.rows] = torch.arange(support.count, dtype=torch.int32)
        self._seen[support.rows] = labels.to(torch.int32)
        self._changes = -1
        self._absorb()
        self._say_again(support)

    def _absorb(self) -> None:
        """Finds what changed since the last time, by comparing: one pass over the labels."""
        known = self.known
        if self._changes == known.changes:
            return
        self._changes = known.changes
        self._reserve(known.count)
        now = known.labels.to(torch.int32).masked_fill_(known.weights <= 0, GONE)
        changed = torch.nonzero(now != self._seen)[:, 0]
        self._seen[changed] = now[changed]
        self._stale[changed] = now[changed] != GONE
        if self._support is not None and self._move(changed, self._support):
            self._say_again(self._support)

    def _move(self, changed: Tensor, support: Support) -> bool:
        """Carries the changes into the support; whether they concerned it."""
        inside, here = self._slots[changed] >= 0, self._seen[changed] != GONE
        for row in changed[inside & ~here].tolist():
            self._drop(row, support)
        relabelled, joining = changed[inside & here], changed[~inside & here][: support.room]
        if len(relabelled):
            support.relabel(self._slots[relabelled].long(), self._seen[relabelled].long())
        for part in chunks(len(joining), BLOCK):
            self._join(joining[part], support)
        return len(joining) > 0 or bool(inside.any())

    def _drop(self, row: int, support: Support) -> None:
        slot = int(self._slots[row])
        moved = support.remove(slot)
        self._slots[moved], self._slots[row] = slot, -1

    def _join(self, rows: Tensor, support: Support) -> None:
        first = support.count
        x = self._inputs(rows).double() - self._centre
        support.add(rows, x, self._seen[rows].long())
        self._slots[rows] = torch.arange(first, support.count, dtype=torch.int32)

    def _say_again(self, support: Support) -> None:
        """The support's own doubts at once; all others are to be looked at again."""
        self._stale.copy_((self._slots < 0) & (self._seen != GONE))
        self._note(support.rows, support.left_out())

    def _look(self, rows: Tensor, support: Support) -> None:
        self._note(rows, support.say(self._inputs(rows).float() - self._centre.float()))
        self._stale[rows] = False

    def _note(self, rows: Tensor, said: Tensor) -> None:
        self._doubts[rows] = against(floored(said.double()), self._seen[rows].long())

    def _by_shares(self, rows: Tensor) -> Tensor:
        """Where inputs say nothing, the shares of the classes do."""
        sizes = torch.tensor(self.known.sizes(), dtype=torch.float64)
        every = floored((sizes / sizes.sum()).expand(self.known.classes, -1))
        return against(every, torch.arange(self.known.classes))[self.known.labels[rows]]

    def _reserve(self, count: int) -> None:
        """Room for `count` rows, exactly: the arrays are as long as the known rows."""
        new = count - len(self._seen)
        if new > 0:
            self._seen = torch.cat([self._seen, self._seen.new_full((new,), GONE)])
            self._slots = torch.cat([self._slots, self._slots.new_full((new,), -1)])
            self._stale = torch.cat([self._stale, self._stale.new_zeros(new)])
            self._doubts = torch.cat([self._doubts, self._doubts.new_full((new,), torch.nan)])
