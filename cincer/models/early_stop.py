"""When training stops before its last epoch, as Teso et al. (2021) mean it.

Their text says that training stops early once the accuracy has reached 0.9 (0.7 for logistic
regression), with a patience of 5; in their code it never does. Here: training ends with the fifth
epoch in a row whose accuracy on the training set is at least that, and after all epochs if there is
none. The accuracy is the one that Keras reports while it trains: the share of the rows, by weight,
whose given label the network predicts just before the step that learns from them, dropout included.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..config import ModelSettings

PATIENCE = 5
ACCURACY, ACCURACY_LINEAR = 0.9, 0.7


class EarlyStop:
    """Counts the epochs of runs of any `shape`, () for one, on `device`."""

    def __init__(
        self, accuracy: float, shape: tuple[int, ...] = (),
        device: torch.device | None = None,
    ) -> None:
        self.accuracy = accuracy
        self._streak = torch.zeros(shape, dtype=torch.int64, device=device)

    def after(self, accuracy: Tensor) -> Tensor:
        """Whether the epoch that was just done, with `accuracy` in [0, 1], ends the run; bool."""
        self._streak = torch.where(accuracy >= self.accuracy, self._streak + 1, 0)
        return self._streak >= PATIENCE


def accuracy_to_stop_at(settings: ModelSettings, linear: bool) -> float | None:
    """The accuracy that `early_stop` asks for, None for none; `linear`: nothing but a head."""
    if settings.early_stop == "none":
        return None
    return ACCURACY_LINEAR if linear else ACCURACY
