"""What each row looks like, learned without its own label.

A Gaussian kernel on the inputs, seen from S of them (Nyström), and ridge regression of the given
labels on it under the rows' weights, each row left out exactly:

    prediction of i without i = (f_i - h_i y_i) / (1 - h_i),  h_i = a_i phi_i' A^-1 phi_i

with A = Phi' diag(a) Phi + ridge I. What the others' labels say of a row is a feature that a wrong
label of its own cannot have bent, and K such features carry far from the few trusted examples. The
ridge is the one with the least weighted squared error left out, on the given labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from cincer.kernels.head import chunks

from .edges import edges
from .problem import Problem

RIDGES = (0.01, 0.1, 1.0, 3.0, 10.0, 30.0)
SUPPORT = 1000
LEADING = 256
"""Kernel features that stand beside the predictions: those of the largest eigenvalues."""

TINY = 1e-7


@dataclass(frozen=True, slots=True)
class Seen:
    """Rows (N + M, .), the trusted ones last, and test examples (T, .)."""

    rows: Tensor
    test: Tensor


class Kernel:
    """The kernel features (., S) of a problem, largest eigenvalue last."""

    def __init__(self, problem: Problem, support: int = SUPPORT) -> None:
        inputs = edges(torch.cat([problem.x, problem.trusted_x]))
        centres = inputs[torch.linspace(0, len(problem.x) - 1,
                                        min(support, len(problem.x))).long()]
        between = _distances(centres, centres)
        scale = 0.5 * between[between > 0].median() if bool((between > 0).any()) else 1.0
        values, vectors = torch.linalg.eigh(torch.exp(-between / scale).double())
        root = (vectors / values.clamp(min=1e-8 * float(values.max())).sqrt()).float()

        def features(x: Tensor) -> Tensor:
            return torch.cat([torch.exp(-_distances(x[part], centres) / scale) @ root
                              for part in chunks(len(x), 2048)])

        self.seen = Seen(features(inputs), features(edges(problem.test_x)))
        self.labels = torch.cat([problem.given, problem.trusted_y])
        self.classes = problem.classes

    def left_out(self, weights: Tensor) -> Seen:
        """Predictions under `weights` (N + M,): (N + M, K) each without its own label, (T, K)."""
        phi, a = self.seen.rows, weights.float()[:, None]
        targets = torch.nn.functional.one_hot(self.labels, self.classes).float()
        mean = (a * targets).sum(dim=0) / a.sum()
        targets = targets - mean
        values, vectors = torch.linalg.eigh(((phi * a).T @ phi).double())
        turned = phi @ vectors.float()
        pushed, squares = turned.T @ (a * targets), turned.square()
        best, least = None, float("inf")
        for ridge in RIDGES:
            inverse = (1 / (values.clamp(min=0) + ridge)).float()
            lever = (a[:, 0] * (squares @ inverse)).clamp(max=1 - 1e-6)[:, None]
            found = (turned @ (inverse[:, None] * pushed) - lever * targets) / (1 - lever)
            error = float((a * (found - targets).square()).sum())
            if error < least:
                best, least = (found, vectors.float() @ (inverse[:, None] * pushed)), error
        assert best is not None
        return Seen(best[0] + mean, self.seen.test @ best[1] + mean)

    def beside(self, said: Seen) -> Seen:
        """Predictions and leading kernel features, each of mean squared length 1, a 1 last."""
        return Seen(*(torch.cat([*parts, torch.ones(len(parts[0]), 1)], dim=1) for parts in zip(
            _evened(said), _evened(Seen(self.seen.rows[:, -LEADING:],
                                        self.seen.test[:, -LEADING:])), strict=True)))


def _evened(seen: Seen) -> tuple[Tensor, Tensor]:
    centre = seen.rows.mean(dim=0)
    length = (seen.rows - centre).square().sum(dim=1).mean().sqrt().clamp(min=TINY)
    return (seen.rows - centre) / length, (seen.test - centre) / length


def _distances(a: Tensor, b: Tensor) -> Tensor:
    squares = a.square().sum(dim=1)[:, None] + b.square().sum(dim=1)
    return squares.addmm_(a, b.T, alpha=-2).clamp_(min=0)
