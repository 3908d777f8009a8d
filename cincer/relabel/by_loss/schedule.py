"""How much of each batch is kept (RDIA-LS, Kong et al. 2022; the schedule of co-teaching), and the
noise rate where nobody gave it."""

from __future__ import annotations

from torch import Tensor

from ...errors import InvalidInput


def keep_fraction(epoch: float, noise_rate: float, ramp: int) -> float:
    """rho(t) = 1 - min(t tau / T_k, tau): 1 at epoch 0, falling linearly to 1 - `noise_rate` at
    epoch `ramp` and constant from there."""
    if not 0 <= noise_rate < 1:
        raise InvalidInput(f"noise_rate must be 0 to below 1, not {noise_rate}",
                           field="noise_rate")
    if ramp < 1 or epoch < 0:
        raise InvalidInput("ramp must be at least 1 and epoch at least 0")
    return 1 - min(epoch * noise_rate / ramp, noise_rate)


def estimated_noise_rate(probs: Tensor, labels: Tensor) -> float:
    """Share of `labels` (N,) that the predictions `probs` (N, K) of a model that has not seen them
    contradict: too high by the model's own error; at most 1 - 1/K."""
    if not len(labels):
        raise InvalidInput("the noise rate cannot be estimated from no rows")
    wrong = float((probs.argmax(dim=1) != labels).double().mean())
    return min(wrong, 1 - 1 / probs.shape[1])
