"""The session's statistics with what only the web process knows: who is connected now."""

from __future__ import annotations

from .core import Parts
from .wire.annotate import Person, Stats


def statistics(parts: Parts) -> Stats:
    """As `GET /stats` and `stats:updated` show them."""
    found = parts.core.stats()
    here = parts.presence.names()
    people = [p.model_copy(update={"online": p.online or p.name in here}) for p in found.people]
    new = here - {p.name for p in people}
    people += [Person(name=name, replies=0, online=True) for name in sorted(new)]
    return found.model_copy(update={"people": people})
