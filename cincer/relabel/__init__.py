"""Which examples to unlearn, relabel or leave out, from their influence on trusted examples.

One interface for all: `relabeller(name, options)(top, trusted, candidates)` gives `Suggestions`,
each with what it is predicted to bring and the trusted examples that speak for it. Trusted examples
are never candidates, an example never speaks for itself, and where there is too little to go by the
answer is empty and says why.

harm         influence on the trusted set, by four solvers
threshold    `relabel_threshold`       options      what strategies can be told
suggestions  what they answer          compose      how answers are put together
choose       the threshold by validation
by_loss      RDIA-LS and its baselines: training that goes by small losses
"""

from __future__ import annotations

from collections.abc import Callable

from ..errors import UnknownName
from ..kernels.trusted import Trusted, trusted
from .argmax import Argmax
from .confident_learning import ConfidentLearning
from .dropout import Dropout
from .erm import Erm
from .opt_lr import OptLr
from .options import Options
from .random import Random
from .rdia import Rdia
from .suggestions import Relabeller, Suggestions, Treat
from .threshold import Threshold
from .uids import Uids, linear, sigmoid

RELABELLERS: dict[str, Callable[[Options], Relabeller]] = {
    "erm": lambda options: Erm(),
    "rdia": Rdia,
    "rdia_frozen": lambda options: Rdia(options, Treat.FREEZE),
    "argmax": Argmax,
    "dropout": Dropout,
    "random": Random,
    "opt_lr": OptLr,
    "uids_sigmoid": lambda options: Uids(options, sigmoid),
    "uids_linear": lambda options: Uids(options, linear),
    "confident_learning": ConfidentLearning,
}


def relabeller(name: str, options: Options | None = None) -> Relabeller:
    """The strategy called `name`."""
    if name not in RELABELLERS:
        raise UnknownName("relabelling strategy", name, RELABELLERS)
    return RELABELLERS[name](options or Options())


__all__ = ["RELABELLERS", "Options", "Relabeller", "Suggestions", "Threshold", "Treat", "Trusted",
           "relabeller", "trusted"]
