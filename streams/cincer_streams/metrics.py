"""What only the truth can tell about a run: how much of a data set is still mislabelled."""

from __future__ import annotations

from collections.abc import Mapping

from cincer.errors import InvalidInput, NotFound
from cincer.types import ExampleId, Label

from .truth import SealedTruth


def mislabelled(truth: SealedTruth, labels: Mapping[ExampleId, Label]) -> tuple[ExampleId, ...]:
    """Ids in `labels` whose label is not the true one, in order. Unknown ids raise `NotFound`."""
    true = truth.open("metrics")
    unknown = next((id for id in labels if id not in true), None)
    if unknown is not None:
        raise NotFound(f"no true label for example {unknown!r}", id=unknown)
    return tuple(id for id, label in labels.items() if label != true[id])


def mislabelled_share(truth: SealedTruth, labels: Mapping[ExampleId, Label]) -> float:
    """Share of `labels` that are not the true ones, in [0, 1]; lower is better."""
    if not labels:
        raise InvalidInput("no labels to measure")
    return len(mislabelled(truth, labels)) / len(labels)
