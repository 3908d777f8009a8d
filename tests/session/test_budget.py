"""The threshold finds the budget on any stream, and keeps it when the stream drifts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from loop_world import World

from cincer.session.budget import HIGHEST, LOWEST, RANGE, level_of, moved, threshold_at

Margins = Callable[[np.random.Generator, int], float]

STREAMS: dict[str, Margins] = {
    "uniform": lambda rng, n: rng.random(),
    "mostly sure": lambda rng, n: max(0.0, 5 * rng.random() - 4),
    "overconfident": lambda rng, n: 0.0 if rng.random() < 0.6 else 1 - 1e-4 * rng.random(),
    "almost never": lambda rng, n: 0.9 if rng.random() < 0.01 else 0.0,
    "constant": lambda rng, n: 0.5,
    "drift": lambda rng, n: rng.beta(2, 8) if n < 1000 else rng.beta(8, 2),
    "waves": lambda rng, n: rng.random() * (0.5 + 0.5 * np.sin(n / 100)),
}


def realised(margins: Margins, budget: float, audit_share: float, count: int = 2000) -> float:
    """Asked a thousand arrivals, suspicious and audits together."""
    rng = np.random.default_rng(5)
    world = World(query_budget=budget, audit_share=audit_share, queue_size=100_000)
    for number in range(count):
        draw, thin = rng.random(2)
        world.arrive(0, 1, float(margins(rng, number)), draw=draw, thin=thin)
        if number % 50 == 0:
            _forget(world)
    return 1000 * world.state.counters.asked / count


def _forget(world: World) -> None:
    """An annotator so fast that the queue is empty: keeps this test quick."""
    object.__setattr__(world.state, "queries", {})


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("budget", [20.0, 100.0, 500.0])
def test_the_share_asked_is_the_budget(name: str, budget: float) -> None:
    assert realised(STREAMS[name], budget, 0.1) == pytest.approx(budget, rel=0.1)


def test_a_budget_by_the_hour_follows_the_rate_of_arrivals() -> None:
    """An hour with 1 arrival a second, then one with 3: each time 360 are asked about."""
    rng = np.random.default_rng(1)
    world = World(query_budget=360.0, budget_per="hour", queue_size=100_000)
    asked = []
    for gap, count in ((1.0, 3600), (1 / 3, 10_800)):
        before = world.state.counters.asked
        for _ in range(count):
            world.now += gap - 2.0
            world.arrive(0, 1, float(rng.random()))
            _forget(world)
        asked.append(world.state.counters.asked - before)
    assert asked == [pytest.approx(360, rel=0.1), pytest.approx(360, rel=0.15)]


def test_nothing_is_asked_for_a_budget_of_nothing() -> None:
    assert realised(STREAMS["uniform"], 0.0, 0.5, 200) <= 5


def test_everything_is_asked_for_a_full_budget() -> None:
    assert realised(STREAMS["constant"], 1000.0, 0.1, 200) >= 990


def test_without_a_budget_the_threshold_stands() -> None:
    world = World(ask_threshold=0.3)
    for _ in range(20):
        world.arrive(0, 1, 0.9)
    assert world.state.threshold == 0.3


@pytest.mark.parametrize("threshold", [LOWEST, 0.0, 0.002, 0.2, 0.5, 0.9999, HIGHEST])
def test_a_threshold_and_its_level(threshold: float) -> None:
    again = threshold_at(level_of(threshold))
    assert again == pytest.approx(LOWEST if threshold <= 0 else threshold)


@pytest.mark.parametrize(("level", "asked"), [(RANGE[0], False), (RANGE[1], True)])
def test_the_threshold_stays_in_its_bounds(level: float, asked: bool) -> None:
    assert moved(level, 0.5, asked, 1000) == level
    assert LOWEST <= threshold_at(level) <= HIGHEST


def test_a_clock_that_is_put_back_does_no_harm() -> None:
    world = World(query_budget=60.0, budget_per="hour")
    for seconds in (5.0, -100.0, 3.0):
        world.tick(seconds)
        world.receive(0)
    assert world.state.budget.arrivals_per_second == pytest.approx(2 / 4, rel=0.01)
