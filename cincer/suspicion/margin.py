"""The margin of CINCER (Teso et al. 2021, Eq. 1): max_k p_k - p_given.

0 when the model agrees with the label, up to 1 when it is sure of another. In the terms of
Bäuerle et al. 2020 the same number is the internal inconsistency, IIES = (1 + margin) / 2.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from ..protocols import Score, Suspects, TopLayer


class Margin:
    """In [0, 1], higher = more suspicious. Looks at nothing but the probabilities."""

    batched = True

    def __call__(self, known: Callable[[], TopLayer]) -> Score:
        return _score


def margin(probs: Tensor, given: Tensor) -> Tensor:
    """(..., N, K) and (..., N) to (..., N), in [0, 1], higher = more suspicious."""
    return probs.amax(dim=-1) - probs.gather(-1, given[..., None])[..., 0]


def inconsistency(margins: Tensor) -> Tensor:
    """IIES of Bäuerle et al. 2020 from margins, in [0.5, 1], higher = less consistent."""
    return (1 + margins) / 2


def _score(suspects: Suspects) -> Tensor:
    return margin(suspects.probs, suspects.given)
