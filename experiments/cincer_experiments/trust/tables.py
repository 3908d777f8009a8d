"""Tables and verdicts, the published numbers beside ours. Shares in per cent."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..document import Cell, Table, Verdict
from ..summary import mean
from .outcome import Outcomes
from .problem import Noise
from .published import ACCURACY, F1, STEPS, TABLE_6, TABLE_7, nearest

if TYPE_CHECKING:
    from .study import Plan

AUC = 0.97
"""What the AUC is to be above."""

REPORTED = Noise("pair", 0.5)
"""Half of the labels of a class are its partner's: reported, nothing is claimed."""


def tables(data: str, plan: Plan, found: Outcomes) -> Iterator[Table]:
    yield _detection(data, plan, found)
    if found.trained:
        yield _training(data, found)
    if any(trusted != plan.trusted[0] for _, _, trusted in found.detected):
        yield _trusted(data, plan, found)


def verdicts(data: str, plan: Plan, found: Outcomes) -> list[Verdict]:
    made = []
    for noise in plan.noises:
        claimed = noise != REPORTED
        auc, f1 = (found.mean(noise, "lsw", plan.trusted[0], of) for of in ("auc", "f1"))
        wanted = nearest(F1, noise)
        made.append(Verdict(f"{data}, {noise}", f"AUC above {AUC}", str(auc), None,
                            auc.mean > AUC if claimed else None))
        made.append(Verdict(f"{data}, {noise}", "F1 no lower than the paper's", str(f1),
                            f"{wanted:.4f}", f1.mean >= wanted if claimed else None))
    for noise, step in found.trained:
        if step == "filter":
            ours, base = (mean(found.trained[noise, each]) for each in ("filter", "base"))
            made.append(Verdict(f"{data}, {noise}", "training on the rows judged clean beats all",
                                f"{ours}; all {base}", None, ours.mean > base.mean))
    return made


def _detection(data: str, plan: Plan, found: Outcomes) -> Table:
    rows: list[list[Cell]] = []
    for noise in plan.noises:
        for method in plan.methods:
            values = {of: found.mean(noise, method, plan.trusted[0], of)
                      for of in ("fdr", "recall", "f1", "auc", "accuracy")}
            lsw = method == "lsw"
            rows.append([
                noise.kind, noise.rate, method, *(_percent(each.mean) for each in values.values()),
                100 * values["f1"].error if values["f1"].n > 1 else None,
                100 * nearest(F1, noise) if lsw else None,
                100 * nearest(ACCURACY, noise) if lsw else None])
    return Table(f"{data}: wrong labels found, {plan.trusted[0]} trusted a class", (
        "noise", "rate", "method", "FDR %", "recall %", "F1 %", "AUC %", "accuracy %",
        "standard error of F1 %", "published F1 %", "published accuracy %"), rows)


def _training(data: str, found: Outcomes) -> Table:
    kinds = list(dict.fromkeys(noise for noise, _ in found.trained))
    rows: list[list[Cell]] = []
    for noise in kinds:
        for step in STEPS:
            value = mean(found.trained[noise, step])
            rows.append([noise.kind, step, 100 * value.mean,
                         100 * value.error if value.n > 1 else None, TABLE_6[noise.kind][step]])
    return Table(f"{data}: Table 6, test accuracy at {kinds[0].rate:.0%} noise", (
        "noise", "training", "accuracy %", "standard error %", "published %"), rows)


def _trusted(data: str, plan: Plan, found: Outcomes) -> Table:
    rows: list[list[Cell]] = []
    for noise, method, count in found.detected:
        if method == "lsw" and str(noise) == "symmetric 40%":
            auc, f1, accuracy = (100 * found.mean(noise, "lsw", count, of).mean
                                 for of in ("auc", "f1", "accuracy"))
            rows.append([count, auc, f1, accuracy, *TABLE_7.get(count, (None, None))])
    return Table(f"{data}: Table 7, by trusted labels a class, 40 % symmetric noise", (
        "trusted a class", "AUC %", "F1 %", "accuracy %", "published AUC %",
        "published accuracy %"), rows)


def _percent(share: float) -> Cell:
    """None for NaN: of no label called wrong there is no share."""
    return None if math.isnan(share) else 100 * share
