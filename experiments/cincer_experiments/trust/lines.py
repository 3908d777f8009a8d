"""F1 by noise, and histograms of weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from cincer.reweight import History

from ..studies.plotting import ACCENT, INK, LINES, SECOND, panels, styled
from .outcome import Outcomes
from .problem import KINDS
from .published import F1

if TYPE_CHECKING:
    from .study import Plan

BINS = 20


@styled
def detected(plan: Plan, found: Outcomes) -> Figure:
    """A panel a kind of noise, a line a method."""
    kinds = [kind for kind in KINDS if any(noise.kind == kind for noise in plan.noises)]
    figure, axes = panels(len(kinds), 3.2, share_y=True)
    methods = [method for method in plan.methods if method != "uniform"]
    for one, kind in zip(axes, kinds, strict=True):
        noises = sorted((noise for noise in plan.noises if noise.kind == kind),
                        key=lambda noise: noise.rate)
        at = np.array([100 * noise.rate for noise in noises])
        for (colour, dash, marker), method in zip(LINES, methods, strict=False):
            means = [found.mean(noise, method, plan.trusted[0], "f1") for noise in noises]
            middle = np.array([each.mean for each in means])
            errors = np.array([0 if math.isnan(each.error) else each.error for each in means])
            one.fill_between(at, middle - errors, middle + errors, color=colour, alpha=0.12,
                             linewidth=0)
            one.plot(at, middle, color=colour, linestyle=dash, marker=marker, label=method)
        one.plot([100 * rate for rate in F1[kind]], [f1 / 100 for f1 in F1[kind].values()], "x",
                 color=INK, label="published, CIFAR-10")
        one.set(title=f"{kind} noise", xlabel="labels wrong, %", ylim=(0, 1.02))
    axes[0].set(ylabel="F1")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4, handlelength=3.4)
    return figure


@styled
def by_epoch(history: History, wrong: Tensor) -> Figure:
    """Four epochs from first to last, a panel each."""
    shown = sorted({0, len(history) // 6, len(history) // 2, len(history) - 1})
    figure, axes = panels(len(shown), 2.6, share_y=True)
    edges = torch.linspace(0, 1, BINS + 1)
    middle = ((edges[1:] + edges[:-1]) / 2).numpy()
    for one, epoch in zip(axes, shown, strict=True):
        for part, colour, label in ((~wrong, ACCENT, "label right"), (wrong, SECOND,
                                                                      "label wrong")):
            rows = History(history.weights[epoch:epoch + 1, part],
                           history.losses[epoch:epoch + 1, part])
            shares = rows.histograms(edges)[0] / max(int(part.sum()), 1)
            one.bar(middle, shares.numpy(), width=1 / BINS, color=colour, alpha=0.6, label=label)
        one.set(title=f"epoch {epoch + 1}", xlabel="weight", xlim=(0, 1))
    axes[0].set(ylabel="share of the labels")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2)
    return figure
