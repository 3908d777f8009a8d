"""How much each training row counts, learned from trusted examples.

One interface for all: `reweighter(name, options)(top, trusted, candidates)` gives `Weights` over
all rows of the top-layer cache. Trusted rows keep weight 1 and are never weighed against
themselves; where there is too little to go by, all rows count 1 and the answer says why.

weights      what reweighters answer       options      what they can be told
history      weights and losses by epoch
fsr          FSR: without a trusted set; for whole networks, too
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import UnknownName
from ..kernels.trusted import Trusted, trusted
from .fsr import Fsr
from .history import History
from .options import Options
from .uniform import Uniform
from .weights import Reweighter, Scale, Weights

REWEIGHTERS: dict[str, Callable[[Options], Reweighter]] = {
    "uniform": lambda options: Uniform(),
    "fsr": Fsr,
    "fsr_released": lambda options: Fsr(options, released=True),
}


def reweighter(name: str, options: Options | None = None) -> Reweighter:
    """The strategy called `name`."""
    if name not in REWEIGHTERS:
        raise UnknownName("reweighter", name, REWEIGHTERS)
    return REWEIGHTERS[name](options or Options())


__all__ = ["REWEIGHTERS", "History", "Options", "Reweighter", "Scale", "Trusted", "Weights",
           "reweighter", "trusted"]
