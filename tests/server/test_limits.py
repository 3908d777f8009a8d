"""Token buckets and the bounded queue."""

from __future__ import annotations

import time
from typing import Any

import pytest
from engineio.packet import MESSAGE, Packet

from cincer.errors import Busy
from cincer.server.limits import Buckets, Outbound


def test_a_bucket_empties_and_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    buckets = Buckets(2, 3, "requests")
    for _ in range(3):
        buckets.take("anna")
    with pytest.raises(Busy, match="too many requests") as found:
        buckets.take("anna")
    assert found.value.data["retry_after"] == 0.5
    buckets.take("ben")
    now[0] += 0.5
    buckets.take("anna")
    with pytest.raises(Busy):
        buckets.take("anna")
    now[0] += 1000
    for _ in range(3):
        buckets.take("anna")
    with pytest.raises(Busy):
        buckets.take("anna")


def test_old_keys_are_forgotten() -> None:
    buckets = Buckets(0.001, 1, "requests", keys=2)
    for name in ("a", "b", "c"):
        buckets.take(name)
    buckets.take("a")
    with pytest.raises(Busy):
        buckets.take("c")


def _packet(size: int) -> Any:
    return Packet(MESSAGE, data="x" * size)


def test_too_many_unread_packets_end_the_connection_once() -> None:
    calls: list[int] = []
    queue = Outbound()
    queue.on_full = lambda: calls.append(1)
    for _ in range(Outbound.PACKETS + 5):
        queue.put(_packet(1))
    assert calls == [1]
    assert queue.qsize() == Outbound.PACKETS
    queue.put(None)
    assert queue.qsize() == Outbound.PACKETS + 1


def test_too_many_unread_bytes_end_it_but_one_large_packet_passes() -> None:
    queue = Outbound()
    queue.put(_packet(Outbound.SIZE * 2))
    assert not queue.overflowed
    queue.put(_packet(1))
    assert queue.overflowed
    again = Outbound()
    for _ in range(20):
        again.put(_packet(Outbound.SIZE // 2))
        again.get()
    assert not again.overflowed
