"""How suspicious a given label is: one strategy a file, found by name here.

Every strategy scores suspects row by row in [-1, 1], higher = more suspicious (see
`protocols.Suspicion`), so that one threshold serves them all:

margin, held_out_margin     differences of probabilities, in [0, 1]
gradient_norm, expected_gradient_length, influence_norm, fisher_value
                            have no upper bound and the unit of the features, so they are stated as
                            ranks among the known examples (`rank`), in [0, 1]: 0.9 = above nine
                            tenths of what is in the training set
random                      drawn from [0, 1)
always, never               1 and -1
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import UnknownName
from ..protocols import Suspicion
from .constant import Constant
from .expected_gradient_length import expected_gradient_length
from .fisher_value import fisher_value
from .gradient_norm import gradient_norm
from .held_out_margin import HeldOutMargin
from .influence_norm import influence_norm
from .margin import Margin
from .random import Random
from .rank import Ranked, Turned

SUSPICIONS: dict[str, Callable[[int], Suspicion]] = {
    "margin": lambda seed: Margin(),
    "held_out_margin": lambda seed: HeldOutMargin(),
    "gradient_norm": lambda seed: Ranked(gradient_norm),
    "expected_gradient_length": lambda seed: Ranked(expected_gradient_length),
    "influence_norm": lambda seed: Turned(influence_norm),
    "fisher_value": lambda seed: Turned(fisher_value),
    "random": Random,
    "always": lambda seed: Constant(1.0),
    "never": lambda seed: Constant(-1.0),
}


def suspicion(name: str, *, seed: int = 0) -> Suspicion:
    """The strategy called `name`; `UnknownName` lists the valid ones."""
    if name not in SUSPICIONS:
        raise UnknownName("suspicion", name, SUSPICIONS)
    return SUSPICIONS[name](seed)
