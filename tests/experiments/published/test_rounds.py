"""Several rounds and several counter-examples in the grid: as a slow loop over one run does it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
import torch

from cincer.counterexample import counter_example
from cincer.kernels.head import with_bias
from cincer.protocols import Suspect
from cincer.types import Position
from cincer_experiments.published.nets import Grid
from cincer_experiments.published.picks import Seen
from cincer_experiments.published.protocol import Protocol, Variant, networks, play
from cincer_experiments.published.streams import Streams, streams
from cincer_experiments.published.training import Schedule, refit
from cincer_streams.datasets import load
from cincer_streams.published import published_streams

NAMES = ("largest_loss", "nearest", "top_fisher")
ARRIVALS = 10
HOW = Protocol("logreg", (1, 2), threshold=-0.5, schedule=Schedule(epochs=10), measure_every=1000)


@pytest.fixture(scope="module")
def found() -> Streams:
    return streams(published_streams(load("breast"), 0.4, stream=ARRIVALS, repeats=2))


def variants() -> list[Variant]:
    return [Variant(name, counter_example(name), again=name == "top_fisher") for name in NAMES]


@dataclass
class Slow:
    """One run on one stream, one example after the other, in plain lists and sets."""

    streams: Streams
    a: int
    variant: Variant
    how: Protocol
    confirmed: set[int] = field(default_factory=set)
    queries: int = 0
    follow_ups: int = 0
    inspected: int = 0
    fixed: int = 0

    def run(self) -> list[int]:
        x, given = self.streams.x[self.a], self.streams.given[self.a]
        self.true = self.streams.true("oracle")[self.a].tolist()
        self.labels = given.tolist()
        grid = Grid(1, 1, x.shape[1], self.streams.classes)
        self.nets = networks(self.how.model, grid, self.how.schedule.seed)
        for t in range(ARRIVALS + 1):
            self.row = self.streams.bootstrap + t - 1
            if t:
                self.arrive(x[: self.row + 1])
            upto = self.row + 1
            self.learning = refit(
                self.nets, x[None, :upto], torch.tensor(self.labels)[None, None, :upto],
                (self.how.repeats[self.a],), t, self.how.schedule)[0, 0]
        return self.labels

    def arrive(self, x: torch.Tensor) -> None:
        self.x = x
        self.probs = torch.softmax(self.nets.logits(x[None]), dim=3)[0, 0]
        self.features = with_bias(self.nets.features(x[None])[0, 0])
        here = self.probs[self.row]
        if float(here.max() - here[self.labels[self.row]]) <= self.how.threshold:
            return
        self.queries += 1
        predicted = int(here.argmax())
        shown = self.pick(self.row, self.labels[self.row], predicted, self.variant.again,
                          self.how.counter_examples)
        self.right(self.row)
        todo = [(row, predicted, 2) for row in shown if self.right(row)]
        while todo:
            row, old, depth = todo.pop(0)
            if depth > self.how.rounds:
                continue
            for other in self.pick(row, old, self.labels[row], False, 1):
                self.follow_ups += 1
                before = self.labels[other]
                if self.right(other):
                    todo.append((other, before, depth + 1))

    def pick(self, row: int, given: int, predicted: int, again: bool, limit: int) -> list[int]:
        known = [k for k in range(self.row) if self.labels[k] == predicted and k != row
                 and (again or k not in self.confirmed)]
        if not known:
            return []
        about = Suspect(Position(row), self.features[row], self.probs[row], given, predicted)
        confirmed = torch.tensor([k in self.confirmed for k in range(self.row)])
        top = Seen(self.features[: self.row], self.probs[: self.row],
                   torch.tensor(self.labels[: self.row]), self.how.damping, self.x[: self.row],
                   confirmed, self.learning, torch.ones(self.row), torch.zeros)
        assert self.variant.strategy is not None
        ranking = self.variant.strategy(about, top, torch.tensor(known), limit)
        return [int(k) for k in ranking.positions]

    def right(self, row: int) -> bool:
        self.inspected += 1
        wrong = self.labels[row] != self.true[row]
        self.fixed += wrong and row != self.row
        self.labels[row] = self.true[row]
        self.confirmed.add(row)
        return wrong


@pytest.mark.parametrize(("rounds", "counter_examples"), [(1, 1), (4, 1), (1, 3), (3, 3)])
def test_a_grid_is_its_runs_one_by_one(
    found: Streams, rounds: int, counter_examples: int
) -> None:
    how = replace(HOW, rounds=rounds, counter_examples=counter_examples)
    last = list(play(found, variants(), how, found.true("oracle")))[-1].counts
    followed = 0
    for a in range(2):
        for b, variant in enumerate(variants()):
            slow = Slow(found, a, variant, how)
            labels = slow.run()
            assert int(last.queries[a, b]) == slow.queries
            assert int(last.follow_ups[a, b]) == slow.follow_ups
            assert int(last.inspected[a, b]) == slow.inspected
            assert int(last.counter_examples[a, b]) == slow.fixed
            wrong = sum(now != true for now, true in zip(labels, slow.true, strict=True))
            assert float(last.mislabelled_share[a, b]) == pytest.approx(wrong / len(labels))
            followed += slow.follow_ups
    assert (followed > 0) == (rounds > 1)


def test_a_round_more_asks_more_and_cleans_more(found: Streams) -> None:
    counts = [list(play(found, variants()[:1], replace(HOW, rounds=rounds),
                        found.true("oracle")))[1].counts for rounds in (1, 2, 3)]
    follow_ups = [int(c.follow_ups.sum()) for c in counts]
    inspected = [int(c.inspected.sum()) for c in counts]
    assert follow_ups[0] == 0 < follow_ups[1] <= follow_ups[2]
    assert [i - f for i, f in zip(inspected, follow_ups, strict=True)] == [inspected[0]] * 3


def test_follow_ups_end_when_the_known_are_all_confirmed(found: Streams) -> None:
    """Every known example is wrong in the oracle's eyes, so that only candidates end a chain."""
    believed = 1 - found.given
    how = replace(HOW, rounds=10, counter_examples=5, threshold=-2.0)
    last = list(play(found, variants()[:1], how, believed))[-1].counts
    rows = found.x.shape[1]
    assert int(last.inspected.max()) <= rows
    assert bool((last.follow_ups > 0).all())
