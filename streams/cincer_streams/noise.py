"""Noise models: from true labels to given ones, and the truth under seal.

symmetric           exactly round(rate N) examples, each a uniformly drawn other class
pair                exactly round(rate N) examples, each to its class's partner (asymmetric noise)
class_conditional   each label redrawn from its class's row of a matrix
instance_dependent  what an example looks like decides how likely, and to what, its label flips
                    (Xia et al., "Part-dependent Label Noise", NeurIPS 2020, Algorithm 2)
annotator           each example is labelled by one of several people, each with a confusion
                    matrix of their own
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cincer.errors import InvalidInput, UnknownName
from cincer.types import ExampleId, Label

from .truth import Labels, SealedTruth

Generator = np.random.Generator


@dataclass(frozen=True, slots=True)
class NoiseSpec:
    """What a noise model may need. `rate` is the (expected) share of labels made wrong, in [0, 1].

    matrix    (K, K), rows sum to 1: for `class_conditional`, which then ignores `rate`
    partners  class to class: for `pair`; by default each class to the next, the last to the first
    features  (N, D): for `instance_dependent`
    people    how many annotators: for `annotator`
    """

    classes: int
    rate: float = 0.2
    matrix: NDArray[np.float64] | None = None
    partners: Mapping[Label, Label] | None = None
    features: NDArray[np.float32] | None = None
    people: int = 5

    def __post_init__(self) -> None:
        if self.classes < 2:
            raise InvalidInput(f"noise needs at least 2 classes, not {self.classes}")
        if not 0 <= self.rate <= 1:
            raise InvalidInput(f"noise rate must be 0 to 1, not {self.rate}", field="rate")
        if self.people < 1:
            raise InvalidInput(f"there must be at least 1 annotator, not {self.people}")


@dataclass(frozen=True, slots=True, eq=False)
class Corrupted:
    """given (N,) int64 labels; the sealed truth; who gave each (N,) int64, or None."""

    given: Labels
    truth: SealedTruth
    people: Labels | None = None


class NoiseModel(Protocol):
    def __call__(
        self, labels: Labels, spec: NoiseSpec, draw: Generator
    ) -> tuple[Labels, Labels | None]:
        """Given labels (N,), and who gave them or None."""
        ...


def corrupt(
    labels: Labels, spec: NoiseSpec, draw: Generator, *,
    noise: str = "symmetric", ids: Sequence[ExampleId] | None = None,
) -> Corrupted:
    """`labels` (N,) in 0..K-1 as the noise model `noise` hands them on. `labels` is not changed.
    Ids default to "0", "1", ..."""
    if noise not in NOISES:
        raise UnknownName("noise model", noise, NOISES)
    labels = np.array(labels, dtype=np.int64)
    if labels.size and not (labels.min() >= 0 and labels.max() < spec.classes):
        raise InvalidInput(f"labels must be 0 to {spec.classes - 1}", field="labels")
    names = [ExampleId(str(at)) for at in range(len(labels))] if ids is None else ids
    given, people = NOISES[noise](labels, spec, draw)
    return Corrupted(given, SealedTruth(names, labels), people)


def symmetric(labels: Labels, spec: NoiseSpec, draw: Generator) -> tuple[Labels, None]:
    """Exactly round(rate N) examples, drawn without replacement, each another class."""
    hit = draw.permutation(len(labels))[:round(spec.rate * len(labels))]
    given = labels.copy()
    given[hit] = (labels[hit] + draw.integers(1, spec.classes, len(hit))) % spec.classes
    return given, None


def pair(labels: Labels, spec: NoiseSpec, draw: Generator) -> tuple[Labels, None]:
    """Exactly round(rate N) of the examples whose class has a partner, each to the partner."""
    partners = spec.partners or {c: (c + 1) % spec.classes for c in range(spec.classes)}
    table = _partner_table(partners, spec.classes)
    able = np.flatnonzero(table[labels] != labels)
    wanted = round(spec.rate * len(labels))
    if wanted > len(able):
        raise InvalidInput(f"only {len(able)} examples have a partner class; rate {spec.rate} "
                           f"asks for {wanted}", field="rate")
    hit = draw.permutation(able)[:wanted]
    given = labels.copy()
    given[hit] = table[labels[hit]]
    return given, None


def class_conditional(labels: Labels, spec: NoiseSpec, draw: Generator) -> tuple[Labels, None]:
    """Each label drawn from row `label` of the matrix."""
    if spec.matrix is None:
        raise InvalidInput("class_conditional noise needs a matrix", field="matrix")
    matrix = np.asarray(spec.matrix, dtype=np.float64)
    if matrix.shape != (spec.classes, spec.classes):
        raise InvalidInput(f"matrix must be {spec.classes} x {spec.classes}, not "
                           f"{' x '.join(map(str, matrix.shape))}", field="matrix")
    if not (np.all(matrix >= 0) and np.allclose(matrix.sum(axis=1), 1.0)):
        raise InvalidInput("matrix rows must be probabilities that sum to 1", field="matrix")
    return _sample(matrix[labels], draw), None


def instance_dependent(labels: Labels, spec: NoiseSpec, draw: Generator) -> tuple[Labels, None]:
    """Flip rate q of each example from a normal (rate, 0.1) cut to [0, 1]; where it goes, the
    softmax over the other classes of its features times its class's random (D, K) matrix."""
    x = spec.features
    if x is None or x.ndim != 2 or len(x) != len(labels):
        raise InvalidInput(f"instance_dependent noise needs features ({len(labels)}, D)",
                           field="features")
    flips = _cut_normal(spec.rate, len(labels), draw)
    chances = np.zeros((len(labels), spec.classes))
    for label in range(spec.classes):
        rows = np.flatnonzero(labels == label)
        scores = x[rows] @ draw.standard_normal((x.shape[1], spec.classes))
        scores[:, label] = -np.inf
        chances[rows] = flips[rows, None] * _softmax(scores)
    chances[np.arange(len(labels)), labels] = 1.0 - flips
    return _sample(chances, draw), None


