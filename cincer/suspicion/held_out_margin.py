"""The margin under a model that does not know the label.

For an example of the training set: under the head fitted without it (approximate leave-one-out).
For one that is not: under the mean of five heads, each fitted without a fifth of the known examples
(`kernels.fold_heads`), so that what only a few examples hold the model to counts for less. Where
the features were learned from the known labels, both take them as they are: they forgive less than
the margin, but what the features memorised they do not see.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from ..kernels.fold_heads import fold_probabilities, fold_steps
from ..protocols import Score, Suspects, TopLayer
from .margin import margin


class HeldOutMargin:
    """In [0, 1], higher = more suspicious. Of arrivals 0 where the model itself agrees; of known
    examples 0 where the model without them agrees."""

    batched = False

    def __call__(self, known: Callable[[], TopLayer]) -> Score:
        @cache
        def folds() -> Tensor:
            top = known()
            return fold_steps(top.features, top.probs, top.labels, top.weights, top.damping,
                              top.solve_near)

        def score(suspects: Suspects) -> Tensor:
            inside, scores = suspects.rows >= 0, torch.zeros_like(suspects.probs[:, 0])
            new = torch.nonzero(~inside & suspects.doubted)[:, 0]
            old = torch.nonzero(inside)[:, 0]
            if len(new):
                said = fold_probabilities(folds(), suspects.features[new], suspects.probs[new])
                scores[new] = margin(said, suspects.given[new]).to(scores.dtype)
            if len(old):
                said = known().held_out(suspects.rows[old])
                scores[old] = margin(said, suspects.given[old]).to(scores.dtype)
            return scores

        return score
