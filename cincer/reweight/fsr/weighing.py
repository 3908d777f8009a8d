"""From rewards to the weights of a batch (FSR's clip and non-clip weights).

clip      max(reward, 0), normalised: what harms the probes counts nothing
shifted   1/B + reward, moved up until the least is 1/B, normalised: nothing is thrown away

The released code divides clipped weights by their sum + 1e-5, so that they sum to less than 1, the
less the smaller the rewards are: a step size by another name. That is the variant `released`; here
weights sum to 1 unless no row helps.
"""

from __future__ import annotations

import torch
from torch import Tensor

RELEASED_OFFSET = 1e-5


def weigh(reward: Tensor, *, clip: bool, released: bool = False) -> Tensor:
    """(B,) rewards to (B,) weights >= 0. They sum to 1; to 0 if clipping leaves nothing."""
    return clipped(reward, released=released) if clip else shifted(reward)


def clipped(reward: Tensor, *, released: bool = False) -> Tensor:
    """max(reward, 0) over its sum; all zeros where no row helps."""
    kept = reward.clamp(min=0)
    total = kept.sum()
    if released:
        return kept / (total + RELEASED_OFFSET)
    return torch.where(total > 0, kept / total.clamp(min=torch.finfo(kept.dtype).tiny), kept)


def shifted(reward: Tensor) -> Tensor:
    """In the order of the rewards, each above 0; equal rewards give equal weights 1/B."""
    even = 1 / max(len(reward), 1)
    raised = reward - reward.min() + even if len(reward) else reward
    return raised / raised.sum()
