"""From rows and what is to be done with them to `Suggestions`: predicted falls, order, evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..kernels.head import residuals
from ..kernels.relabelling import best_other, odds, relabel_targets
from ..kernels.trusted import Trusted, eligible, refusal
from ..protocols import TopLayer
from .harm import Solve, harm, pair_harm, solver, total_weight
from .options import Options
from .suggestions import CODES, Suggestions, Treat, nothing

Chosen = Sequence[tuple[Treat, Tensor]]
"""Row numbers by what is to be done with them; no row twice."""


def by_harm(
    top: TopLayer, trusted: Trusted, candidates: Tensor | None, options: Options,
    choose: Callable[[Tensor, Tensor], Chosen],
) -> Suggestions:
    """What `choose(rows, harm of each)` picks among the eligible rows; a stated refusal where
    nothing can be said of harm."""
    note = refusal(top, trusted, options.least)
    if note:
        return nothing(top, note)
    solve = solver(options.solver, top, options.seed)
    every = harm(top, trusted, solve)
    rows = eligible(top, trusted, candidates)
    return compose(top, trusted, choose(rows, every[rows]), every, options, solve)


def above(harm: Tensor, trusted: Trusted, options: Options) -> tuple[Tensor, Tensor]:
    """Of candidates with `harm` (C,): which are harmful beyond the threshold, and which are in the
    middle (harmful, up to it)."""
    limit = options.threshold.in_nats(harm, trusted)
    return harm > limit, (harm > 0) & (harm <= limit)


def compose(
    top: TopLayer, trusted: Trusted, chosen: Chosen, harm: Tensor, options: Options, solve: Solve,
    weights: Tensor | None = None,
) -> Suggestions:
    """`chosen` with all that is known of each. `harm` (N,) of every row; `weights` (N,): what the
    rows count afterwards, if that changes."""
    rows = torch.cat([part for _, part in chosen]) if chosen else torch.empty(0, dtype=torch.int64)
    codes = torch.cat([torch.full_like(part, at) for at, (_, part) in enumerate(chosen)]
                      or [torch.empty(0, dtype=torch.int64)])
    pushed = solve(trusted.gradient())
    fall = torch.cat([_fall(top, pushed, part, action) for action, part in chosen] or [harm[:0]])
    dropped = torch.tensor([action is Treat.DROP for action, _ in chosen], dtype=torch.bool)
    gain = (fall - harm[rows]).masked_fill(dropped[codes], 0.0)
    order = torch.argsort(fall, descending=True, stable=True)
    order = order[torch.argsort(gain[order], descending=True, stable=True)]
    rows, codes, fall, gain = rows[order], codes[order], fall[order], gain[order]
    actions = tuple(chosen[at][0] for at in codes.tolist())
    shown, costs = evidence(top, trusted, rows, options.evidence, solve)
    treatment, labels, soft = _after(top, chosen)
    other = best_other(top.probs[rows], top.labels[rows])
    return Suggestions(
        rows, top.positions[rows], actions, top.labels[rows], other, harm[rows], fall, gain,
        torch.where(shown >= 0, trusted.positions[shown], shown) if len(trusted) else shown,
        shown, costs, treatment, labels, top.weights if weights is None else weights, soft)


def evidence(
    top: TopLayer, trusted: Trusted, rows: Tensor, count: int, solve: Solve
) -> tuple[Tensor, Tensor]:
    """The `count` trusted examples that each of `rows` (S,) harms most, most harmed first: their
    numbers in the trusted set (S, count), -1 where there are fewer, and the harm in nats."""
    shown = torch.full((len(rows), count), -1, dtype=torch.int64)
    costs = torch.zeros(len(rows), count, dtype=torch.float64)
    most = min(count, len(trusted))
    if len(rows) and most:
        found = torch.topk(pair_harm(top, trusted, rows, solve), most, dim=1)
        harmed = found.values > 0
        shown[:, :most] = torch.where(harmed, found.indices, -1)
        costs[:, :most] = torch.where(harmed, found.values, 0.0)
    return shown, costs


def _fall(top: TopLayer, pushed: Tensor, rows: Tensor, action: Treat) -> Tensor:
    """(S,) nats: the predicted fall of the mean trusted loss by `action` on each row alone (Eq. 4);
    `pushed` (K, P) is the inverse Hessian times the trusted gradient."""
    probs, labels = top.probs[rows].double(), top.labels[rows]
    moved = _residuals(probs, labels, action) - residuals(probs, labels)
    return (moved * (top.features[rows].double() @ pushed.T)).sum(dim=1) / total_weight(top)


def _residuals(probs: Tensor, labels: Tensor, action: Treat) -> Tensor:
    """(S, K): the gradient, at the logits, of the loss that each row has after `action`."""
    if action is Treat.DROP:
        return torch.zeros_like(probs)
    if action is Treat.RELABEL:
        return residuals(probs, best_other(probs, labels))
    if action is Treat.FREEZE:
        soft = relabel_targets(probs, labels)
        return soft.sum(dim=1, keepdim=True) * probs - soft
    return -odds(probs, labels)[:, None] * residuals(probs, labels)


def _after(top: TopLayer, chosen: Chosen) -> tuple[Tensor, Tensor, Tensor | None]:
    """Treatment (N,) int8, labels (N,) and soft targets (N, K) once `chosen` is done."""
    treatment = torch.zeros(len(top.labels), dtype=torch.int8)
    labels, soft = top.labels.clone(), None
    for action, rows in chosen:
        treatment[rows] = CODES[action]
        if action is Treat.RELABEL:
            labels[rows] = best_other(top.probs[rows], top.labels[rows])
        if action is Treat.FREEZE and len(rows):
            soft = torch.zeros(top.probs.shape, dtype=torch.float64)
            soft[rows] = relabel_targets(top.probs[rows].double(), top.labels[rows])
    return treatment, labels, soft
