"""The streams of CINCER's published runs (Teso et al., NeurIPS 2021), draw for draw.

All repeats draw from one legacy `RandomState(1)`, one after another; each repeat draws, in order:

1. a permutation of the n training indices; its first round(rate n), sorted, are the mislabelled;
2. for each of these, ascending, one `choice` from the sorted other classes;
3. a permutation of n; its first k, sorted: the bootstrap;
4. a permutation of the remaining indices (ascending); its first T: the stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cincer.errors import InvalidInput
from cincer.protocols import Arrival

from .dataset import DataSet
from .stream import Holdout, holdout
from .truth import Labels, SealedTruth


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """One repeat's draws: given (n,) labels of the whole training part; row numbers in it of the
    bootstrap (k, ascending) and the stream (T, in order of arrival)."""

    given: Labels
    bootstrap: Labels
    stream: Labels


@dataclass(frozen=True, slots=True, eq=False)
class PublishedStream:
    """A repeat as a stream: the bootstrap, then the stream. Reads like `NoisyStream`."""

    dataset: DataSet
    repeat: Repeat
    truth: SealedTruth
    holdout: Holdout

    @property
    def bootstrap(self) -> int:
        """How many arrivals are the bootstrap."""
        return len(self.repeat.bootstrap)

    def __len__(self) -> int:
        return len(self.repeat.bootstrap) + len(self.repeat.stream)

    def __iter__(self) -> Iterator[Arrival]:
        train, schema = self.dataset.train, self.dataset.schema
        for row in np.concatenate([self.repeat.bootstrap, self.repeat.stream]).tolist():
            yield Arrival(train.ids[row], train.contents[row],
                          schema.class_name(int(self.repeat.given[row])))


def draws(
    labels: Labels, classes: int, rate: float = 0.2, *, bootstrap: int = 100, stream: int = 100,
    repeats: int = 5, seed: int = 1,
) -> list[Repeat]:
    """The repeats for true `labels` (n,) int64, 0 to `classes` - 1."""
    if bootstrap + stream > len(labels):
        raise InvalidInput(f"bootstrap and stream take {bootstrap + stream} of {len(labels)} "
                           "examples")
    state = np.random.RandomState(seed)
    return [_repeat(labels, classes, rate, bootstrap, stream, state) for _ in range(repeats)]


def published_streams(
    dataset: DataSet, rate: float = 0.2, *, bootstrap: int = 100, stream: int = 100,
    repeats: int = 5,
) -> list[PublishedStream]:
    """The repeats of `dataset` (breast, adult, mnist) as streams."""
    train, gold = dataset.train, holdout(dataset)
    classes = len(dataset.schema.classes)
    found = draws(train.labels, classes, rate, bootstrap=bootstrap, stream=stream, repeats=repeats)
    truth = SealedTruth(train.ids, train.labels)
    return [PublishedStream(dataset, repeat, truth, gold) for repeat in found]


def _repeat(
    labels: Labels, classes: int, rate: float, k: int, t: int, state: np.random.RandomState
) -> Repeat:
    n = len(labels)
    given = np.array(labels, dtype=np.int64)
    for row in np.sort(state.permutation(n)[:round(rate * n)]).tolist():
        given[row] = state.choice([c for c in range(classes) if c != labels[row]])
    bootstrap = np.sort(state.permutation(n)[:k])
    rest = np.setdiff1d(np.arange(n), bootstrap)
    return Repeat(given, bootstrap, state.permutation(rest)[:t])
