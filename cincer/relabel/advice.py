"""Advice for a live session: what is suggested, by which action, and why.

`advise` joins the pieces: the trusted set from what people vouched for (`vouched`), harm on it,
the action chooser (`chooser`), and for the suggestions that gain most an interval and the trusted
examples they harm. Nothing a person has settled is ever suggested against, and a trusted example
never speaks about itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import UnknownName
from ..kernels.head import own_losses, residuals
from ..kernels.relabelling import best_other, odds
from ..kernels.trusted import Trusted, eligible
from ..protocols import TopLayer
from ..verified import Verified
from .chooser import ACTIONS, Choice, Kept, Verdict, choose
from .compose import evidence
from .harm import total_weight
from .options import Options
from .suggestions import Suggestions, Treat, nothing
from .vouched import kept_of, trusted_of

SHOWN = 1000
"""Suggestions that are worked out in full, those that gain most."""


@dataclass(frozen=True, slots=True)
class Advice:
    """S suggestions, those whose predicted fall of the trusted loss is largest first.

    positions     (S,) int64
    actions       S of drop, unlearn, relabel
    proposed      (S,) int64: the model's best class other than the label
    gain          (S,) nats: predicted fall of the mean trusted loss by the action
    low, high     (S,) nats: `gain` -/+ two standard errors over the trusted examples
    harm          (S,) nats: what its presence costs now
    evidence      (S, E) int64 positions of the trusted examples it harms most, -1 = none
    evidence_harm (S, E) nats
    total         suggestions there are, shown or not
    chosen        drop, unlearn, relabel, ask or nothing; `threshold` in nats of mean trusted loss
    verdicts      how each action did on the labels kept for choosing
    trusted, kept, effective_size, least   how many labels this rests on, and how many it needs
    loss          mean trusted loss now, nats (NaN without any)
    note          why there is nothing, or why it is asked; else empty
    """

    positions: NDArray[np.int64]
    actions: tuple[str, ...]
    proposed: NDArray[np.int64]
    gain: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    harm: NDArray[np.float64]
    evidence: NDArray[np.int64]
    evidence_harm: NDArray[np.float64]
    total: int
    chosen: str
    threshold: float | None
    verdicts: tuple[Verdict, ...]
    trusted: int
    kept: int
    effective_size: float
    least: int
    loss: float
    note: str = ""

    def __len__(self) -> int:
        return len(self.positions)


def advise(
    top: TopLayer, verified: Verified, options: Options | None = None, *,
    policy: str = "chooser", excluded: NDArray[np.int64] | None = None, limit: int = SHOWN,
    pause: Callable[[], object] = lambda: None,
) -> Advice:
    """What to do about the known rows of `top`. `policy`: the chooser, or one of its actions
    without asking it; `excluded` (E,) positions that are not to be suggested (again); `limit`: how
    many suggestions are worked out in full; `pause` is called after each of the chooser's fits."""
    told = options or Options()
    trusted = trusted_of(top, verified.part(selection=False))
    kept, labels = kept_of(top, verified)
    candidates = _candidates(top, trusted, verified, excluded)
    brief = replace(told, evidence=0)
    choice = _choice(top, trusted, kept, labels, brief, candidates, policy, pause)
    return _advice(top, trusted, len(kept), choice, told, limit)


def _choice(
    top: TopLayer, trusted: Trusted, kept: Tensor, labels: Tensor, options: Options,
    candidates: Tensor, policy: str, pause: Callable[[], object],
) -> Choice:
    if policy == "chooser":
        return choose(top, trusted, Kept(kept, labels), options, candidates, pause)
    if policy not in ACTIONS:
        raise UnknownName("relabel policy", policy, ["chooser", *ACTIONS])
    found = ACTIONS[policy](options)(top, trusted, candidates)
    return Choice(policy if len(found) else "nothing", options.threshold.value, (), found,
                  found.note)


def _candidates(
    top: TopLayer, trusted: Trusted, verified: Verified, excluded: NDArray[np.int64] | None
) -> Tensor:
    """Row numbers of what nobody vouched for."""
    barred = verified.positions if excluded is None else np.concatenate(
        [verified.positions, excluded])
    free = eligible(top, trusted, None)
    return free[~torch.isin(top.positions[free], torch.from_numpy(barred))]


def _advice(
    top: TopLayer, trusted: Trusted, kept: int, choice: Choice, options: Options, limit: int
) -> Advice:
    found = choice.suggestions if choice.action != "nothing" else nothing(top, "")
    order = torch.argsort(found.fall, descending=True, stable=True)
    order = order[found.fall[order] > 0]
    shown = order[:limit]
    reasons, costs = evidence(top, trusted, found.rows[shown], options.evidence, top.solve)
    if len(trusted):
        reasons = torch.where(reasons >= 0, trusted.positions[reasons], reasons)
    spread = _spread(top, trusted, found, shown)
    gain = found.fall[shown]
    return Advice(
        found.positions[shown].numpy(), tuple(found.actions[at].value for at in shown.tolist()),
        found.proposed[shown].numpy(), gain.numpy(), (gain - 2 * spread).numpy(),
        (gain + 2 * spread).numpy(), found.harm[shown].numpy(),
        reasons.numpy(), costs.numpy(), len(order), choice.action, choice.threshold,
        choice.verdicts, len(trusted), kept, trusted.effective_size, options.least,
        trusted_loss(trusted), choice.note)


def trusted_loss(trusted: Trusted) -> float:
    """Mean loss in nats of the trusted set as it is weighted; NaN without any."""
    if not len(trusted):
        return float("nan")
    return float((own_losses(trusted.probs, trusted.labels) * trusted.shares).sum())


def _spread(top: TopLayer, trusted: Trusted, found: Suggestions, shown: Tensor) -> Tensor:
    """(S,) nats: the standard error of each predicted fall over the trusted examples."""
    if not len(shown) or not len(trusted):
        return torch.zeros(len(shown), dtype=torch.float64)
    rows = found.rows[shown]
    x = top.features[rows].double()
    moved = _moves(top, rows, [found.actions[at] for at in shown.tolist()])
    solved = top.solve(trusted.gradients()) / total_weight(top)
    pulled = (x @ solved.double().flatten(0, 1).T).view(len(x), len(trusted), -1)
    single = (pulled * moved[:, None, :]).sum(dim=2)
    shares = trusted.shares
    mean = (single * shares).sum(dim=1, keepdim=True)
    return ((single - mean) ** 2 * shares**2).sum(dim=1).sqrt()


def _moves(top: TopLayer, rows: Tensor, actions: list[Treat]) -> Tensor:
    """(S, K): by how much each action moves the gradient of its row at the logits."""
    probs, labels = top.probs[rows].double(), top.labels[rows]
    now = residuals(probs, labels)
    relabel = torch.tensor([action is Treat.RELABEL for action in actions])
    unlearn = torch.tensor([action is Treat.UNLEARN for action in actions])
    moved = -now
    moved[unlearn] = moved[unlearn] * (1 + odds(probs, labels))[unlearn, None]
    other = best_other(probs, labels)
    moved[relabel] = (residuals(probs, other) - now)[relabel]
    return moved
