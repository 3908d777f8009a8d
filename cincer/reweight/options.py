"""What reweighters can be told. Each reads what concerns it."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidInput

LEAST = 20
"""Effective trusted examples below which every row counts the same."""

CLEAN_FROM = 0.3
"""The weight from which LSW's paper takes a label for a clean one."""


@dataclass(frozen=True, slots=True)
class Options:
    """
    epochs         passes over the rows
    batch          rows of a step, B^n
    reference      trusted examples of a step, B^c; fewer where there are not so many
    rate           the head's step size, eta: rows of squared length 1 in the mean
    weight_rate    the weights' step size, for a sum over `reference` losses
    delay          epochs before weights move
    bound          how far a latent weight may go, so that it can come back: |u| <= bound
    clean_from     the weight from which a row counts as clean, for `Weights.clean`
    least          effective trusted examples below which there is no answer, at least 1
    history        whether weights and losses of each epoch are kept
    seed           for what is drawn
    """

    epochs: int = 20
    batch: int = 125
    reference: int = 250
    rate: float = 1.0
    weight_rate: float = 8.0
    delay: int = 2
    bound: float = 8.0
    clean_from: float = CLEAN_FROM
    least: int = LEAST
    history: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "reference", "least"):
            if getattr(self, name) < 1:
                raise InvalidInput(f"{name} must be at least 1, not {getattr(self, name)}",
                                   field=name)
        for name in ("rate", "weight_rate", "delay", "clean_from"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise InvalidInput(f"{name} must be at least 0, not {getattr(self, name)}",
                                   field=name)
        if not 1 <= self.bound <= 30:
            raise InvalidInput(f"bound must be 1 to 30, not {self.bound}", field="bound")
