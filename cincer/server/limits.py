"""How much one client may ask for: token buckets by key, and a bounded queue of unread packets."""

from __future__ import annotations

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..errors import Busy


class Buckets:
    """One token bucket a key: `rate` tokens a second, `burst` at most. Old keys are forgotten."""

    def __init__(self, rate: float, burst: float, what: str, keys: int = 10_000) -> None:
        self._rate, self._burst, self._what, self._keys = rate, burst, what, keys
        self._state: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, key: str, count: float = 1.0) -> None:
        """Take tokens, or raise `Busy` saying when there are enough."""
        with self._guard:
            now = time.monotonic()
            left = self._refilled(key, now)
            if left < count:
                wait = (count - left) / self._rate
                raise Busy(f"too many {self._what}; wait {wait:.1f} s", retry_after=round(wait, 2))
            self._put(key, left - count, now)

    def _refilled(self, key: str, now: float) -> float:
        left, then = self._state.get(key, (self._burst, now))
        return min(self._burst, left + (now - then) * self._rate)

    def _put(self, key: str, left: float, now: float) -> None:
        self._state[key] = (left, now)
        self._state.move_to_end(key)
        if len(self._state) > self._keys:
            self._state.popitem(last=False)


@dataclass(frozen=True)
class Limits:
    """The buckets of a server. Honest use stays far below them."""

    actors: Buckets = field(default_factory=lambda: Buckets(500, 2000, "requests"))
    addresses: Buckets = field(default_factory=lambda: Buckets(1000, 4000, "requests"))
    refused: Buckets = field(default_factory=lambda: Buckets(1, 30, "refused logins"))
    logins: Buckets = field(default_factory=lambda: Buckets(5 / 60, 5, "logins"))


class Outbound(queue.Queue[Any]):
    """What one client has not read yet. Too much of it: `on_full` once, and the rest is dropped.

    Engine.IO puts packets here and None for the end; one reader sends them.
    """

    PACKETS = 2_000
    SIZE = 2_000_000

    def __init__(self) -> None:
        super().__init__()
        self.on_full: Callable[[], None] = lambda: None
        self.overflowed = False
        self._size = 0

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Never blocks."""
        if item is not None and self._too_much(_size(item)):
            if not self.overflowed:
                self.overflowed = True
                self.on_full()
            return
        super().put(item, block, timeout)

    def _too_much(self, size: int) -> bool:
        waiting = self.qsize()
        return waiting > 0 and (waiting >= self.PACKETS or self._size + size > self.SIZE)

    def _put(self, item: Any) -> None:
        self._size += _size(item)
        super()._put(item)

    def _get(self) -> Any:
        item = super()._get()
        self._size -= _size(item)
        return item


def _size(packet: Any) -> int:
    data = getattr(packet, "data", None)
    return len(data) if isinstance(data, str | bytes) else 0
