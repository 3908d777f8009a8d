"""Starting, tuning, a new network; and what an unstarted session says to everything else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from loop_world import CLASSES, KEY, World, of

from cincer.config import LoopSettings
from cincer.errors import Conflict, InvalidInput, Stale
from cincer.loop import Loop
from cincer.session import effects as fx
from cincer.session import events as ev
from cincer.session import step
from cincer.session.state import SessionState
from cincer.session.step import HANDLERS
from cincer.types import Entry, ExampleId, Position


def test_every_event_has_a_handler() -> None:
    assert set(HANDLERS) == set(ev.KINDS.values())


def test_an_unstarted_session_takes_only_its_start() -> None:
    with pytest.raises(Conflict, match="not started"):
        step(SessionState(), ev.Received(ExampleId("x"), Position(0), 0, "", 0.5, 0.5, 1.0))
    with pytest.raises(Conflict, match="not started"):
        _ = Loop().data


def test_a_session_starts_once() -> None:
    world = World()
    with pytest.raises(Conflict, match="already"):
        world.do(ev.Started(LoopSettings(), CLASSES, KEY, 1.0))


@pytest.mark.parametrize(("classes", "key"), [
    ((), KEY), (("a",), KEY), (("a", "a"), KEY), (CLASSES, "xyz"), (CLASSES, ""),
    (CLASSES, "00" * 65),
])
def test_a_start_that_cannot_be(classes: tuple[str, ...], key: str) -> None:
    with pytest.raises(InvalidInput):
        step(SessionState(), ev.Started(LoopSettings(), classes, key, 1.0))


def tune(world: World, **changes: object) -> None:
    world.do(ev.Tuned(replace(world.state.settings, **changes), world.tick()))


def test_a_smaller_queue_lets_the_least_suspicious_go() -> None:
    world = World()
    places = [world.arrive(0, 1, margin) for margin in (0.9, 0.5, 0.7)]
    tune(world, queue_size=1)
    assert [q.position for q in world.state.queries.values()] == places[:1]
    assert world.loop.data.entry(places[1]) is Entry.UNASKED


def test_the_threshold_follows_the_settings_unless_it_is_steered() -> None:
    world = World()
    tune(world, ask_threshold=0.5)
    assert world.state.threshold == 0.5
    tune(world, query_budget=1.0)
    world.arrive(0, 1, 0.9)
    steered = world.state.threshold
    tune(world, query_budget=2.0)
    assert world.state.threshold == steered != 0.5
    tune(world, query_budget=None)
    assert world.state.threshold == 0.5


def test_a_stream_that_need_not_wait_any_more_goes_on() -> None:
    world = World(synchronous=True)
    world.arrive(0, 1, 0.9)
    tune(world, synchronous=False)
    assert of(fx.NeedScore, world.last.effects)


def test_a_new_network_becomes_the_model() -> None:
    world = World()
    world.do(ev.Promoted(1, "d1", "m1.pt", 40, world.tick()))
    assert world.last.effects == (fx.ModelChanged(1, "m1.pt", "d1"),)
    assert world.state.model == 1
    with pytest.raises(Stale):
        world.do(ev.Promoted(1, "d1", "m1.pt", 40, world.tick()))
