"""How much each training row counts, learned from trusted examples.

One interface for all: `reweighter(name, options)(top, trusted, candidates)` gives `Weights` over
all rows of the top-layer cache. Trusted rows keep weight 1 and are never weighed against
themselves; where there is too little to go by, all rows count 1 and the answer says why.

weights      what reweighters answer       options      what they can be told
history      weights and losses by epoch    passes       learning head and weights together
joint        LSW for whole networks         fsr          FSR: without a trusted set
held_out     by heads that never saw the label, without a trusted set
reweighter   by trusted examples that are weighed themselves (trust)
choice       which of them is worth it
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from ..errors import UnknownName
from ..kernels.trusted import Trusted, trusted
from ..protocols import TopLayer
from .choice import choose
from .fsr import Fsr
from .held_out import HeldOut
from .history import History
from .l2rw import L2rw
from .lsw import Lsw, chain, literal
from .meta_weight_net import MetaWeightNet
from .options import Options
from .reweighter import Reweighter as FromTrusted
from .uniform import Uniform
from .weights import Reweighter, Scale, Weights

REWEIGHTERS: dict[str, Callable[[Options], Reweighter]] = {
    "uniform": lambda options: Uniform(),
    "held_out": HeldOut,
    "lsw": Lsw,
    "lsw_literal": lambda options: Lsw(options, literal),
    "lsw_chain": lambda options: Lsw(options, chain),
    "l2rw": L2rw,
    "meta_weight_net": MetaWeightNet,
    "reweighter": FromTrusted,
    "fsr": Fsr,
    "fsr_released": lambda options: Fsr(options, released=True),
}


def reweighter(name: str, options: Options | None = None) -> Reweighter:
    """The strategy called `name`."""
    if name not in REWEIGHTERS:
        raise UnknownName("reweighter", name, REWEIGHTERS)
    return REWEIGHTERS[name](options or Options())


CHOSEN_FROM = ("held_out", "lsw")
"""What the policy `chooser` tries."""


def chosen(
    top: TopLayer, trusted: Trusted, kept: Tensor, labels: Tensor, options: Options | None = None
) -> str:
    """The name of the reweighter that does best on the labels kept for choosing, see `choice`."""
    return choose(top, trusted, kept, labels, {
        name: reweighter(name, options) for name in CHOSEN_FROM})[0]


__all__ = ["CHOSEN_FROM", "REWEIGHTERS", "History", "Options", "Reweighter", "Scale", "Trusted",
           "Weights", "choose", "chosen", "reweighter", "trusted"]
