"""Fitting the head to treated rows: learned, unlearned, or left out.

J(W) = (1/S) sum_i w_i l_i + (l2/2) |W|^2, with l_i by row:

CE       the cross-entropy of its label
UNLEARN  -log(1 - p_m): the label m is unlearned (RDIA, Kong et al. 2022, Lemma 2)
SOFT     the cross-entropy of given soft targets (RDIA with R frozen)
DROP     nothing

S counts every row, dropped ones too: a dropped row is missing from the sum and changes nothing
else. The unlearning loss is not convex for more than two classes: its curvature at the logits is
(diag p - p p') - (diag q - q q'), q the softmax over the other classes, of which the head takes the
positive semidefinite part, with a line search. Above `DENSE_LIMIT` it takes the first term alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .fisher import fisher, kronecker_parts, product
from .head import Evaluation, chunks, total_weight
from .newton import Fit, Rows, fit, line_search
from .solve import Cholesky, Inverse, Iterative, Kronecker

CE, UNLEARN, DROP, SOFT = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Treated(Rows):
    """Rows with a `treatment` (N,) int8 each; `soft` (N, K) are the targets of SOFT rows."""

    treatment: Tensor
    soft: Tensor | None = None

    def at(self, weights: Tensor, l2: float) -> Evaluation:
        probs = self.features.new_empty(len(self.features), self.classes)
        sums = torch.zeros(self.classes, self.features.shape[1], dtype=torch.float64)
        loss = 0.0
        transposed = weights.to(self.features.dtype).T.contiguous()
        for part in chunks(len(self.features)):
            log_probs = torch.log_softmax(self.features[part] @ transposed, dim=1)
            probs[part] = log_probs.exp()
            losses, residual = self._terms(part, log_probs)
            w = self._weights(part)
            loss += float((losses * w).double().sum())
            sums += ((residual * w[:, None]).T @ self.features[part]).double()
        total = max(total_weight(self.features, self.weights), 1e-300)
        exact = weights.double()
        penalty = 0.5 * l2 * float((exact * exact).sum())
        return Evaluation(loss / total + penalty, sums / total + l2 * exact, probs)

    @property
    def convex(self) -> bool:
        """Whether J is: with two classes, unlearning one is learning the other."""
        return self.classes == 2 or not bool((self.treatment == UNLEARN).any())

    def curve(self, probs: Tensor, damping: float) -> Inverse:
        """The inverse of the positive semidefinite curvature at `probs` (N, K), damped."""
        total = max(total_weight(self.features, self.weights), 1e-300)
        counted = self._counted()
        if not self.dense:
            share = float(counted.double().sum()) / total
            a, b = kronecker_parts(self.features, probs, counted)
            return Iterative(
                lambda v: share * product(v, self.features, probs, counted), damping,
                Kronecker(share * a, b, damping), tolerance=1e-3)
        if self.convex:
            return Cholesky(fisher(self.features, probs, counted)
                            * (float(counted.double().sum()) / total), damping)
        learned = torch.where(self.treatment == UNLEARN, torch.zeros_like(counted), counted)
        matrix = fisher(self.features, probs, learned) * (float(learned.double().sum()) / total)
        return Cholesky(matrix + self._unlearning(probs) / total, damping)

    def _terms(self, part: slice, log_probs: Tensor) -> tuple[Tensor, Tensor]:
        """Losses (n,) and their gradients at the logits (n, K)."""
        column, kind = self.labels[part, None], self.treatment[part]
        losses = -log_probs.gather(1, column)[:, 0]
        towards = torch.zeros_like(log_probs).scatter_(1, column, 1.0)
        mass = torch.ones_like(losses)
        if bool((at := kind == UNLEARN).any()):
            rest = log_probs[at].scatter(1, column[at], -torch.inf)
            left = torch.logsumexp(rest, dim=1)
            losses[at], towards[at] = -left, (rest - left[:, None]).exp()
        if self.soft is not None and bool((at := kind == SOFT).any()):
            target = self.soft[part][at].to(log_probs.dtype)
            losses[at] = -(target * log_probs[at].clamp(min=-1e4)).sum(dim=1)
            towards[at], mass[at] = target, target.sum(dim=1)
        return losses, mass[:, None] * log_probs.exp() - towards

    def _weights(self, part: slice) -> Tensor:
        """(n,): what each row's loss counts; 0 for dropped ones."""
        kept = (self.treatment[part] != DROP).to(self.features.dtype)
        return kept if self.weights is None else kept * self.weights[part].to(kept.dtype)

    def _counted(self) -> Tensor:
        """(N,): what diag p - p p' of each row counts."""
        found = self._weights(slice(None))
        if self.soft is None:
            return found
        mass = self.soft.sum(dim=1).to(found.dtype)
        return torch.where(self.treatment == SOFT, found * mass, found)

    def _unlearning(self, probs: Tensor) -> Tensor:
        """(K*P, K*P) float64: the summed positive semidefinite curvature of the rows unlearned."""
        classes, columns = probs.shape[1], self.features.shape[1]
        found = torch.zeros(classes, columns, classes, columns, dtype=torch.float64)
        rows = torch.nonzero(self.treatment == UNLEARN)[:, 0]
        for part in chunks(len(rows), 2048):
            at = rows[part]
            x = self.features[at].double()
            blocks = unlearn_curvature(probs[at].double(), self.labels[at])
            blocks = blocks * self._weights(slice(None))[at].double()[:, None, None]
            for k in range(classes):
                for j in range(k, classes):
                    product = (x * blocks[:, k, j, None]).T @ x
                    found[k, :, j, :] += product
                    if j > k:
                        found[j, :, k, :] += product
        return found.view(classes * columns, classes * columns)


