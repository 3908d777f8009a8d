"""Damped inverses (F + damping I)^-1 applied to gradients (K, P).

`Cholesky` while K*P is at most `DENSE_LIMIT`; otherwise `conjugate_gradients` on matrix-free
products, preconditioned by `Kronecker` (Martens and Grosse 2015), or by an older Cholesky factor.
Damping is always an argument and always above zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from ..errors import InvalidInput

DENSE_LIMIT = 4000
"""K*P up to which the matrix is formed and factorised."""

FEW = 32
"""Rows whose leverage is found in one product; more are taken class by class, as float32 if their
features are."""


class Inverse(Protocol):
    """Something that applies a damped inverse, exact or approximate."""

    def solve(self, gradient: Tensor) -> Tensor:
        """(K, P) or (B, K, P) float64, same shape out."""
        ...

    def leverage(self, features: Tensor) -> Tensor:
        """X M X' of each row, X its features once a class: (n, P) to (n, K, K) float64. Read off
        the factor at hand, so only as exact as that."""
        ...


def at_hand(inverse: Inverse) -> Inverse:
    """The factor that `inverse` has at hand: itself, or what it preconditions with."""
    return inverse.preconditioner if isinstance(inverse, Iterative) else inverse


class Cholesky:
    """The exact inverse of a formed matrix (K*P, K*P) plus damping."""

    def __init__(self, matrix: Tensor, damping: float) -> None:
        check_damping(damping)
        damped = matrix.clone()
        damped.diagonal().add_(damping)
        self.factor = torch.linalg.cholesky(damped)
        self._explicit: Tensor | None = None

    def solve(self, gradient: Tensor) -> Tensor:
        flat = gradient.double().reshape(-1, self.factor.shape[0]).T
        half = torch.linalg.solve_triangular(self.factor, flat, upper=False)
        solved: Tensor = torch.linalg.solve_triangular(self.factor.mT, half, upper=True)
        return solved.T.reshape(gradient.shape)

    def inverse(self) -> Tensor:
        """(K*P, K*P), formed when first asked for."""
        if self._explicit is None:
            self._explicit = torch.cholesky_inverse(self.factor)
        found: Tensor = self._explicit
        return found

    def leverage(self, features: Tensor) -> Tensor:
        columns = features.shape[1]
        classes = self.factor.shape[0] // columns
        if len(features) <= FEW:
            x = features.double()
            every = (x @ self.inverse().view(classes, columns, classes * columns)).view(
                classes, len(x), classes, columns)
            found = (every @ x[:, :, None])[..., 0].transpose(0, 1)
            return 0.5 * (found + found.transpose(1, 2))
        blocks = self.inverse().view(classes, columns, classes * columns).to(features.dtype)
        found = torch.empty(len(features), classes, classes, dtype=torch.float64)
        for k in range(classes):
            moved = (features @ blocks[k]).view(len(features), classes, columns)
            found[:, k, :] = (moved @ features[:, :, None])[:, :, 0].double()
        return 0.5 * (found + found.transpose(1, 2))


class Kronecker:
    """(A (x) B + damping I)^-1 with the damping exact, through the eigenvectors of A (K, K) and
    B (P, P); B may be given as its diagonal (P,)."""

    def __init__(self, a: Tensor, b: Tensor, damping: float) -> None:
        check_damping(damping)
        a_values, self._a_vectors = torch.linalg.eigh(a)
        self._b_vectors: Tensor | None = None
        b_values = b
        if b.dim() == 2:
            b_values, self._b_vectors = torch.linalg.eigh(b)
        spread = a_values.clamp(min=0)[:, None] * b_values.clamp(min=0)
        self._scale = 1.0 / (spread + damping)

    def solve(self, gradient: Tensor) -> Tensor:
        turned: Tensor = self._a_vectors.T @ gradient.double()
        if self._b_vectors is None:
            turned = turned * self._scale
        else:
            turned = ((turned @ self._b_vectors) * self._scale) @ self._b_vectors.T
        found: Tensor = self._a_vectors @ turned
        return found

    def leverage(self, features: Tensor) -> Tensor:
        turned = features.double()
        if self._b_vectors is not None:
            turned = turned @ self._b_vectors
        spread = (turned * turned) @ self._scale.T
        found: Tensor = (self._a_vectors * spread[:, None, :]) @ self._a_vectors.T
        return found


class Iterative:
    """(F + damping I)^-1 by conjugate gradients, F given as a product."""

    def __init__(
        self, product: Callable[[Tensor], Tensor], damping: float, preconditioner: Inverse,
        tolerance: float = 1e-10, max_steps: int = 1000,
    ) -> None:
        check_damping(damping)
        self.product, self.damping, self.preconditioner = product, damping, preconditioner
        self.tolerance, self.max_steps = tolerance, max_steps
        self.steps = 0
        """Products used by the last solve."""

    def solve(self, gradient: Tensor) -> Tensor:
        if gradient.dim() == 3:
            return torch.stack([self.solve(one) for one in gradient])
        found, self.steps = conjugate_gradients(
            lambda v: self.product(v) + self.damping * v, gradient.double(),
            self.preconditioner.solve, self.tolerance, self.max_steps)
        return found

    def leverage(self, features: Tensor) -> Tensor:
        return self.preconditioner.leverage(features)


class Remembered:
    """An inverse that does not solve for the same gradient twice in a row."""

    def __init__(self, inverse: Inverse) -> None:
        self.inverse = inverse
        self._last: tuple[Tensor, Tensor] | None = None

    def solve(self, gradient: Tensor) -> Tensor:
        if self._last is None or not torch.equal(self._last[0], gradient):
            self._last = gradient, self.inverse.solve(gradient)
        return self._last[1]

    def leverage(self, features: Tensor) -> Tensor:
        return self.inverse.leverage(features)


def conjugate_gradients(
    matrix: Callable[[Tensor], Tensor], target: Tensor, precondition: Callable[[Tensor], Tensor],
    tolerance: float, max_steps: int,
) -> tuple[Tensor, int]:
    """x with |target - matrix x| <= tolerance |target| in the preconditioner's norm, and the number
    of products. `matrix` symmetric positive definite. Starts from the preconditioned target."""
    x = precondition(target)
    residual = target - matrix(x)
    z = precondition(residual)
    direction, rho = z, _dot(residual, z)
    goal = tolerance * math.sqrt(max(_dot(target, x), 0.0))
    steps = 1
    while math.sqrt(max(rho, 0.0)) > goal and steps < max_steps:
        image = matrix(direction)
        alpha = rho / _dot(direction, image)
        x = x + alpha * direction
        residual = residual - alpha * image
        z = precondition(residual)
        previous, rho = rho, _dot(residual, z)
        direction = z + (rho / previous) * direction
        steps += 1
    return x, steps


def check_damping(damping: float) -> None:
    """Raises unless `damping` is a positive finite number."""
    if not (damping > 0 and math.isfinite(damping)):
        raise InvalidInput(
            f"damping must be above 0 and finite, not {damping}: the head's Fisher matrix is "
            "singular without it", damping=damping)


def _dot(a: Tensor, b: Tensor) -> float:
    return float((a * b).sum())
