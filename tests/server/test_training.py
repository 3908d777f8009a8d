"""The trainer dies: what it was asked for is asked again, and nothing changed goes untrained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cincer.compute.frames import Frame
from cincer.config import LoopSettings, ModelSettings, Settings
from cincer.schema import Schema
from cincer.server.service.group import Group
from cincer.server.service.live import Live
from cincer.server.service.training import CHANGES, Training
from cincer.session.events import Received
from cincer.types import ExampleId, Position

CLASSES, WIDTH = 3, 4


class Link:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def send(self, frame: Frame) -> None:
        self.frames.append(frame)

    def asked(self) -> list[Frame]:
        return [frame for frame in self.frames if frame["op"] == "train"]


@pytest.fixture
def live(tmp_path: Path) -> Any:
    schema = Schema.declare("vector", [f"c{k}" for k in range(CLASSES)], columns=WIDTH)
    settings = Settings(LoopSettings(bootstrap=10_000), ModelSettings(model="mlp"))
    opened = Live(settings, tmp_path, schema)
    yield opened
    opened.close()


def received(live: Live, training: Training, count: int) -> None:
    """So many labelled arrivals that enter the training set unscored."""
    with live.ledger.batch() as batch:
        group = Group(live.loop, batch, 1.0)
        for _ in range(count):
            position = Position(live.state.counters.received)
            group.record(Received(ExampleId(f"e{position}"), position, 0, "s", 0.5, 0.5, 1.0),
                         actor="s")
        group.close()
    live.committed(group)
    training.commit(group)


def trained(live: Live, training: Training, frame: Frame) -> None:
    with live.ledger.batch() as batch:
        group = Group(live.loop, batch, 2.0)
        training.answered(group, {**frame, "version": live.seq, "digest": "d", "path": "p"})
        group.close()
    live.committed(group)


def lived(training: Training) -> Link:
    """A life of the trainer that is handed what waits."""
    link = Link()
    training.up(link)  # type: ignore[arg-type]
    training.send()
    return link


def test_a_training_that_died_is_asked_again(live: Live) -> None:
    training = Training(live)
    received(live, training, CHANGES)
    first = lived(training)
    trained(live, training, first.asked()[0])
    received(live, training, CHANGES)
    training.send()
    assert len(first.asked()) == 2
    training.down()
    second = lived(training)
    assert len(second.asked()) == 1
    trained(live, training, second.asked()[0])
    training.down()
    assert not lived(training).asked()


def test_a_wish_that_died_with_the_trainer_is_asked_again(live: Live) -> None:
    training = Training(live)
    received(live, training, CHANGES)
    trained(live, training, lived(training).asked()[0])
    training.train()
    training.down()
    assert lived(training).asked()


def test_a_server_that_starts_again_trains_on_what_the_network_does_not_contain(
    live: Live,
) -> None:
    training = Training(live)
    received(live, training, CHANGES)
    trained(live, training, lived(training).asked()[0])
    assert not lived(Training(live)).asked()
    received(live, training, CHANGES)
    assert lived(Training(live)).asked()
