"""Weights and losses by epoch, for histograms and for the trajectory of one example."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class History:
    """Of C weighed rows, in the order of `Weights.rows`, after each of E epochs.

    weights  (E, C) float16, on the scale of the final weights
    losses   (E, C) float16, nats: the loss of each row's label, up to 65504
    """

    weights: Tensor
    losses: Tensor

    def __len__(self) -> int:
        return len(self.weights)

    def histograms(self, edges: Tensor, of: str = "weights") -> Tensor:
        """(E, B) int64: how many rows lie between each two of the B + 1 ascending `edges`, outer
        values counted in the outer bins. `of`: `weights` or `losses`."""
        values: Tensor = self.losses if of == "losses" else self.weights
        at = torch.bucketize(values.double(), edges[1:-1].double(), right=True)
        return torch.stack([torch.bincount(each, minlength=len(edges) - 1) for each in at])


@dataclass(slots=True)
class Recorder:
    """Takes down one epoch after the other; gives no history unless `on`."""

    on: bool
    _weights: list[Tensor] = field(default_factory=list)
    _losses: list[Tensor] = field(default_factory=list)

    def take(self, weights: Tensor, losses: Tensor) -> None:
        """(C,) each."""
        self._weights.append(weights.half())
        self._losses.append(losses.clamp(max=65504).half())

    def history(self) -> History | None:
        if not self.on or not self._weights:
            return None
        return History(torch.stack(self._weights), torch.stack(self._losses))
