"""A stream played into a service: what is stored is left out, what is bad told, all else goes."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from cincer.errors import Busy
from cincer.protocols import Arrival
from cincer.schema import Schema
from cincer.server.commands import ItemStored, Receive
from cincer.server.feeding import Feeder
from cincer.types import ExampleId

SCHEMA = Schema.declare("vector", ["cat", "dog"], columns=2)


class Taking:
    """Stores what it is sent; `busy` is how often it refuses first."""

    def __init__(self, *stored: str, busy: int = 0) -> None:
        self.ids, self.busy, self.ended = list(stored), busy, False
        self.archive = SimpleNamespace(
            position_of=lambda name: self.ids.index(name) if name in self.ids else None)

    def stats(self) -> Any:
        return SimpleNamespace(received=len(self.ids))

    def source_ended(self) -> None:
        self.ended = True

    def submit(self, command: Receive) -> Future[Any]:
        found: Future[Any] = Future()
        if self.busy:
            self.busy -= 1
            found.set_exception(Busy("full", retry_after=0.001))
            return found
        self.ids += [one.id for one in command.items]
        found.set_result(tuple(ItemStored(one.id, "stored", 1) for one in command.items))
        return found


def _arrival(name: str, content: Any = (0.0, 1.0), **more: Any) -> Arrival:
    return Arrival(ExampleId(name), list(content), "cat", **more)


def _play(service: Any, arrivals: list[Arrival], rate: float | None, burst: int = 0) -> Feeder:
    feeder = Feeder(service, SCHEMA, arrivals, source="file", rate=rate, burst=burst)
    feeder._run()
    return feeder


@pytest.mark.parametrize("rate", [None, 500.0])
def test_everything_arrives_in_order_and_the_end_is_told(rate: float | None) -> None:
    service = Taking(busy=2)
    names = [f"e-{n}" for n in range(600 if rate is None else 60)]
    _play(service, [_arrival(name) for name in names], rate, burst=20)
    assert (service.ids, service.ended) == (names, True)


def test_what_another_source_sent_hides_no_row_of_the_file() -> None:
    service = Taking("other-1", "e-0", "other-2")
    _play(service, [_arrival(f"e-{n}") for n in range(4)], None)
    assert service.ids == ["other-1", "e-0", "other-2", "e-1", "e-2", "e-3"]


def test_a_bad_row_sinks_nothing_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    service = Taking()
    rows = [_arrival("a"), _arrival("b", [1.0]), _arrival("c", meta={"x": "y" * 20_000}),
            _arrival("d")]
    feeder = _play(service, rows, None)
    assert service.ids == ["a", "d"]
    assert [line.split(":")[0] for line in feeder.rejected] == ["b", "c"]
    assert "2 examples were refused; the first: b:" in caplog.text
