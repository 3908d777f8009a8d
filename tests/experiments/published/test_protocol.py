"""The loop over a grid: published counts, one run alone, what is never asked twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from cincer.counterexample import COUNTER_EXAMPLES, counter_example
from cincer.kernels import metrics
from cincer_experiments.published.board import Board, counts
from cincer_experiments.published.picks import Seen, pick, suspect
from cincer_experiments.published.protocol import Protocol, State, Variant, play
from cincer_experiments.published.scoring import weighted_f1
from cincer_experiments.published.streams import Streams, streams
from cincer_experiments.published.training import Schedule
from cincer_streams.datasets import load
from cincer_streams.published import published_streams

PUBLISHED = [(19, 23), (25, 20), (24, 21), (21, 17), (23, 21)]
"""Mislabelled breast examples in bootstrap and stream, repeats 1 to 5, as published."""

CLEAN = Variant("clean", None)


def breast(repeats: int = 2, arrivals: int = 8) -> Streams:
    return streams(published_streams(load("breast"), stream=arrivals, repeats=repeats))


def variants() -> list[Variant]:
    return [Variant(name, counter_example(name), name == "as_published")
            for name in ("no_ce", "largest_loss", "as_published")]


def protocol(repeats: int = 2) -> Protocol:
    return Protocol("mlp", tuple(range(1, repeats + 1)), schedule=Schedule(epochs=25))


def run(found: Streams, columns: list[Variant], how: Protocol) -> list[State]:
    return list(play(found, columns, how, found.true("oracle")))


def test_breast_has_the_published_mislabelled() -> None:
    found = breast(repeats=5, arrivals=100)
    wrong = found.given != found.true("metrics")
    assert [(int(w[:100].sum()), int(w[100:].sum())) for w in wrong] == PUBLISHED


def test_counts_add_up() -> None:
    states = run(breast(), [*variants(), CLEAN], protocol())
    assert [state.t for state in states] == list(range(9))
    last = states[-1].counts
    assert torch.equal(last.cleaned[:, :3], (last.examples + last.counter_examples)[:, :3])
    assert torch.equal(last.cleaned[:, 3], last.mislabelled_seen[:, 3])
    left = (last.mislabelled_seen - last.cleaned).double()
    torch.testing.assert_close(last.mislabelled_share * 108, left)
    assert int(last.queries[:, :3].sum()) > 0
    assert torch.equal(last.inspected[:, 0], last.queries[:, 0])
    assert torch.equal(last.inspected[:, 1], 2 * last.queries[:, 1])
    assert int(last.queries[:, 3].max()) == 0
    assert bool((states[-1].f1 > 0.5).all())


def test_a_run_alone_is_the_run_in_the_grid() -> None:
    together = run(breast(), [*variants(), CLEAN], protocol())[-1]
    whole = breast()
    second = replace(whole, x=whole.x[1:], given=whole.given[1:], truths=whole.truths[1:],
                     ids=whole.ids[1:])
    alone = run(second, [variants()[1]], replace(protocol(), repeats=(2,)))[-1]
    assert int(alone.counts.cleaned) == int(together.counts.cleaned[1, 1])
    assert int(alone.counts.queries) == int(together.counts.queries[1, 1])
    torch.testing.assert_close(alone.f1[0, 0], together.f1[1, 1], rtol=0, atol=1e-9)


def test_f1_is_measured_as_often_as_asked() -> None:
    states = run(breast(arrivals=4), [CLEAN], replace(protocol(), measure_every=2))
    assert [bool(state.f1.isnan().all()) for state in states] == [False, True, False, True, False]


def test_f1_of_a_grid_is_that_of_each_run() -> None:
    draw = np.random.default_rng(0)
    true, found = draw.integers(0, 3, 50), draw.integers(0, 3, (2, 2, 50))
    whole = weighted_f1(torch.from_numpy(true), torch.from_numpy(found), 3)
    for a in range(2):
        for b in range(2):
            assert float(whole[a, b]) == metrics.weighted_f1(true, found[a, b])


def test_what_a_person_confirmed_is_not_shown_again() -> None:
    labels = torch.tensor([0, 0, 1, 0])
    probs = torch.tensor([[0.1, 0.9], [0.4, 0.6], [0.2, 0.8], [0.9, 0.1]])
    top = Seen(torch.rand(4, 3), probs, labels, 0.1, torch.rand(4, 2),
               torch.tensor([True, False, False, False]), torch.rand(4), torch.ones(4),
               torch.zeros)
    about = suspect(4, torch.rand(3), torch.tensor([0.9, 0.1]), 1)
    strategy = counter_example("largest_loss")
    assert pick(strategy, about, top, again=True) == 0
    assert pick(strategy, about, top, again=False) == 1
    none = replace(top, confirmed=torch.ones(4, dtype=torch.bool))
    assert pick(strategy, about, none, again=False) is None


def test_what_was_dropped_is_not_a_candidate() -> None:
    labels, probs = torch.tensor([0, 0]), torch.tensor([[0.1, 0.9], [0.4, 0.6]])
    top = Seen(torch.rand(2, 3), probs, labels, 0.1, torch.rand(2, 2), torch.zeros(2).bool(),
               torch.rand(2), torch.tensor([0.0, 1.0]), torch.zeros)
    about = suspect(4, torch.rand(3), torch.tensor([0.9, 0.1]), 1)
    assert pick(counter_example("largest_loss"), about, top, again=False) == 1


def test_drop_takes_the_counter_example_out_where_the_suspect_was_right() -> None:
    found = breast(repeats=1, arrivals=5)
    true = found.true("metrics")
    wrong = torch.nonzero(found.given[0] != true[0])[:, 0].tolist()
    right = torch.nonzero(found.given[0] == true[0])[:, 0].tolist()
    board = Board(found, 1, true)
    assert board.weights(105) is None
    board.ask(0, 0, right[0], wrong[0], drop=True)
    board.ask(0, 0, wrong[1], wrong[2], drop=True)
    assert torch.nonzero(board.dropped[0, 0])[:, 0].tolist() == [wrong[0]]
    after = counts(board, found.given, true, 105)
    assert (after.inspected.tolist(), after.cleaned.tolist()) == ([[2]], [[1]])
    assert float(after.mislabelled_share) == (len(wrong) - 2) / 104
    weights = board.weights(105)
    assert weights is not None
    assert float(weights.sum()) == 104


def test_every_strategy_plays() -> None:
    columns = [Variant(name, counter_example(name)) for name in COUNTER_EXAMPLES]
    how = replace(protocol(), schedule=Schedule(epochs=5))
    found = breast(repeats=1, arrivals=4)
    last = run(found, columns, replace(how, threshold=-0.9, repeats=(1,)))[-1].counts
    assert bool((last.queries > 0).all())
    inspected = dict(zip(COUNTER_EXAMPLES, last.inspected[0].tolist(), strict=True))
    assert all(count == (1 if name == "no_ce" else 2) * int(last.queries[0, b])
               for b, (name, count) in enumerate(inspected.items()))


def test_a_run_that_drops() -> None:
    columns = [Variant("drop_ce", counter_example("top_fisher"), drop=True)]
    last = run(breast(arrivals=12), columns, protocol())[-1].counts
    assert torch.equal(last.inspected, last.queries)
    assert int(last.counter_examples.sum()) == 0


def test_a_board_counts_what_was_set_right() -> None:
    found = breast(repeats=1, arrivals=5)
    true = found.true("metrics")
    wrong = torch.nonzero(found.given[0] != true[0])[:, 0].tolist()
    right = torch.nonzero(found.given[0] == true[0])[:, 0].tolist()
    board = Board(found, 2, true)
    board.ask(0, 1, right[0], wrong[0])
    board.ask(0, 1, wrong[1], None)
    after = counts(board, found.given, true, 105)
    assert after.queries.tolist() == [[0, 2]]
    assert after.inspected.tolist() == [[0, 3]]
    assert (int(after.examples[0, 1]), int(after.counter_examples[0, 1])) == (1, 1)
    assert after.cleaned.tolist() == [[0, 2]]
    assert board.confirmed[0, 1].sum() == 3
