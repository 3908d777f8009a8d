"""The grid's streams as arrays: inputs, given labels, and the truth for oracle and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from cincer.errors import InvalidInput
from cincer_streams.stream import NoisyStream
from cincer_streams.truth import SealedTruth


@dataclass(frozen=True, slots=True)
class Streams:
    """A streams of one length N: x (A, N, F) float32, given (A, N) int64, the seals and the ids;
    the first `bootstrap` of each enter unasked. test_x (M, F), test_y (M,): the gold part."""

    x: Tensor
    given: Tensor
    truths: tuple[SealedTruth, ...]
    ids: tuple[tuple[str, ...], ...]
    bootstrap: int
    classes: int
    test_x: Tensor
    test_y: Tensor

    def true(self, purpose: str) -> Tensor:
        """(A, N) true labels, for `oracle` or `metrics`."""
        opened = [truth.open(purpose) for truth in self.truths]  # type: ignore[arg-type]
        return torch.tensor([[true[id] for id in ids]  # type: ignore[index]
                             for true, ids in zip(opened, self.ids, strict=True)])


def streams(found: Sequence[NoisyStream]) -> Streams:
    """The streams side by side; they must share schema, gold part, length and bootstrap."""
    first = found[0]
    if any((len(s), s.bootstrap) != (len(first), first.bootstrap) for s in found):
        raise InvalidInput("the streams of one grid have one length and one bootstrap")
    x = np.stack([s.contents.encoded(s.schema) for s in found])
    return Streams(
        torch.from_numpy(x), torch.from_numpy(np.stack([s.given for s in found])),
        tuple(s.truth for s in found), tuple(s.ids for s in found), first.bootstrap,
        len(first.schema.classes), torch.from_numpy(first.holdout.x),
        torch.from_numpy(first.holdout.labels))
