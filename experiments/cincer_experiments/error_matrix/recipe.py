"""The errors of the study: systematic confusions, a few single ones, a few duplicated images
(Bäuerle et al. 2020, section 6.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cincer.errors import InvalidInput
from cincer_streams.truth import Labels


@dataclass(frozen=True, slots=True)
class Recipe:
    """`flips`: true class, given class, how many; `singles`: errors of other kinds, each of its
    own; `copies`: images that appear twice."""

    flips: tuple[tuple[int, int, int], ...]
    singles: int = 5
    copies: int = 5

    @property
    def errors(self) -> int:
        return sum(count for *_, count in self.flips) + self.singles

    @property
    def cells(self) -> tuple[tuple[int, int], ...]:
        """Given and true class of each planted confusion, the largest first."""
        return tuple((given, true) for true, given, _ in sorted(self.flips, key=lambda f: -f[2]))


RECIPES: dict[str, Recipe] = {
    "mnist": Recipe(((9, 6, 1400), (1, 4, 700), (3, 1, 700), (8, 2, 350), (7, 3, 175))),
    "digits": Recipe(((9, 6, 36), (1, 4, 18), (3, 1, 18), (8, 2, 9), (7, 3, 5))),
}
"""By data set: the paper's on MNIST (3,330 errors in 70,000), and in proportion on the digits."""


@dataclass(frozen=True, slots=True)
class Planted:
    """`given` (N,) int64 labels with the errors; `wrong` (N,) bool; `copies` (C,) positions of the
    images that are to appear twice."""

    given: Labels
    wrong: NDArray[np.bool_]
    copies: NDArray[np.int64]


def plant(labels: Labels, recipe: Recipe, classes: int, draw: np.random.Generator) -> Planted:
    """Errors by `recipe` in true `labels` (N,). Raises `InvalidInput` where a class is too small.
    """
    given, wrong = labels.copy(), np.zeros(len(labels), dtype=bool)
    for true, label, count in recipe.flips:
        rows = np.flatnonzero(labels == true)
        if len(rows) < count:
            raise InvalidInput(f"{count} of class {true} cannot be mislabelled: there are "
                               f"{len(rows)}")
        chosen = draw.choice(rows, count, replace=False)
        given[chosen], wrong[chosen] = label, True
    for at, label in _singles(labels, wrong, recipe, classes, draw):
        given[at], wrong[at] = label, True
    clean = np.flatnonzero(~wrong)
    return Planted(given, wrong, np.sort(draw.choice(clean, recipe.copies, replace=False)))


def _singles(
    labels: Labels, wrong: NDArray[np.bool_], recipe: Recipe, classes: int,
    draw: np.random.Generator,
) -> list[tuple[int, int]]:
    """Positions and wrong labels, each of a cell (given, true) that has no other planted error."""
    taken = {(true, label) for true, label, _ in recipe.flips}
    found: list[tuple[int, int]] = []
    for at in draw.permutation(np.flatnonzero(~wrong)).tolist():
        if len(found) == recipe.singles:
            break
        true = int(labels[at])
        free = [k for k in range(classes) if k != true and (true, k) not in taken]
        if free:
            label = int(draw.choice(free))
            taken.add((true, label))
            found.append((at, label))
    return found
