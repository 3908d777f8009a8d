"""Training that tells clean from noisy rows by their losses, batch by batch.

`by_loss(name, options)` is a `BatchLoss`, `train` trains networks with it. `rdia_ls` is RDIA-LS as
the paper has it, `rdia_ls_released` as its code does; the others are its baselines.

batch      what strategies are given and return
schedule   how much of a batch is kept; the noise rate estimated
train      the loop over epochs
"""

from __future__ import annotations

from collections.abc import Callable

from ...errors import UnknownName
from .batch import BatchLoss, LossOptions, Moment, Step
from .co_teaching import CoTeaching
from .erm import Erm
from .forward import Forward
from .rdia_ls import RdiaLs
from .rdia_ls_released import RdiaLsReleased
from .self_teaching import SelfTeaching
from .sigua import Sigua
from .train import Epoch, Training, estimate, predict, train

BY_LOSS: dict[str, Callable[[LossOptions], BatchLoss]] = {
    "erm": lambda options: Erm(),
    "rdia_ls": RdiaLs,
    "rdia_ls_released": RdiaLsReleased,
    "self_teaching": lambda options: SelfTeaching(),
    "co_teaching": lambda options: CoTeaching(),
    "sigua": Sigua,
    "forward": lambda options: Forward(),
}


def by_loss(name: str, options: LossOptions | None = None) -> BatchLoss:
    """The strategy called `name`."""
    if name not in BY_LOSS:
        raise UnknownName("batch loss", name, BY_LOSS)
    return BY_LOSS[name](options or LossOptions())


__all__ = ["BY_LOSS", "BatchLoss", "Epoch", "LossOptions", "Moment", "Step", "Training", "by_loss",
           "estimate", "predict", "train"]
