"""What a run in process does by itself about labels nobody looked at: relabelling and weights.

A relabelling policy takes back what it did last time and decides again on what is known now, as an
act of its own (`MACHINE`), so that people's words always go before and the ledger has the trail. A
weight policy says what each known example counts in the head. Both rest on the labels people
vouched for; until there are enough of them, nothing happens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from . import acts
from .answers import Floats, Ints
from .config import LoopSettings, Settings
from .errors import InvalidInput, UnknownName
from .loop import Loop
from .relabel.advice import Advice, advise
from .relabel.chooser import ACTIONS
from .relabel.vouched import rows_of
from .reweight import REWEIGHTERS
from .runner import Runner
from .session.events import Proposal
from .types import AnnotatorId, Deed, ExampleId, Label, Position, Remedy
from .verified import Verified
from .vouched import verified
from .weighing import CHOOSER, weighed

MACHINE = AnnotatorId("machine")
"""Who acts."""

RELABEL = ("none", CHOOSER, *ACTIONS)
WEIGHT = (*REWEIGHTERS, CHOOSER)
LEAST_WEIGHT = 1e-3
"""What a known example counts at least."""


@dataclass(frozen=True, slots=True)
class Policies:
    """`relabel`: none, an action, or the chooser; `weight`: a reweighter or uniform; `every`:
    replies between two looks. At most the share `share` of the known examples is relabelled, and
    only where the mean trusted loss is predicted to fall by `least` nats; with `sure`, by more than
    two standard errors over the trusted examples."""

    relabel: str = "none"
    weight: str = "uniform"
    every: int = 10
    share: float = 1.0
    least: float = 0.0
    sure: bool = False

    @classmethod
    def of(cls, settings: LoopSettings) -> Policies:
        """What the settings ask for: relabelling once `auto_accept` lets it."""
        alone = settings.auto_accept > 0 and settings.advice_every > 0
        return cls(settings.relabel_policy if alone else "none",
                   settings.weight_policy if settings.advice_every else "uniform",
                   max(settings.advice_every, 1), settings.auto_accept, settings.auto_accept_gain,
                   sure=True)

    @property
    def idle(self) -> bool:
        """Whether nothing is done at all."""
        return self.relabel == "none" and self.weight == "uniform"

    def __post_init__(self) -> None:
        if self.relabel not in RELABEL:
            raise UnknownName("relabel policy", self.relabel, RELABEL)
        if self.weight not in WEIGHT:
            raise UnknownName("weight policy", self.weight, WEIGHT)


class Machine:
    """Carries the policies out on one runner. `chosen` lists what relabelling did, by look."""

    def __init__(self, runner: Runner, policies: Policies) -> None:
        self._runner, self.policies = runner, policies
        self._replies = 0
        self._acted = False
        self.chosen: list[str] = []

    def replied(self) -> None:
        """To be told after each reply; looks when it is time."""
        self._replies += 1
        if self._replies % self.policies.every == 0:
            self.look()

    def look(self) -> None:
        """Decide again, by what is known now. Where the choosers find weights that surely help,
        labels are left as they are: what counts little does little harm, and may count again."""
        self._take_back()
        used = self._weigh() if self.policies.weight != "uniform" else "uniform"
        if self.policies.relabel == "none":
            return
        if self.policies.relabel == self.policies.weight == CHOOSER and used != "uniform":
            self.chosen.append(used)
        else:
            self._relabel()

    def _take_back(self) -> None:
        if self._acted:
            self._runner.act(acts.act_undone(self._runner.loop, MACHINE, self._runner.now()))
            self._acted = False

    def _relabel(self) -> None:
        runner = self._runner
        runner.refresh()
        top = runner.engine.top()
        advice = advise(top, verified(runner.loop), policy=self.policies.relabel,
                        limit=len(top.labels))
        self.chosen.append(advice.chosen)
        if advice.chosen not in ACTIONS or not len(advice):
            return
        told = self._within(proposals(runner.loop, advice), advice,
                            int((top.weights > 0).sum()))
        plan = acts.answered(runner.loop, Deed.ACCEPT, told, MACHINE, runner.now())
        if plan.event is not None:
            runner.act(plan.event)
            self._acted = True

    def _within(
        self, told: dict[ExampleId, acts.Proposed], advice: Advice, known: int
    ) -> dict[ExampleId, acts.Proposed]:
        """Those that the policies' bounds let pass, in order."""
        policies = self.policies
        enough = advice.gain >= policies.least
        if policies.sure:
            enough &= advice.low > 0
        room = int(policies.share * known)
        passed = [one for one, passes in zip(told, enough.tolist(), strict=True) if passes]
        return {one: told[one] for one in passed[:room]}

    def _weigh(self) -> str:
        """The reweighter whose weights are used."""
        runner = self._runner
        runner.refresh()
        known = runner.loop.all_trained()
        labels = runner.loop.data.column("effective")[known]
        name, counts = weights(runner, verified(runner.loop), self.policies.weight, known)
        runner.engine.enter(known, labels, counts)
        runner.engine.refit()
        return name


def machine(runner: Runner, settings: Settings) -> Machine | None:
    """What carries out the policies of `settings` on `runner`; None where nothing is to be done.
    `InvalidInput` where networks are trained from scratch: what was weighed would be forgotten."""
    policies = Policies.of(settings.loop)
    if policies.idle:
        return None
    if settings.model.training != "live":
        raise InvalidInput("weight_policy and auto_accept need training = live",
                           training=settings.model.training)
    return Machine(runner, policies)


def proposals(loop: Loop, advice: Advice) -> dict[ExampleId, acts.Proposed]:
    """The advice as suggestions to be answered."""
    found = {}
    rows = zip(advice.positions.tolist(), advice.actions, advice.proposed.tolist(),
               advice.gain.tolist(), strict=True)
    for at, action, proposed, gain in rows:
        remedy = Remedy(action)
        label: Label | None = proposed if remedy is Remedy.RELABEL else None
        found[loop.ids[Position(at)]] = acts.Proposed(
            Proposal(remedy, label, "influence", loop.state.model, ""), gain=gain)
    return found


def weights(
    runner: Runner, vouched: Verified, policy: str, known: Ints
) -> tuple[str, Floats]:
    """The reweighter that `policy` comes to, and (N,) what each of the `known` positions counts by
    it; 1 for all that people vouched for."""
    top = runner.engine.top()
    plain = replace(top, weights=(top.weights > 0).to(top.weights.dtype))
    name, found = weighed(plain, vouched, policy)
    rows = rows_of(plain, torch.from_numpy(known))
    counted = found.weights[rows].clamp(min=LEAST_WEIGHT)
    counted[torch.isin(torch.from_numpy(known), torch.from_numpy(vouched.positions))] = 1.0
    return name, np.asarray(counted.numpy(), dtype=np.float32)
