"""The head's curvature as it is kept between refits: a matrix, its factors, and how old they are.

Small problems (K*(D+1) <= `DENSE_LIMIT`) hold the Fisher matrix and a Cholesky factor a damping.
Larger ones hold its Kronecker factors and solve by conjugate gradients over the rows, above
`exact_rows` over an even sample of them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.fisher import fisher, kronecker_parts, product
from ..kernels.solve import DENSE_LIMIT, Cholesky, Inverse, Iterative, Kronecker
from .known import KnownRows, evenly

STEP_TOLERANCE, PICK_TOLERANCE = 3e-2, 1e-4
ITERATIVE_SAMPLE = 4096
DRIFT, DRIFT_UNCORRECTED, KRONECKER_DRIFT = 0.02, 0.002, 0.2
"""Share of the rows that may have changed before the factor is renewed: where picks correct a stale
factor, where they use it as it is, and where it only preconditions."""


class Curvature:
    """`rows`: how many rows the factor has seen, 0 = none yet; `drift`: rows changed since."""

    def __init__(self, known: KnownRows, exact_rows: int) -> None:
        self.known, self.exact_rows = known, exact_rows
        self.dense = known.classes * known.columns <= DENSE_LIMIT
        self.rows = self.drift = 0
        self.version = -1
        self._matrix: Tensor | tuple[Tensor, Tensor] | None = None
        self._factors: dict[float, Cholesky | Kronecker] = {}

    @property
    def due(self) -> bool:
        """Whether the factor is older than it should be."""
        share = DRIFT if self.known.count <= self.exact_rows else DRIFT_UNCORRECTED
        return self.drift > (share if self.dense else KRONECKER_DRIFT) * self.rows > 0

    def step_inverse(self, probs: Tensor, l2: float) -> Inverse | None:
        """What a chord step uses, None without any factor yet."""
        if self._matrix is None:
            return None
        return self._inverse(probs, l2, STEP_TOLERANCE)

    def pick_inverse(self, probs: Tensor, damping: float, version: int) -> Inverse:
        """(F + damping I)^-1 at `probs`, the rows' probabilities under model `version`: exact (a
        factor that is not fresh is corrected by conjugate gradients) up to `exact_rows`."""
        if self._matrix is None:
            self.renew(probs, damping)
            self.version = version
        if self.dense and (self.version == version or self.known.count > self.exact_rows):
            return self._factor(damping)
        return self._iterative(probs, damping, PICK_TOLERANCE)

    def renew(self, probs: Tensor, l2: float) -> Inverse:
        """A fresh inverse at `probs` (N, K). The Kronecker factors only precondition: they are kept
        until the rows have changed a good deal."""
        known = self.known
        if self.dense:
            self.factorise(fisher(known.features, probs, known.weights), known.count)
        elif self._matrix is None or self.due:
            self.factorise(kronecker_parts(known.features, probs, known.weights), known.count)
        return self._inverse(probs, l2, STEP_TOLERANCE)

    def renew_from_sample(self, size: int, l2: float) -> None:
        """A first factor for many rows, from an even sample of at most `size`; due at once."""
        known = self.known
        chosen = torch.tensor(evenly(known.count, size))
        x, p, w = known.features[chosen], known.probs[chosen], known.weights[chosen]
        self.factorise(fisher(x, p, w) if self.dense else kronecker_parts(x, p, w), known.count)
        self.drift = known.count

    def factorise(
        self, matrix: Tensor | tuple[Tensor, Tensor], rows: int, version: int = -1
    ) -> None:
        """Takes a new Fisher matrix (or its Kronecker factors), formed under model `version`."""
        self._matrix, self._factors = matrix, {}
        self.rows, self.drift, self.version = rows, 0, version

    def outdate(self) -> None:
        """The head has gone far from where the factor was formed: it is due."""
        self.drift = max(self.drift, self.rows)

    def warm(self, *dampings: float) -> None:
        """Factorises for these dampings now rather than when first asked."""
        for damping in dampings:
            self._factor(damping)

    def _inverse(self, probs: Tensor, damping: float, tolerance: float) -> Inverse:
        if self.dense:
            return self._factor(damping)
        return self._iterative(probs, damping, tolerance)

    def _factor(self, damping: float) -> Cholesky | Kronecker:
        if damping not in self._factors:
            if len(self._factors) > 1:
                self._factors.clear()
            self._factors[damping] = self._new_factor(damping)
        return self._factors[damping]

    def _new_factor(self, damping: float) -> Cholesky | Kronecker:
        assert self._matrix is not None
        if isinstance(self._matrix, Tensor):
            return Cholesky(self._matrix, damping)
        return Kronecker(*self._matrix, damping)

    def _iterative(self, probs: Tensor, damping: float, tolerance: float) -> Iterative:
        x, w = self.known.features, self.known.weights
        if self.known.count > self.exact_rows:
            chosen = torch.tensor(evenly(self.known.count, ITERATIVE_SAMPLE))
            x, probs, w = x[chosen], probs[chosen], w[chosen]
        return Iterative(lambda v: product(v, x, probs, w), damping, self._factor(damping),
                         tolerance)
