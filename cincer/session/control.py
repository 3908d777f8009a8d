"""The frame around the loop: starting it, changing its settings, a new network."""

from __future__ import annotations

from ..errors import Conflict, InvalidInput, Stale
from .audits import fit
from .budget import audit_rate, set_threshold
from .draft import Draft
from .effects import ModelChanged
from .events import Iterated, Promoted, Started, Tuned
from .state import Lane


def started(draft: Draft, event: Started) -> None:
    if draft.classes:
        raise Conflict("the session has started already")
    if len(event.classes) < 2 or len(set(event.classes)) != len(event.classes):
        raise InvalidInput("a session needs at least two classes with different names",
                           classes=event.classes)
    _check_key(event.key)
    draft.settings = event.settings
    draft.classes = event.classes
    draft.key = event.key
    set_threshold(draft, event.settings.ask_threshold)
    draft.lane = Lane(rate=audit_rate(event.settings, draft.budget))


def _check_key(key: str) -> None:
    try:
        length = len(bytes.fromhex(key))
    except ValueError:
        raise InvalidInput("the key is not hexadecimal") from None
    if not 1 <= length <= 64:
        raise InvalidInput("the key has 1 to 64 bytes, in hexadecimal", length=length)


def tuned(draft: Draft, event: Tuned) -> None:
    """New settings; a steered threshold goes on from where it is."""
    new, old = event.settings, draft.settings
    draft.settings = new
    if new.query_budget is None or new.ask_threshold != old.ask_threshold:
        set_threshold(draft, new.ask_threshold)
    draft.want_score()
    fit(draft)


def iterated(draft: Draft, event: Iterated) -> None:
    if event.number != draft.iterations + 1:
        raise Stale(f"the next iteration is {draft.iterations + 1}, not {event.number}")
    draft.iterations = event.number


def promoted(draft: Draft, event: Promoted) -> None:
    if event.version <= draft.model:
        raise Stale(f"model {draft.model} is newer than {event.version}", version=event.version)
    draft.model = event.version
    draft.emit(ModelChanged(event.version, event.path, event.digest))
