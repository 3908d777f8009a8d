"""The labels people vouched for, as the loop knows them."""

from __future__ import annotations

import numpy as np

from .loop import Loop
from .types import Position, Role
from .verified import Verified

_ROLES = tuple(Role)
_REFERENCE, _SELECTION = (_ROLES.index(role) for role in (Role.VERIFIED_REF, Role.VERIFIED_SEL))


def verified(loop: Loop) -> Verified:
    """All examples that are trained on and whose role says that a person gave their label."""
    roles = loop.data.column("role")
    positions = np.flatnonzero((roles == _REFERENCE) | (roles == _SELECTION))
    positions = positions[np.isin(positions, loop.all_trained())]
    chances = (loop.propensity(Position(at)) for at in positions.tolist())
    return Verified(
        positions, loop.data.column("effective")[positions].astype(np.int64),
        np.array([np.nan if chance is None else chance for chance in chances], dtype=np.float64),
        roles[positions] == _SELECTION)
