"""The simulated annotator: knows the truth, and errs as often as it is told to."""

from __future__ import annotations

from cincer.errors import InvalidInput, NotFound
from cincer.rng import generator
from cincer.types import Action, ExampleId, Label

from .truth import SealedTruth


class Oracle:
    """Answers about one shown example.

    With probability `error` it takes a uniformly drawn wrong class for the true one. The draw is
    fixed by (`seed`, id): asked again, or in another order, it says the same.
    """

    def __init__(
        self, truth: SealedTruth, error: float = 0.0, seed: int = 1, *, classes: int = 0
    ) -> None:
        if not 0 <= error <= 1:
            raise InvalidInput(f"oracle error must be 0 to 1, not {error}", field="error")
        self._true = truth.open("oracle")
        self._classes = classes or max(self._true.values(), default=0) + 1
        self._error, self._seed = error, seed
        if self._classes < 2 and error:
            raise InvalidInput("an oracle that errs needs at least 2 classes", field="classes")

    def answer(self, id: ExampleId, shown: Label) -> tuple[Action, Label | None]:
        """`(KEEP, None)` if it believes in `shown`, else `(RELABEL, what it believes)`."""
        belief = self.belief(id)
        return (Action.KEEP, None) if belief == shown else (Action.RELABEL, belief)

    def belief(self, id: ExampleId) -> Label:
        """The class it takes example `id` for."""
        if id not in self._true:
            raise NotFound(f"no true label for example {id!r}", id=id)
        true = self._true[id]
        if not self._error:
            return true
        draw = generator(self._seed, "oracle", id)
        if draw.random() >= self._error:
            return true
        return int((true + draw.integers(1, self._classes)) % self._classes)
