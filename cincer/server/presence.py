"""Who is connected to `/annotate`, and how many queries each wants to hold.

Two tabs of one person are one annotator: only when the last socket goes is the person gone.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from .auth.identity import Identity


@dataclass
class _Person:
    identity: Identity
    sockets: set[str] = field(default_factory=set)
    wanted: int = 0


class Presence:
    """Counts of sockets by annotator. Safe to share between threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._people: dict[str, _Person] = {}

    def come(self, identity: Identity, socket: str) -> None:
        """A socket opened."""
        with self._guard:
            self._people.setdefault(identity.name, _Person(identity)).sockets.add(socket)

    def go(self, identity: Identity, socket: str) -> bool:
        """A socket closed; True if it was this person's last."""
        with self._guard:
            person = self._people.get(identity.name)
            if person is None or socket not in person.sockets:
                return False
            person.sockets.discard(socket)
            if not person.sockets:
                del self._people[identity.name]
            return not person.sockets

    def want(self, identity: Identity, count: int) -> None:
        """This person asked to hold so many queries."""
        with self._guard:
            if identity.name in self._people:
                self._people[identity.name].wanted = count

    def names(self) -> set[str]:
        """Who is here."""
        with self._guard:
            return set(self._people)

    def wanting(self) -> list[tuple[Identity, int]]:
        """Who asked for queries, and how many they want to hold."""
        with self._guard:
            return [(p.identity, p.wanted) for p in self._people.values() if p.wanted]
