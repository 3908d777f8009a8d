"""Weights by a policy and what people vouched for, for a run in process and the trainer alike."""

from __future__ import annotations

from .protocols import TopLayer
from .relabel.vouched import kept_of, trusted_of
from .reweight import Options, Weights, chosen, reweighter
from .verified import Verified

CHOOSER = "chooser"
"""The policy that takes whichever reweighter does best on the labels kept for choosing."""


def weighed(
    top: TopLayer, verified: Verified, policy: str, options: Options | None = None
) -> tuple[str, Weights]:
    """The reweighter that `policy` comes to, and what it says of the rows of `top`, which should
    all count alike, so that nothing is learned from what was learned before."""
    trusted = trusted_of(top, verified.part(selection=False))
    if policy == CHOOSER:
        policy = chosen(top, trusted, *kept_of(top, verified), options)
    return policy, reweighter(policy, options)(top, trusted)
