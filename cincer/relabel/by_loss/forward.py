"""Forward correction (Patrini et al. 2017): the cross-entropy of the noisy label's probability,
T' p, with T of symmetric noise at the given rate."""

from __future__ import annotations

import torch
from torch import Tensor

from .batch import Moment, Step, mean


class Forward:
    networks = 1

    def __call__(self, logits: tuple[Tensor, ...], labels: Tensor, at: Moment) -> Step:
        probs = torch.softmax(logits[0], dim=1)
        own = probs.gather(1, labels[:, None])[:, 0]
        astray = at.noise_rate / max(probs.shape[1] - 1, 1)
        noisy = (1 - at.noise_rate) * own + astray * (1 - own)
        kept = torch.ones_like(labels, dtype=torch.bool)
        return Step((mean(-noisy.clamp(min=1e-12).log()),), kept)
