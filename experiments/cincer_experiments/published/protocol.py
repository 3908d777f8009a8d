"""The loop of Algorithm 1 (Teso et al. 2021) over a grid, an oracle answering at once.

After the bootstrap's fit, for each arrival: the model scores it; above the threshold the oracle
sees it and, with it, the variant's counter-examples; labels are set right; the arrival joins; every
network is trained from scratch.

With more than one round, a counter-example found mislabelled is doubted in turn: by the same model,
and with the labels as they are by then, the oracle is shown a counter-example to its old label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import torch
from torch import Tensor

from cincer.kernels.head import with_bias
from cincer.kernels.whole import jacobians
from cincer.protocols import CounterExample, Suspect, Suspicion
from cincer.rng import derive
from cincer.types import Label, Position

from .board import Board, Counts, counts
from .convolutional import Convolutional
from .joined import Joined
from .nets import Grid, Nets
from .picks import DAMPING, Seen, pick, ranked, suspect
from .scoring import weighted_f1
from .streams import Streams
from .suspicions import suspected, suspicions
from .training import Networks, Schedule, refit


@dataclass(frozen=True, slots=True)
class Variant:
    """One column of the grid. `again`: may show what a person has confirmed before, as the
    published code does. `drop`: the oracle sees the suspect alone, and if it was right, the
    counter-example leaves the training set unasked. `strategy` None: the network of true labels,
    which asks nothing."""

    name: str
    strategy: CounterExample | None
    again: bool = False
    drop: bool = False


@dataclass(frozen=True, slots=True)
class Protocol:
    """`repeats`: their numbers, which name what they draw. `measure_every`: arrivals between two
    measurements of F1 (NaN in between). `rounds`: questions in a row at most, 1 = no follow-ups;
    `counter_examples` shown beside an arrival at most; `suspicion`: a name of `cincer.suspicion`;
    `device`: where the networks are trained, in torch's words.
    """

    model: str
    repeats: tuple[int, ...]
    threshold: float = 0.2
    schedule: Schedule = field(default_factory=Schedule)
    damping: float = DAMPING
    measure_every: int = 1
    rounds: int = 1
    counter_examples: int = 1
    suspicion: str = "margin"
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class State:
    """The grid after arrival `t` (0 = after the bootstrap): counts, and F1 (A, B)."""

    t: int
    counts: Counts
    f1: Tensor


def play(
    streams: Streams, variants: Sequence[Variant], protocol: Protocol, believed: Tensor
) -> Iterator[State]:
    """The grid's states, one an arrival. `believed` (A, N): the oracle's answers."""
    true = streams.true("metrics")
    grid = Grid(len(streams.x), len(variants), streams.x.shape[2], streams.classes)
    nets = networks(protocol.model, grid, protocol.schedule.seed, protocol.device)
    board = Board(streams, len(variants), believed)
    for b, variant in enumerate(variants):
        if variant.strategy is None:
            board.labels[:, b] = true
    seeds = [derive(protocol.schedule.seed, "suspicion", repeat) for repeat in protocol.repeats]
    loop = _Loop(streams, tuple(variants), protocol, nets, board,
                 suspicions(protocol.suspicion, seeds))
    learning = torch.empty(0)
    for t in range(streams.x.shape[1] - streams.bootstrap + 1):
        rows = streams.bootstrap + t
        if t:
            loop.arrive(rows - 1, learning)
        learning = refit(nets, streams.x[:, :rows], board.labels[:, :, :rows], protocol.repeats,
                         t, protocol.schedule, board.weights(rows))
        yield State(t, counts(board, streams.given, true, rows), loop.f1(t))


def networks(model: str, grid: Grid, seed: int, device: str = "cpu") -> Networks:
    """The grid's networks on `device`: `logreg`, `mlp` or `cnn`."""
    if model != "cnn":
        return Nets(model, grid, seed, device)
    return Convolutional(grid, seed) if device == "cpu" else Joined(grid, seed, device)


@dataclass(frozen=True, slots=True)
class _Loop:
    """What one arrival needs."""

    streams: Streams
    variants: tuple[Variant, ...]
    protocol: Protocol
    nets: Networks
    board: Board
    suspicions: tuple[Suspicion, ...]

    def f1(self, t: int) -> Tensor:
        grid, streams = self.nets.grid, self.streams
        if t % self.protocol.measure_every:
            return torch.full((grid.repeats, grid.variants), float("nan"), dtype=torch.float64)
        return weighted_f1(streams.test_y, self.nets.predicted(streams.test_x), grid.classes)

    def arrive(self, row: int, learning: Tensor) -> None:
        """Row `row` arrives in every run; who finds it suspicious asks."""
        upto, labels = self.streams.x[:, : row + 1], self.board.labels
        probs = torch.softmax(self.nets.logits(upto), dim=3)
        features = self.nets.features(upto)
        kept, confirmed = (~self.board.dropped[:, :, :row]).float(), self.board.confirmed

        def every() -> Seen:
            return Seen(with_bias(features[:, :, :row]), probs[:, :, :row], labels[:, :, :row],
                        self.protocol.damping, upto[:, :row], confirmed[:, :, :row], learning,
                        kept)

        @cache
        def one(a: int, b: int) -> Seen:
            return Seen(with_bias(features[a, b, :row]), probs[a, b, :row], labels[a, b, :row],
                        self.protocol.damping, upto[a, :row], confirmed[a, b, :row],
                        learning[a, b, :row], kept[a, b], self._whole(a, b))

        last, here = with_bias(features[:, :, row]), probs[:, :, row]
        scores = suspected(self.suspicions, row, last, here, labels[:, :, row], every, one)
        for a, b in torch.nonzero(scores > self.protocol.threshold).tolist():
            variant = self.variants[b]
            if variant.strategy is None:
                continue
            about = suspect(row, last[a, b], here[a, b], int(labels[a, b, row]))
            self._question(a, b, variant.strategy, about, one(a, b))

    def _question(
        self, a: int, b: int, strategy: CounterExample, about: Suspect, top: Seen
    ) -> None:
        """The oracle sees the arrival and its counter-examples, then what follows from those."""
        variant, board = self.variants[b], self.board
        if variant.drop:
            board.ask(a, b, about.position, pick(strategy, about, top, variant.again), drop=True)
            return
        limit = self.protocol.counter_examples
        shown = ranked(strategy, about, top, variant.again, limit)
        board.ask(a, b, about.position, None)
        doubted = [row for row in shown if board.judge(a, b, row)]
        self._follow(a, b, strategy, [(row, about.predicted) for row in doubted], top)

    def _follow(
        self, a: int, b: int, strategy: CounterExample, doubted: list[tuple[int, Label]],
        top: Seen,
    ) -> None:
        """Round after round, each of `doubted` (row, label it had) is asked about in the order in
        which it was found. What `top` knows of labels and confirmations is the board's own."""
        for _ in range(self.protocol.rounds - 1):
            found = []
            for row, old in doubted:
                now = int(self.board.labels[a, b, row])
                about = Suspect(Position(row), top.features[row], top.probs[row], old, now)
                counter = pick(strategy, about, top, again=False)
                if counter is not None and self.board.follow_up(a, b, counter):
                    found.append((counter, now))
            doubted = found

    def _whole(self, a: int, b: int) -> Callable[[Tensor], Tensor]:
        """Rows of run (a, b) to the derivatives of their logits."""
        network = self.nets.one(a, b)
        return lambda rows: jacobians(network, self.streams.x[a, rows])
