"""The loop as a state machine: `step(state, event) -> (state, effects)`.

`events` is what can happen, `state` what is remembered, `effects` what follows; `step` dispatches
to arrivals, audits and budget (what is asked), queries and lease (who is asked), replies,
verdicts, aftermath and undo (what an answer does), acts and act_undo (what curators do). `codec`
writes events and states as JSON.
"""

from __future__ import annotations

from .lease import choose
from .step import step

__all__ = ["choose", "step"]
