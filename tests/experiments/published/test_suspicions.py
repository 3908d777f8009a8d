"""Suspicion scores in the grid: the same as one run at a time, and what they ask about."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from cincer.counterexample import counter_example
from cincer.kernels.head import with_bias
from cincer.kernels.top import top_layer
from cincer.protocols import Suspects
from cincer.suspicion import SUSPICIONS, suspicion
from cincer_experiments.published.picks import Seen
from cincer_experiments.published.protocol import Protocol, State, Variant, play
from cincer_experiments.published.streams import Streams, streams
from cincer_experiments.published.suspicions import suspected, suspicions
from cincer_experiments.published.training import Schedule
from cincer_streams.datasets import load
from cincer_streams.published import published_streams

A, B, N, D, K = 3, 4, 50, 6, 3


def grid() -> tuple[Tensor, Tensor, Tensor]:
    """Features (A, B, N+1, D+1), probs and labels of N known rows and the arrival, float64."""
    source = torch.Generator().manual_seed(2)
    features = with_bias(torch.randn(A, B, N + 1, D, generator=source, dtype=torch.float64))
    weights = torch.randn(A, B, K, D + 1, generator=source, dtype=torch.float64)
    probs = torch.softmax(features @ weights.transpose(2, 3), dim=3)
    return features, probs, torch.randint(K, (A, B, N + 1), generator=source)


@pytest.mark.parametrize("name", SUSPICIONS)
def test_the_grid_s_scores_are_those_of_each_run(name: str) -> None:
    features, probs, labels = grid()
    ones = torch.ones(A, B, N, dtype=torch.float64)

    def every() -> Seen:
        return Seen(features[:, :, :N], probs[:, :, :N], labels[:, :, :N], 0.1, torch.empty(0),
                    torch.empty(0), torch.empty(0), ones)

    def one(a: int, b: int) -> Seen:
        return Seen(features[a, b, :N], probs[a, b, :N], labels[a, b, :N], 0.1, torch.empty(0),
                    torch.empty(0), torch.empty(0), ones[a, b])

    found = suspected(suspicions(name, (5, 6, 7)), N, features[:, :, N], probs[:, :, N],
                      labels[:, :, N], every, one)
    assert found.shape == (A, B)
    for a in range(A):
        for b in range(B):
            top = top_layer(features[a, b, :N], probs[a, b, :N], labels[a, b, :N], damping=0.1)
            last = Suspects(torch.tensor([N]), torch.tensor([-1]), features[a, b, N:],
                            probs[a, b, N:], labels[a, b, N:])
            wanted = suspicion(name, seed=5 + a)(lambda top=top: top)(last)
            torch.testing.assert_close(found[a, b], wanted[0], rtol=1e-9, atol=1e-9)


def breast(repeats: int = 2, arrivals: int = 10) -> Streams:
    return streams(published_streams(load("breast"), stream=arrivals, repeats=repeats))


def run(found: Streams, name: str, threshold: float, repeats: tuple[int, ...] = (1, 2),
        columns: tuple[str, ...] = ("no_ce", "top_fisher")) -> State:
    how = Protocol("mlp", repeats, threshold, Schedule(epochs=20), suspicion=name)
    variants = [Variant(each, counter_example(each)) for each in columns]
    return list(play(found, variants, how, found.true("oracle")))[-1]


@pytest.mark.parametrize("name", SUSPICIONS)
def test_a_run_alone_is_the_run_in_the_grid(name: str) -> None:
    whole = breast()
    together = run(whole, name, 0.2)
    second = replace(whole, x=whole.x[1:], given=whole.given[1:], truths=whole.truths[1:],
                     ids=whole.ids[1:])
    alone = run(second, name, 0.2, (2,), ("top_fisher",))
    for count in ("queries", "cleaned", "inspected"):
        assert int(getattr(alone.counts, count)) == int(getattr(together.counts, count)[1, 1])
    torch.testing.assert_close(alone.f1[0, 0], together.f1[1, 1], rtol=0, atol=1e-9)


def test_only_always_asks_about_what_the_model_predicts() -> None:
    """At threshold 0 every score but the ends asks about exactly the labels the model doubts: the
    published inspector that questions all of those."""
    asked = {name: run(breast(), name, 0.0, columns=("no_ce",)).counts.queries.flatten().tolist()
             for name in SUSPICIONS}
    assert asked.pop("always") == [10, 10]
    assert asked.pop("never") == [0, 0]
    first, = {tuple(found) for name, found in asked.items() if name != "held_out_margin"}
    assert all(0 < count < 10 for count in first)
    assert all(a <= b for a, b in zip(asked["held_out_margin"], first, strict=True))


def test_below_nought_everything_is_asked_about() -> None:
    for name in ("margin", "gradient_norm", "fisher_value"):
        found = run(breast(1, 4), name, -0.5, (1,), ("no_ce",))
        assert int(found.counts.queries) == 4
