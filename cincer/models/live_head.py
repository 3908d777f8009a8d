"""The head that is refitted while the stream runs.

Up to `exact_rows` known rows every refit goes to the optimum. Above that the gradient is exact at
an *anchor* (the W at which all rows were last evaluated): labels move it through the class sums,
rows that enter or leave through their own term, and a refit is one chord step from the anchor with
the factor at hand. What was postponed is done in idle time, one bounded piece after another: the
anchor is moved up, the factor renewed, the penalty chosen again.

Labels that are unlearned enter J as -log(1 - p_m) (`kernels.treated`) and nothing else: the factor
that picks use, the penalty and the sample know the learned rows alone. Chord steps take their
gradient and do without their curvature.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from ..kernels.fisher import accumulate, complete, zeros
from ..kernels.head import chunks, probabilities
from ..kernels.newton import Rows, fit
from ..kernels.solve import Inverse
from ..kernels.top import Top
from ..kernels.treated import CE, DROP, UNLEARN, Treated, fit_treated, unlearn_residuals
from .curvature import Curvature
from .known import Ints, KnownRows, evenly
from .penalty import choosable, first_guess, search

TOLERANCE = 1e-9
"""Newton decrement (nats) at which a refit stops."""

LONGEST = 0.1
"""Newton decrement above which an unchecked chord step is shortened."""

SAMPLE = 2048
"""Rows that the penalty is chosen on, and that a head with many rows starts from."""

PIECE = 65536
FISHER_PIECE = 4096
GROWTH = 1.1
"""The penalty is chosen again when the rows have grown by this factor."""


class LiveHead:
    """Weights (K, P) float64 kept near the optimum of J over `known`; see the module's text."""

    def __init__(
        self, known: KnownRows, *, l2: float | None, damping: float | None,
        exact_rows: int = 10_000,
    ) -> None:
        self.known, self.exact_rows = known, exact_rows
        self._fixed_l2, self._fixed_damping = l2, damping
        self.l2 = l2 if l2 is not None else 0.0
        self.version = 0
        self.decrement = 0.0
        self.reset(torch.zeros(known.classes, known.columns, dtype=torch.float64))

    def reset(self, weights: Tensor) -> None:
        """Starts over from `weights` (K, P), e.g. because the features changed."""
        self.weights = self.anchor = weights.double().clone()
        self._model_sums = torch.zeros_like(self.weights)
        self.curvature = Curvature(self.known, self.exact_rows)
        self._l2_rows = 0
        self._job: Iterator[None] | None = None
        self._treated: Inverse | None = None
        self.behind = 0
        """Rows that changed since all of them were last evaluated."""

    # ---- changes -------------------------------------------------------------------------------

    def enter(self, positions: Ints, features: Tensor, labels: Ints, weights: Tensor) -> None:
        """New rows with features (n, P); they count from the next refit on."""
        probs = probabilities(self.anchor, features)
        self.known.append(positions, features, labels, weights.numpy(), probs)
        scaled = (probs * weights[:, None]).T @ features
        self._model_sums += scaled.double()
        self._moved(len(positions))

    def change(self, row: int, label: int, weight: float, against: float = 0.0) -> None:
        """Another label or weight for a known row; weight 0 = it leaves, with `against` > 0 its
        label is unlearned."""
        gained = weight - float(self.known.weights[row])
        self.known.change(row, label, weight, against)
        if gained:
            p, x = self.known.probs[row].double(), self.known.features[row].double()
            self._model_sums += gained * torch.outer(p, x)
        self._moved(1)

    def reweigh(self, rows: Ints, weights: Tensor) -> None:
        """Other weights (n,) > 0 for `rows` (n,) that are there; one pass over all rows, whatever
        their number."""
        known = self.known
        known.reweigh(rows, weights.float().numpy())
        self._model_sums = _model_sums(known.probs, known.features, known.weights)
        self._moved(len(rows))

    def _moved(self, rows: int) -> None:
        self.behind += rows
        self.curvature.drift += rows

    # ---- refit ---------------------------------------------------------------------------------

    @property
    def small(self) -> bool:
        """Whether every refit goes all the way."""
        return self.known.count <= self.exact_rows

    @property
    def unchosen(self) -> bool:
        """Whether the penalty is still the first guess and could be chosen."""
        return self._fixed_l2 is None and self._l2_rows == 0 and self.known.total > 0

    def refit(self) -> int | None:
        """Absorbs the changes. How many known rows changed their predicted class; None where that
        is not known yet (above `exact_rows` the rows are looked through in idle time)."""
        if self.behind == 0:
            return 0
        if self.known.total <= 0:
            return self.adopt(torch.zeros_like(self.weights))
        self._ensure_l2()
        if self.small:
            return self._fit()
        if self.curvature.rows == 0 or self.behind * 2 > self.known.count:
            self._start_from_sample()
        self._chord()
        return None

    def adopt(self, weights: Tensor) -> int:
        """Takes `weights` (K, P) as they are, trained elsewhere; returns the flips."""
        weights = weights.double()
        return self._settle(weights, probabilities(weights, self.known.features))

    def rows(self) -> Rows:
        """All learned rows, as the kernels take them."""
        known = self.known
        return Rows(known.features, known.labels, known.weights, known.classes)

    def all_rows(self, *, exact: bool = False) -> Rows:
        """What J is a sum of: also the rows unlearned, where there are some. `exact`: in float64.
        """
        rows, (against, counts) = self.rows(), self.known.unlearned()
        weights = self.known.weights.clone()
        weights[against] = counts
        if exact:
            rows, weights = replace(rows, features=rows.features.double()), weights.double()
        if not len(against):
            return replace(rows, weights=weights)
        kinds = torch.where(self.known.weights > 0, CE, DROP).to(torch.int8)
        kinds[against] = UNLEARN
        return Treated(rows.features, rows.labels, weights, rows.classes, kinds)

    def _ensure_l2(self) -> None:
        if self.l2 <= 0:
            self.l2 = first_guess(self.rows())

    def _fit(self) -> int:
        if self.known.unlearning:
            return self._fit_treated()
        start = self.curvature.step_inverse(self.known.probs, self.l2)
        found = fit(self.rows(), self.l2, self.weights, start, tolerance=TOLERANCE,
                    curve=lambda probs: self.curvature.renew(probs, self.l2))
        self.decrement = found.decrement
        return self._settle(found.weights, found.probs)

    def _fit_treated(self) -> int:
        rows = self.all_rows()
        assert isinstance(rows, Treated)
        found = fit_treated(rows, self.l2, self.weights, self._treated, tolerance=TOLERANCE)
        self._treated = found.inverse if rows.dense else None
        self.decrement = found.decrement
        return self._settle(found.weights, found.probs)

    def _settle(self, weights: Tensor, probs: Tensor) -> int:
        """Makes `weights` the anchor, with every row evaluated there."""
        known = self.known
        turned = probs.argmax(dim=1) != known.probs.argmax(dim=1)
        flips = int((turned & (known.weights > 0)).sum())
        known.probs.copy_(probs)
        self.weights = self.anchor = weights
        self._model_sums = _model_sums(probs, known.features, known.weights)
        self.behind = 0
        self.version += 1
        return flips

    def _start_from_sample(self) -> None:
        """Many rows and no factor that knows them: fits a sample, then looks at all rows once."""
        found = fit(self._sample(), self.l2, self.weights, tolerance=1e-6)
        self._settle(found.weights, probabilities(found.weights, self.known.features))
        self.curvature.renew_from_sample(SAMPLE, self.l2)
        self.behind = 1

    def _chord(self) -> None:
        inverse = self.curvature.step_inverse(self.known.probs, self.l2)
        assert inverse is not None
        gradient = self.gradient()
        step = inverse.solve(gradient)
        self.decrement = float((step * gradient).sum())
        size = min(1.0, (LONGEST / max(self.decrement, 1e-300)) ** 0.5)
        self.weights = self.anchor - size * step
        self.version += 1

    def gradient(self) -> Tensor:
        """(K, P) float64: gradient of J at the anchor, exact for the rows as they are now."""
        sums, total = self._model_sums - self.known.class_sums, self.known.total
        if self.known.unlearning:
            sums, total = sums + self._unlearning(), total + self.known.unlearning
        return sums / total + self.l2 * self.anchor

    def _unlearning(self) -> Tensor:
        """(K, P) float64: what the rows unlearned add to the gradient's sum at the anchor."""
        rows, counts = self.known.unlearned()
        pull = unlearn_residuals(self.known.probs[rows].double(), self.known.labels[rows])
        return (pull * counts[:, None].double()).T @ self.known.features[rows].double()

    def _sample(self) -> Rows:
        size = SAMPLE if self.curvature.dense else SAMPLE // 2
        rows, every = self.rows(), evenly(self.known.count, size)
        if len(every) == self.known.count:
            return rows
        chosen = torch.tensor(every)
        assert rows.weights is not None
        return Rows(rows.features[chosen], rows.labels[chosen], rows.weights[chosen], rows.classes)

    # ---- picks ---------------------------------------------------------------------------------

    @property
    def damping(self) -> float:
        """What is added to the Fisher matrix's diagonal for picks."""
        self._ensure_l2()
        return self._fixed_damping if self._fixed_damping is not None else self.l2

    def top(self) -> Top:
        """The cache strategies are given; its inverse is exact up to `exact_rows`."""
        known = self.known
        inverse = self.curvature.pick_inverse(known.probs, self.damping, self.version)
        return Top(known.features, known.probs, known.labels, known.positions, known.weights,
                   inverse, self.damping)

    # ---- idle time -----------------------------------------------------------------------------

    def idle(self) -> bool:
        """One bounded piece of postponed work; False when nothing is left."""
        if self._job is None:
            self._job = self._next_job()
        if self._job is None:
            return False
        try:
            next(self._job)
        except StopIteration:
            self._job = None
        return True

    def renew_now(self) -> None:
        """Forms and factorises the Fisher matrix of all known rows at once."""
        for _ in self._renew():
            pass

    def _next_job(self) -> Iterator[None] | None:
        if self.known.total <= 0:
            return None
        if self.behind and not self.small and self.curvature.rows:
            return self._refresh()
        if self.curvature.due:
            return self._renew()
        if self._fixed_l2 is None and self.known.count >= GROWTH * self._l2_rows:
            return self._choose_l2()
        return None

    def _refresh(self) -> Iterator[None]:
        """Evaluates all rows at the present weights, which become the anchor; a further chord step
        follows unless nothing is to be gained. Rows that change meanwhile are put right at the end.
        """
        known, count, weights = self.known, self.known.count, self.weights
        before, decrement = known.weights.clone(), self.decrement
        probs, sums = torch.empty(count, known.classes), torch.zeros_like(weights)
        for part in chunks(count, PIECE):
            x = known.features[part]
            probs[part] = probabilities(weights, x)
            sums += _model_sums(probs[part], x, before[part])
            yield
        late = torch.arange(count, known.count)
        changed = torch.cat([torch.nonzero(known.weights[:count] != before)[:, 0], late])
        gained = known.weights[changed].clone()
        gained[: len(changed) - len(late)] -= before[changed[: len(changed) - len(late)]]
        x = known.features[changed]
        sums += _model_sums(probabilities(weights, x), x, gained)
        known.probs[:count] = probs
        known.probs[count:] = probabilities(weights, known.features[count:])
        self.anchor, self._model_sums = weights, sums
        self._chord()
        done = self.decrement <= TOLERANCE or self.decrement > 0.5 * decrement
        self.behind = 0 if done else self.behind

    def _renew(self) -> Iterator[None]:
        """Forms the Fisher matrix anew, piece by piece, and factorises it."""
        known, count = self.known, self.known.count
        if not self.curvature.dense:
            self.curvature.renew(known.probs, self.l2)
            return
        sums, total = zeros(known.classes, known.columns), 0.0
        for part in chunks(count, FISHER_PIECE):
            weights = known.weights[part]
            accumulate(sums, known.features[part], known.probs[part], weights)
            total += float(weights.double().sum())
            yield
        self.curvature.factorise(complete(sums, known.classes, total), count, self.version)
        self.curvature.warm(self.l2, self.damping)
        if not self.small and self.decrement > TOLERANCE:
            self.behind += 1

    def _choose_l2(self) -> Iterator[None]:
        """Chooses the penalty again. On a sample the prior's strength l2 * S is what carries over.
        """
        rows, count = self._sample(), self.known.count
        self._l2_rows = count
        if not choosable(rows):
            return
        assert rows.weights is not None
        share = float(rows.weights.double().sum()) / self.known.total
        found = (yield from search(rows, self.l2 / share)) * share
        if abs(found / self.l2 - 1) > 1e-6:
            self.l2 = found
            self.behind += 1
            if not self.small:
                self.curvature.outdate()
            self.refit()


def _model_sums(probs: Tensor, features: Tensor, weights: Tensor) -> Tensor:
    """(K, P) float64: sum of w p x over the rows, the part of the gradient the model decides."""
    sums = torch.zeros(probs.shape[1], features.shape[1], dtype=torch.float64)
    for part in chunks(len(features)):
        sums += ((probs[part] * weights[part, None]).T @ features[part]).double()
    return sums
