"""What FSR can be told."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import InvalidInput


@dataclass(frozen=True, slots=True)
class FsrOptions:
    """The released settings (in brackets where they differ), brought down to small data.

    epochs            passes over the rows (63,500 steps of 100: about 127)
    start             passes before rows are weighed; until then each counts the same (20)
    batch             rows a step
    steps             steps a pass at most, for the head form: batches grow for that
    rate              the optimiser's first step size, falling to 0 by a cosine; the head form,
                      whose features are scaled to squared length 1, takes twice it
    momentum          the optimiser's, in [0, 1)
    weight_decay      l of (l/2) |theta|^2; for networks. The head form has its own penalty
    average           decay of the running mean of a network's weights that is kept in the end, in
                      [0, 1); 0 = none
    capacity          examples in the dictionary; 0 = a twenty-fifth of the rows (as 2,000 of
                      50,000), but 10 a class at least
    probes            examples of the dictionary looked at each step, spread evenly over its classes
    score_decay       beta in [0, 1): the weight of a score's old value
    look_step         step size of the look-ahead, in steps of the optimiser
    look_momentum     how much of the momentum buffer the look-ahead takes along, in [0, 1)
    clip              weights max(reward, 0), for noise; else they are shifted, for imbalance
    weighing          whether rows are weighed at all; all else stays, as a baseline
    mixup             whether networks learn mixed rows
    mixup_shape       of the mixture's law, above 0; smaller = closer to no mixing
    pseudo_weight     what pseudo-labels count beside the labels; 0 = none; for networks
    pseudo_temperature   by which their logits are divided
    pseudo_decay      weight of an old value in the running mean of logits, in [0, 1) (.1)
    last              over how many of the last passes a row's weights are averaged
    released          the released arithmetic where it is odd, see `batch`, `weighing`,
                      `pseudo_labels` and `network`; sets none of the values above
    seed              of all that is drawn
    """

    epochs: int = 20
    start: int = 10
    batch: int = 100
    steps: int = 20
    rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 4e-4
    average: float = 0.99
    capacity: int = 0
    probes: int = 200
    score_decay: float = 0.9
    look_step: float = 1.0
    look_momentum: float = 0.9
    clip: bool = True
    weighing: bool = True
    mixup: bool = True
    mixup_shape: float = 0.5
    pseudo_weight: float = 2.0
    pseudo_temperature: float = 1.0
    pseudo_decay: float = 0.5
    last: int = 10
    released: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "steps", "probes", "last"):
            if getattr(self, name) < 1:
                raise InvalidInput(f"{name} must be at least 1, not {getattr(self, name)}",
                                   field=name)
        for name in ("momentum", "average", "score_decay", "look_momentum", "pseudo_decay"):
            if not 0 <= getattr(self, name) < 1:
                raise InvalidInput(f"{name} must be 0 to below 1, not {getattr(self, name)}",
                                   field=name)
        for name in ("rate", "look_step", "mixup_shape", "pseudo_temperature"):
            if not 0 < getattr(self, name) < float("inf"):
                raise InvalidInput(f"{name} must be above 0, not {getattr(self, name)}",
                                   field=name)
        for name in ("start", "capacity", "weight_decay", "pseudo_weight"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise InvalidInput(f"{name} must be at least 0, not {getattr(self, name)}",
                                   field=name)

    def look(self, rate: float, first: float) -> float:
        """Step size of the look-ahead where the optimiser's is `rate` and was `first` at first."""
        return self.look_step * (first if self.released else rate)

    def dictionary_size(self, rows: int, classes: int) -> int:
        """Examples in the dictionary of `rows` rows of `classes` classes."""
        return self.capacity or max(rows // 25, 10 * classes)
