"""What the loop says of the labels people vouched for, and of audits that were answered."""

from __future__ import annotations

import numpy as np
import pytest

from cincer.config import LoopSettings
from cincer.loop import Loop
from cincer.session import events as ev
from cincer.types import Action, AnnotatorId, ExampleId, Position, QueryKind, Role
from cincer.vouched import verified

ANN = AnnotatorId("ann")


def audited() -> Loop:
    """A loop in which everything is audited with certainty; three arrivals were."""
    loop = Loop()
    settings = LoopSettings(bootstrap=0, audit_share=0.9, selection_share=0.5)
    loop.apply(ev.Started(settings, ("a", "b", "c"), "00ff", 0.0))
    for at in range(40):
        example, position = ExampleId(f"e{at}"), Position(at)
        loop.apply(ev.Received(example, position, at % 3, "test", 0.0, 0.0, 1.0 + at))
        loop.apply(ev.Scored(example, position, at % 3, (at + at % 2) % 3, 0.3 * (at % 2),
                             (), 1, 1.5 + at))
    return loop


def answer(loop: Loop, query: str, at: float) -> None:
    loop.apply(loop.leased(query, ANN, at))  # type: ignore[arg-type]
    epoch = loop.state.queries[query].epoch  # type: ignore[index]
    loop.apply(ev.Displayed(query, ANN, epoch, at))  # type: ignore[arg-type]
    loop.apply(loop.replied(query, ANN, epoch,  # type: ignore[arg-type]
                            ev.Decision(Action.KEEP), None, at + 0.1))


def open_audits(loop: Loop) -> list[ev.Replied]:
    return [q for q in loop.state.queries.values()  # type: ignore[misc]
            if q.kind is QueryKind.AUDIT and q.propensity]


def test_answered_audits_keep_their_propensity_until_taken_back() -> None:
    loop = audited()
    found = open_audits(loop)
    assert found, "nothing was audited"
    query = found[0]
    assert loop.propensity(query.position) is None
    answer(loop, query.id, 100.0)
    assert loop.propensity(query.position) == pytest.approx(query.propensity)
    loop.apply(loop.undone(ANN, 101.0))
    assert loop.propensity(query.position) is None


def test_verified_rows_by_role() -> None:
    loop = audited()
    for number, query in enumerate(open_audits(loop)):
        answer(loop, query.id, 100.0 + number)
    asked = [q for q in loop.state.queries.values() if q.kind is QueryKind.SUSPICIOUS]
    for number, other in enumerate(asked[:8]):
        answer(loop, other.id, 200.0 + number)
    found = verified(loop)
    roles = [loop.data.role(at) for at in found.positions.tolist()]
    assert len(found)
    assert list(found.selection) == [role is Role.VERIFIED_SEL for role in roles]
    assert set(roles) <= {Role.VERIFIED_REF, Role.VERIFIED_SEL}
    np.testing.assert_array_equal(
        found.labels, [loop.data.effective(at) for at in found.positions.tolist()])
    audits = {at for at in found.positions.tolist() if loop.propensity(Position(at)) is not None}
    assert {int(at) for at in found.positions[~np.isnan(found.propensity)]} == audits
    assert len(found.part(selection=True)) + len(found.part(selection=False)) == len(found)


def test_nothing_is_vouched_for_at_the_start() -> None:
    loop = Loop()
    loop.apply(ev.Started(LoopSettings(), ("a", "b"), "00ff", 0.0))
    assert not len(verified(loop))