def annotator(labels: Labels, spec: NoiseSpec, draw: Generator) -> tuple[Labels, Labels]:
    """Each person's error rate spreads around `rate` (mean exact over people), and each has
    favourite confusions (Dirichlet rows); everybody labels about as many examples."""
    matrices = _confusions(spec, draw)
    people = draw.permutation(np.arange(len(labels)) % spec.people).astype(np.int64)
    return _sample(matrices[people, labels], draw), people


NOISES: dict[str, NoiseModel] = {
    "symmetric": symmetric,
    "pair": pair,
    "class_conditional": class_conditional,
    "instance_dependent": instance_dependent,
    "annotator": annotator,
}


def _sample(chances: NDArray[np.float64], draw: Generator) -> Labels:
    """One class a row of `chances` (N, K), rows sum to 1."""
    reached = chances.cumsum(axis=1)
    at = draw.random((len(chances), 1)) * reached[:, -1:]
    return np.asarray((reached <= at).sum(axis=1), dtype=np.int64)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _cut_normal(rate: float, n: int, draw: Generator) -> NDArray[np.float64]:
    """n draws of a normal (rate, 0.1), redrawn until they lie in [0, 1]; 0 and 1 are meant
    exactly."""
    if rate in (0, 1):
        return np.full(n, float(rate))
    found = draw.normal(rate, 0.1, n)
    while (outside := np.flatnonzero((found < 0) | (found > 1))).size:
        found[outside] = draw.normal(rate, 0.1, outside.size)
    return found


def _partner_table(partners: Mapping[Label, Label], classes: int) -> Labels:
    table = np.arange(classes)
    for source, target in partners.items():
        if not (0 <= source < classes and 0 <= target < classes):
            raise InvalidInput(f"partner {source} -> {target}: classes are 0 to {classes - 1}",
                               field="partners")
        table[source] = target
    return table


def _confusions(spec: NoiseSpec, draw: Generator) -> NDArray[np.float64]:
    """(people, K, K): rate times factors of mean 1, in [0, 2], off the diagonal by Dirichlet."""
    half = min(1.0, (1.0 - spec.rate) / spec.rate) if spec.rate else 0.0
    offsets = np.linspace(-half, half, spec.people) if spec.people > 1 else np.zeros(1)
    rates = spec.rate * (1.0 + draw.permutation(offsets))
    matrices = np.zeros((spec.people, spec.classes, spec.classes))
    for person, rate in enumerate(rates):
        for label in range(spec.classes):
            others = np.delete(np.arange(spec.classes), label)
            matrices[person, label, others] = rate * draw.dirichlet(np.ones(len(others)))
            matrices[person, label, label] = 1.0 - rate
    return matrices
