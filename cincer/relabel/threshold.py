"""`relabel_threshold` (RDIA's alpha): above which harm an example is treated, and in which unit.

The paper's code compares alpha with C Phi / N, which depends on the penalty and on the size of the
trusted set; so a threshold here carries its unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import InvalidInput, UnknownName
from ..kernels.trusted import Trusted

UNITS = {
    "mean_loss": "nats of the mean trusted loss: Phi / (N M)",
    "summed_loss": "nats of the summed trusted loss: Phi / N (the paper's code: C times this)",
    "quantile": "the share of the candidates that stays, 0 to 1; only harmful ones are treated",
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """`value` >= 0 in `unit`, one of `UNITS`; higher = fewer are treated."""

    value: float = 0.0
    unit: str = "mean_loss"

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise UnknownName("unit of relabel_threshold", self.unit, UNITS)
        high = 1.0 if self.unit == "quantile" else math.inf
        if not (0 <= self.value <= high and math.isfinite(self.value)):
            raise InvalidInput(f"relabel_threshold must be 0 to {high:g} in the unit {self.unit}, "
                               f"not {self.value}", field="relabel_threshold")

    def in_nats(self, harm: Tensor, trusted: Trusted) -> float:
        """The threshold for the candidates' `harm` (M,), in nats of the mean trusted loss."""
        if self.unit == "quantile":
            return max(float(torch.quantile(harm, self.value)), 0.0) if len(harm) else 0.0
        if self.unit == "summed_loss":
            return self.value / max(float(trusted.weights.double().sum()), 1e-300)
        return self.value
