"""The audit lane: suspicion has no say in it, and the stored propensities make it unbiased."""

from __future__ import annotations

import numpy as np
import pytest
from loop_world import KEEP, World, of

from cincer.session import effects as fx
from cincer.session.audits import lane_size
from cincer.types import AnnotatorId, Entry, QueryKind, Status


def audited(world: World) -> list[int]:
    return [q.position for q in world.state.queries.values() if q.kind is QueryKind.AUDIT]


def drawing(rate: float = 0.5, **settings: object) -> World:
    """A world in which an arrival is drawn with this chance: the budget asks about every one."""
    return World(query_budget=1000.0, audit_share=rate, **settings)


def test_the_chance_of_an_audit_is_its_share_of_what_is_asked() -> None:
    world = World(query_budget=100.0, audit_share=0.2)
    assert world.state.lane.rate == pytest.approx(0.02)


def test_without_a_budget_the_running_share_asked_stands_in() -> None:
    world = World(audit_share=0.5)
    for number in range(200):
        world.arrive(0, 1 if number % 4 == 0 else 0, 0.9 if number % 4 == 0 else 0.0)
    assert abs(world.state.lane.rate - 0.125) < 0.02


def test_no_audits_where_none_are_wanted() -> None:
    world = drawing(0.0)
    world.arrive(0, 0, 0.0, draw=0.0)
    assert not audited(world)


def test_the_rate_at_arrival_counts() -> None:
    world = drawing(0.5)
    position = world.receive(0, draw=0.4)
    world.score(position, 0, 0.0)
    query = world.about(position)
    assert query.kind is QueryKind.AUDIT
    assert query.propensity == query.drawn == 0.5
    assert world.status(position) is Status.WAITING
    assert not world.state.drawn


@pytest.mark.parametrize("margin", [0.0, 0.9])
def test_an_audit_is_shown_alone(margin: float) -> None:
    world = drawing(0.5)
    position = world.arrive(0, 1, margin, draw=0.1)
    world.do(world.loop.leased(world.about(position).id, AnnotatorId("ann"), world.tick()))
    assert not of(fx.NeedPick, world.last.effects)


def test_a_full_lane_is_thinned_at_random_only() -> None:
    world = drawing(0.5, queue_size=20, ask_threshold=0.2)
    size = lane_size(world.state.settings)
    thins = np.random.default_rng(3).permutation(size + 5) / (size + 5)
    margins = np.linspace(0, 1, size + 5)
    for thin, margin in zip(thins, margins, strict=True):
        world.arrive(0, 1, float(margin), draw=0.0, thin=float(thin))
    kept = sorted(q.thin for q in world.state.queries.values() if q.kind is QueryKind.AUDIT)
    assert kept == sorted(thins)[:size]
    for query in world.state.queries.values():
        if query.kind is QueryKind.AUDIT:
            assert query.propensity == 0.5 * world.state.lane.keep


def test_what_the_lane_has_no_room_for_is_decided_by_its_margin() -> None:
    world = World(audit_share=0.5, queue_size=20, ask_threshold=0.5)
    world.arrive(0, 1, 0.9)
    dull = world.arrive(0, 1, 0.1, draw=0.0, thin=0.9)
    bright = world.arrive(0, 1, 0.99, draw=0.0, thin=0.8)
    for _ in range(lane_size(world.state.settings)):
        world.arrive(0, 0, 0.0, draw=0.0, thin=0.1)
    assert world.loop.data.entry(dull) is Entry.ACCEPTED
    assert world.about(bright).kind is QueryKind.SUSPICIOUS


def test_suspicion_never_pushes_an_audit_out() -> None:
    world = drawing(0.5, queue_size=1)
    audit = world.arrive(0, 0, 0.0, draw=0.0)
    for _ in range(5):
        world.arrive(0, 1, 0.99)
    assert audited(world) == [audit]


def test_what_somebody_holds_is_not_thinned_and_keeps_its_propensity() -> None:
    world = drawing(0.5, queue_size=20)
    first = world.arrive(0, 0, 0.0, draw=0.0, thin=0.99)
    world.lease(world.about(first).id)
    for number in range(lane_size(world.state.settings) + 3):
        world.arrive(0, 0, 0.0, draw=0.0, thin=number / 100)
    assert world.about(first).propensity == 0.5


def test_weighting_by_the_propensity_counts_the_arrivals() -> None:
    """The sum of 1/propensity over the audits that were kept estimates the number of arrivals
    (Horvitz and Thompson 1952), however often the lane overflowed."""
    totals = np.array([_estimated_arrivals(seed) for seed in range(25)])
    standard_error = totals.std() / np.sqrt(len(totals))
    assert abs(totals.mean() - ARRIVALS) < 3 * standard_error < 0.3 * ARRIVALS


ARRIVALS = 300


def _estimated_arrivals(seed: int) -> float:
    rng = np.random.default_rng(seed)
    world = drawing(0.5, queue_size=20)
    answered = 0.0
    for number in range(ARRIVALS):
        draw, thin = rng.random(2)
        world.arrive(0, 0, 0.0, draw=draw, thin=thin)
        waiting = [q for q in world.state.queries.values() if q.kind is QueryKind.AUDIT]
        if number % 10 == 0 and waiting:
            world.show(waiting[0].id)
            answered += 1 / world.state.queries[waiting[0].id].propensity
            world.reply(waiting[0].id, KEEP)
    return answered + sum(1 / q.propensity for q in world.state.queries.values()
                          if q.kind is QueryKind.AUDIT)
