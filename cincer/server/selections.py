"""What curators have selected now, so that they see one another. Nothing is stored."""

from __future__ import annotations

import threading

from .wire.curate import SelectIn, Selection


class Selections:
    """By connection; what a person shows is what their newest word on it was. Safe to share between
    threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._by_socket: dict[str, Selection] = {}

    def set(self, socket: str, who: str, said: SelectIn) -> Selection:
        """A curator selects something; what to tell the others."""
        found = Selection(who=who, given_label=said.given_label,
                          predicted_label=said.predicted_label, ids=said.ids, count=said.count)
        with self._guard:
            self._by_socket.pop(socket, None)
            self._by_socket[socket] = found
        return found

    def leave(self, socket: str) -> tuple[Selection, bool] | None:
        """A connection is gone; what its person shows from now on, and whether they are gone, too.
        None if it had selected nothing."""
        with self._guard:
            last = self._by_socket.pop(socket, None)
            if last is None:
                return None
            rest = [one for one in self._by_socket.values() if one.who == last.who]
        return (rest[-1], False) if rest else (last, True)

    def others(self, who: str) -> list[Selection]:
        """What everybody else has selected."""
        with self._guard:
            newest = {one.who: one for one in self._by_socket.values()}
        return [one for name, one in newest.items() if name != who]
