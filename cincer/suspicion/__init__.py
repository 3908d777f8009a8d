"""How suspicious a given label is: one strategy a file, found by name here.

Every strategy takes (N, K) probabilities and (N,) labels to (N,) scores in [-1, 1], higher = more
suspicious, row by row.
"""

from __future__ import annotations

from ..errors import UnknownName
from ..protocols import Suspicion
from .constant import always, never
from .margin import margin
from .random import uniform

SUSPICIONS: dict[str, Suspicion] = {
    "margin": margin,
    "random": uniform,
    "always": always,
    "never": never,
}


def suspicion(name: str) -> Suspicion:
    """The strategy called `name`; `UnknownName` lists the valid ones."""
    if name not in SUSPICIONS:
        raise UnknownName("suspicion", name, SUSPICIONS)
    return SUSPICIONS[name]
