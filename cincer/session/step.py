"""The loop as a pure function: `step(state, event) -> (state, effects)`.

No clock, file, thread, torch or randomness: what was drawn, measured or looked up comes in the
event. An event that contradicts the state raises a typed error and changes nothing. The server,
the in-process runner and the tests drive this same function (through `cincer.loop`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import Conflict
from . import act_undo, acts, arrivals, control, events, lease, queries, replies, undo
from .draft import Draft
from .effects import Effect
from .state import SessionState

HANDLERS: dict[type[events.Event], Callable[[Draft, Any], None]] = {
    events.Started: control.started,
    events.Received: arrivals.received,
    events.Scored: arrivals.scored,
    events.Rescored: queries.rescored,
    events.Picked: queries.picked,
    events.Leased: lease.leased,
    events.Displayed: lease.display,
    events.Released: lease.released,
    events.Replied: replies.replied,
    events.Skipped: lease.skipped,
    events.Flagged: lease.flagged,
    events.Undone: undo.undone,
    events.Resolved: acts.resolved,
    events.ActUndone: act_undo.undone,
    events.ActRedone: act_undo.redone,
    events.Iterated: control.iterated,
    events.Promoted: control.promoted,
    events.Tuned: control.tuned,
}
"""What folds each event; one for each of `events.KINDS`."""


def step(state: SessionState, event: events.Event) -> tuple[SessionState, tuple[Effect, ...]]:
    """The state after `event`, and what follows from it, in order. Raises `CincerError`s."""
    if not state.classes and not isinstance(event, events.Started):
        raise Conflict("the session has not started; its first event is session:started")
    draft = Draft(state)
    HANDLERS[type(event)](draft, event)
    return draft.finish()
