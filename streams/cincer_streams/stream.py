"""A data set as a noisy stream: what `cincer demo`, `cincer simulate` and the studies run on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cincer.errors import InvalidInput
from cincer.protocols import Arrival
from cincer.rng import generator
from cincer.schema import Schema

from .dataset import DataSet, Part
from .noise import NoiseSpec, corrupt
from .truth import Labels, SealedTruth


@dataclass(frozen=True, slots=True, eq=False)
class Holdout:
    """Gold test data: x (M, width) float32, labels (M,) int64. For experiments and dashboards."""

    x: NDArray[np.float32]
    labels: Labels


@dataclass(frozen=True, slots=True, eq=False)
class NoisyStream:
    """Arrivals in a fixed order, any number of times. The first `bootstrap` are as noisy as the
    rest. `people[n]`, where the noise model has people, is in arrival n's `meta["annotator"]`."""

    schema: Schema
    truth: SealedTruth
    holdout: Holdout
    bootstrap: int
    part: Part
    order: tuple[int, ...]
    given: Labels
    people: Labels | None = None

    def __len__(self) -> int:
        return len(self.order)

    def __iter__(self) -> Iterator[Arrival]:
        for at, row in enumerate(self.order):
            meta = {} if self.people is None else {"annotator": f"person-{self.people[at]}"}
            yield Arrival(self.part.ids[row], self.part.contents[row],
                          self.schema.class_name(int(self.given[at])), meta=meta)

    @property
    def arrivals(self) -> Iterator[Arrival]:
        """A fresh iterator over the arrivals."""
        return iter(self)


def noisy_stream(
    dataset: DataSet, noise: str = "symmetric", rate: float = 0.2, seed: int = 1, *,
    bootstrap: int = 100, limit: int | None = None, matrix: NDArray[np.float64] | None = None,
    people: int = 5,
) -> NoisyStream:
    """The training part of `dataset` in an order drawn from `seed`, its first `limit` examples,
    labels corrupted by `noise` (see `noise.NOISES`; `rate` counts over those examples).

    Order and noise have seeds of their own: the same seed gives the same order at every rate.
    """
    train = dataset.train
    if limit is not None and limit < 1:
        raise InvalidInput(f"limit must be at least 1, not {limit}", field="limit")
    order = generator(seed, "stream", "order").permutation(len(train))[:limit].tolist()
    if bootstrap < 0:
        raise InvalidInput(f"bootstrap must be at least 0, not {bootstrap}", field="bootstrap")
    spec = _spec(dataset, order, noise, rate, matrix, people)
    ids = [train.ids[row] for row in order]
    made = corrupt(train.labels[order], spec, generator(seed, "stream", "noise"), noise=noise,
                   ids=ids)
    return NoisyStream(dataset.schema, made.truth, holdout(dataset),
                       min(bootstrap, len(order)), train, tuple(order), made.given, made.people)


def holdout(dataset: DataSet) -> Holdout:
    """The gold test part, encoded."""
    return Holdout(dataset.test.encoded(dataset.schema), dataset.test.labels)


def _spec(
    dataset: DataSet, order: list[int], noise: str, rate: float,
    matrix: NDArray[np.float64] | None, people: int,
) -> NoiseSpec:
    features = None
    if noise == "instance_dependent":
        contents = dataset.train.contents
        features = dataset.schema.encode_many(contents[row] for row in order)
    return NoiseSpec(len(dataset.schema.classes), rate, matrix, features=features, people=people)