def unlearn_curvature(probs: Tensor, labels: Tensor) -> Tensor:
    """(N, K, K): the positive semidefinite part of the Hessian of -log(1 - p_m) at the logits."""
    others = probs.scatter(1, labels[:, None], 0.0)
    others = others / others.sum(dim=1, keepdim=True).clamp(min=1e-300)
    whole = _spread(probs) - _spread(others)
    if probs.shape[1] == 2:
        return whole
    values, vectors = torch.linalg.eigh(whole)
    positive: Tensor = (vectors * values.clamp(min=0)[:, None, :]) @ vectors.transpose(1, 2)
    return positive


def unlearn_residuals(probs: Tensor, labels: Tensor) -> Tensor:
    """(N, K): the gradient of -log(1 - p_m) at the logits, p - q with q the softmax over the other
    classes."""
    others = probs.scatter(1, labels[:, None], 0.0)
    return probs - others / others.sum(dim=1, keepdim=True).clamp(min=1e-300)


def _spread(p: Tensor) -> Tensor:
    return torch.diag_embed(p) - p[:, :, None] * p[:, None, :]


CHORD = 0.1
"""Share of the last decrement above which a factor of an earlier curvature is renewed."""


def fit_treated(
    rows: Treated, l2: float, start: Tensor | None = None, inverse: Inverse | None = None, *,
    tolerance: float = 1e-10, max_passes: int = 100,
) -> Fit:
    """Minimises J over W from `start` (zeros if None) until the decrement is at most `tolerance`;
    a local minimum where J is not convex. `inverse`: a factor of an earlier curvature, used for as
    long as its steps pay."""
    if rows.convex:
        return fit(rows, l2, start, inverse, tolerance=tolerance, max_passes=max_passes,
                   curve=lambda probs: rows.curve(probs, l2))
    if start is None:
        start = torch.zeros(rows.classes, rows.features.shape[1], dtype=torch.float64)
    weights, here, passes = start.double(), rows.at(start, l2), 1
    old, before, fresh = inverse, float("inf"), False
    while True:
        used_inverse = rows.curve(here.probs, l2) if old is None else old
        fresh = fresh or old is None
        step = used_inverse.solve(here.gradient)
        decrement = float((step * here.gradient).sum())
        if decrement <= tolerance or passes >= max_passes:
            break
        if old is not None and decrement > CHORD * before:
            old = None
            continue
        moved, there, used = line_search(rows, l2, weights, here, step, decrement)
        passes, before = passes + used, decrement
        if there is None and old is None:
            break
        old = None if there is None or used > 1 else old
        weights, here = moved, there or here
    return Fit(weights, here.probs, here.loss, decrement, passes, used_inverse, fresh)
