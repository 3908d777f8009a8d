"""Confident learning (Northcutt, Jiang and Chuang 2021) by cleanlab, as an outside baseline.

Labels that cleanlab counts as issues (`prune_by_noise_rate`) are left out, the least believed
first. It is given what a head that was not fitted to a row says of it (`TopLayer.held_out`), and
needs no trusted examples: where there are enough, they tell what leaving a row out is expected to
bring, else that is 0. cleanlab is an extra: `pip install 'cincer[confident]'`.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import torch
from torch import Tensor

from ..errors import InvalidInput
from ..kernels.trusted import Trusted, eligible, refusal
from ..protocols import TopLayer
from .compose import compose
from .harm import harm, solver
from .options import Options
from .suggestions import Suggestions, Treat, nothing


class ConfidentLearning:
    """Raises `InvalidInput` where cleanlab is not installed."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._filter = _cleanlab()

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Suggestions:
        there = torch.nonzero(top.weights > 0)[:, 0]
        if int(torch.bincount(top.labels[there]).count_nonzero()) < 2:
            return nothing(top, "there is only one class" if len(there) else "no rows yet")
        issues = self._issues(top, there)
        free = issues[torch.isin(issues, eligible(top, trusted, candidates))]
        known = nobody(trusted) if refusal(top, trusted, self.options.least) else trusted
        solve = solver(self.options.solver, top, self.options.seed)
        return compose(top, known, [(Treat.DROP, free)], harm(top, known, solve), self.options,
                       solve)

    def _issues(self, top: TopLayer, rows: Tensor) -> Tensor:
        """(I,) int64: those of `rows` whose labels are issues, the least believed first."""
        probs = top.held_out(rows).double()
        labels = top.labels[rows]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "May not flag all label issues in class")
            found = self._filter.find_label_issues(
                labels.numpy(), probs.numpy(), filter_by="prune_by_noise_rate", n_jobs=1)
        at = torch.nonzero(torch.from_numpy(found))[:, 0]
        own = probs[at].gather(1, labels[at, None])[:, 0]
        return rows[at[torch.argsort(own, stable=True)]]


def nobody(trusted: Trusted) -> Trusted:
    """The trusted set without its examples."""
    none = slice(0, 0)
    return Trusted(trusted.features[none], trusted.probs[none], trusted.labels[none],
                   trusted.positions[none], trusted.weights[none])


def _cleanlab() -> Any:
    try:
        return import_module("cleanlab.filter")
    except ImportError as error:
        raise InvalidInput("confident_learning needs cleanlab: pip install 'cincer[confident]'",
                           missing="cleanlab") from error
