"""Who is connected to `/annotate`. Two tabs of one person are one annotator: only when the last
socket goes is the person gone."""

from __future__ import annotations

import threading


class Presence:
    """Sockets by annotator. Safe to share between threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sockets: dict[str, set[str]] = {}

    def come(self, name: str, socket: str) -> None:
        """A socket opened."""
        with self._guard:
            self._sockets.setdefault(name, set()).add(socket)

    def go(self, name: str, socket: str) -> bool:
        """A socket closed; True if it was this person's last."""
        with self._guard:
            sockets = self._sockets.get(name, set())
            if socket not in sockets:
                return False
            sockets.discard(socket)
            if not sockets:
                del self._sockets[name]
            return not sockets

    def names(self) -> set[str]:
        """Who is here."""
        with self._guard:
            return set(self._sockets)
