"""What each row of a batch brings to probes, one step ahead of the head, the optimiser's momentum
taken along.

The step of size s goes along v = m b + sum_i e_i g_i + l W, with g_i the gradient of row i, b the
momentum buffer (a constant) and e_i what the row counts, 1/B here. Then

    -d(mean probe loss at W - s v) / d e_i = s <G, g_i>

with G the gradient of the mean probe loss there: s / M times the sum of `identity_form` over the M
probes. (FSR, Zhang and Pfister 2021, with all layers below the head shared. Weights are not
normalised within the step, so unlike in `lookahead.by_weight` nothing is centred.)
"""

from __future__ import annotations

import torch
from torch import Tensor

from .head import residuals
from .lookahead import alignment


def ahead(
    head: Tensor, features: Tensor, residual: Tensor, step: float, *, momentum: float = 0.0,
    buffer: Tensor | None = None, decay: float = 0.0,
) -> Tensor:
    """The head (K, P) after one step on (B, P) `features` with `residual` (B, K), each row counting
    1/B. `buffer` (K, P): the optimiser's; `decay`: l, of the penalty (l/2) |W|^2."""
    along = residual.T @ features / max(len(features), 1)
    if decay:
        along = along + decay * head
    if buffer is not None and momentum:
        along = along + momentum * buffer
    return head - step * along


def reward(
    after: Tensor, probes: Tensor, probe_labels: Tensor, features: Tensor, residual: Tensor,
    step: float, decay: float = 0.0,
) -> Tensor:
    """(B,) nats a unit of weight: how much faster the mean probe loss falls if a row counts more;
    above 0 = helpful. `after` (K, P): the head looked ahead to; `probes` (M, P) and their labels;
    `features` (B, P), `residual` (B, K) at the head before; `decay` > 0 adds the penalty at `after`
    to the probe loss. Zeros without probes."""
    wanted = probe_gradient(after, probes, probe_labels)
    if decay:
        wanted = wanted + decay * after
    return step * alignment(wanted, features, residual)


def reward_each(
    after: Tensor, probes: Tensor, probe_labels: Tensor, features: Tensor, residual: Tensor,
    step: float,
) -> Tensor:
    """(B,): as `reward`, but row i has only probe i to bring anything to; (B, P) `probes`."""
    off = residuals(torch.softmax(probes @ after.T, dim=1), probe_labels)
    return step * (probes * features).sum(dim=1) * (off * residual).sum(dim=1)


def probe_gradient(head: Tensor, probes: Tensor, labels: Tensor) -> Tensor:
    """(K, P): of the mean cross-entropy of (M, P) `probes`; zeros without any."""
    off = residuals(torch.softmax(probes @ head.T, dim=1), labels)
    return off.T @ probes / max(len(probes), 1)
