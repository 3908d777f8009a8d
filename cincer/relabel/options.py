"""What strategies can be told."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..errors import InvalidInput
from .threshold import Threshold

MIDDLES = ("keep", "drop")

LEAST = 20
"""Effective trusted examples below which nothing is said of harm."""


@dataclass(frozen=True, slots=True)
class Options:
    """
    threshold   above which harm an example is treated
    middle      what becomes of harmful examples up to the threshold: `keep` (the paper's text and
                code) or `drop` (its Algorithm 1)
    solver      one of `harm.SOLVERS`
    keep_share  how much subsampling strategies keep of each class, in (0, 1]
    evidence    trusted examples shown with each suggestion
    least       effective trusted examples below which there is no answer, at least 1
    seed        for strategies and solvers that draw
    """

    threshold: Threshold = field(default_factory=Threshold)
    middle: str = "keep"
    solver: str = "top_layer"
    keep_share: float = 0.95
    evidence: int = 3
    least: int = LEAST
    seed: int = 0

    def __post_init__(self) -> None:
        if self.middle not in MIDDLES:
            raise InvalidInput(f"middle must be {' or '.join(MIDDLES)}, not {self.middle!r}",
                               field="middle")
        if not 0 < self.keep_share <= 1:
            raise InvalidInput(f"keep_share must be above 0 and at most 1, not {self.keep_share}",
                               field="keep_share")
        if self.evidence < 0 or self.least < 1:
            raise InvalidInput("evidence must be at least 0, least at least 1")
