"""The trainer's advisor: an engine of its own over the known rows, brought to the optimum for every
answer, so that what it says does not depend on what the scorer has postponed.

`advise` writes a file of suggestions, `weigh` one of weights; `preview` says what accepting some
would bring and `effect` what accepted ones have brought, both by refitting. Which action is worth
it is judged at first and with another network; where a tenth of the labels is new it is judged
again between jobs: that takes a dozen fits, suggesting by an action that was chosen takes one.
Between two fits a preview may be asked for: it changes nothing here, and brings nothing up to date.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..engine import Engine
from ..kernels.head import probabilities
from ..kernels.trusted import Trusted
from ..protocols import Network
from ..relabel import Options, Threshold
from ..relabel.advice import Advice, advise, trusted_loss
from ..relabel.vouched import rows_of, trusted_of
from ..reweight import Options as Weighting
from ..types import NO_LABEL
from ..verified import Verified
from ..weighing import weighed
from . import advice, weights
from .frames import Frame, Ints, unpack_ints
from .messages import verified_of
from .promoted import take_newest
from .told import tell

GROWN = 0.1
"""Share of the labels (known, vouched for) that is new when the action is chosen again."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the chooser said, and about what."""

    advice: Advice
    network: str | None
    known: int
    verified: int

    def holds(self, network: str | None) -> bool:
        """Whether it can still be gone by: where too little was trusted nothing was judged."""
        return (self.network == network and bool(self.advice.verdicts)
                and self.advice.chosen != "nothing")

    def is_old(self, known: int, verified: int) -> bool:
        """Whether much is new since."""
        return (abs(known - self.known) > GROWN * self.known
                or abs(verified - self.verified) > GROWN * self.verified)


class Advisor:
    """`build` makes the engine, `empty` a network; `labels` are those the trainer is told, by
    position, which the advisor follows once it is asked something."""

    def __init__(
        self, build: Callable[[], Engine], empty: Callable[[], Network],
        labels: Mapping[int, int], folder: Path, seed: int,
        pause: Callable[[], object] = lambda: None,
    ) -> None:
        """`pause` is called now and then in what takes long."""
        self._build, self._empty, self._labels = build, empty, labels
        self._pause, self._busy = pause, False
        self._folder, self._options = folder, Options(seed=seed)
        self._engine: Engine | None = None
        self._network: str | None = None
        self._chosen: Chosen | None = None
        self._later: tuple[Verified, Ints] | None = None

    def tell(self, positions: Ints, labels: Ints) -> None:
        """Label changes, as the trainer is told them."""
        if self._engine is not None:
            tell(self._engine, positions, labels)

    def advise(self, frame: Frame) -> Frame:
        """Suggestions, in a file of their own."""
        engine = self._fitted(frame)
        with self._at_work():
            found = self._advice(engine, verified_of(frame), frame["policy"],
                                 unpack_ints(frame["excluded"]))
        rows = rows_of(engine.top(), torch.from_numpy(found.positions))
        path = advice.save(self._folder, found, advice.Made(
            frame["number"], frame["version"], frame["model"], time.time(),
            engine.known.labels[rows].numpy()))
        return {"op": "advise", "job": frame["job"], "version": frame["version"],
                "file": path.name}

    def preview(self, frame: Frame) -> Frame:
        """By how much the mean loss of the trusted labels, and of those kept for choosing, would
        fall if `positions` had `labels` (also ones to be unlearned; `NO_LABEL`: left), and how many
        known examples would be taken for another class. From within a job: by the labels it has."""
        engine = self._engine if self._busy else self._fitted(frame)
        assert engine is not None
        scales = _Scales(engine, verified_of(frame))
        now, then = engine.foresee(unpack_ints(frame["positions"]), unpack_ints(frame["labels"]))
        before, after = scales.losses(now.weights), scales.losses(then.weights)
        turned = (now.probs.argmax(dim=1) != then.probs.argmax(dim=1)) & (engine.known.weights > 0)
        return {"op": "preview", "job": frame["job"], "version": frame["version"],
                "name": frame["name"], "together": _fall(before[0], after[0]),
                "selection": _fall(before[1], after[1]), "flips": int(turned.sum())}

    def effect(self, frame: Frame) -> Frame:
        """By how much the mean trusted loss has fallen since `positions` had `labels` no more."""
        engine, verified = self._fitted(frame), verified_of(frame)
        scales = _Scales(engine, verified)
        after = scales.losses(engine.head.weights)
        with self._changed(engine, unpack_ints(frame["positions"]), unpack_ints(frame["labels"])):
            before = scales.losses(engine.head.weights)
        return {"op": "effect", "job": frame["job"], "version": frame["version"],
                "act": frame["act"], "measured": _fall(before[0], after[0])}

    def weigh(self, frame: Frame) -> Frame:
        """What each example should count in training, in a file of its own. The engine's own rows
        all count alike, so that nothing is learned from what was learned before."""
        engine, verified = self._fitted(frame), verified_of(frame)
        top = engine.top()
        options = Weighting(history=True, seed=self._options.seed)
        _, found = weighed(top, verified, frame["policy"], options)
        path = weights.save(self._folder, found, top, weights.Made(
            frame["number"], frame["version"], frame["policy"], time.time()))
        return {"op": "weigh", "job": frame["job"], "version": frame["version"],
                "file": path.name}

    def idle(self) -> bool:
        """Judges the actions anew where that is due, for the next advice; False where not."""
        if self._later is None or self._engine is None:
            return False
        with self._at_work():
            self._choose(self._engine, *self._later)
        return True

    # ---- inside --------------------------------------------------------------------------------

    def _fitted(self, frame: Frame) -> Engine:
        """The engine at the optimum of the labels as they are, on the newest network."""
        if self._engine is None:
            self._engine = self._build()
            places = np.array(sorted(self._labels), dtype=np.int64)
            tell(self._engine, places, np.array([self._labels[at] for at in places.tolist()],
                                                dtype=np.int64))
        newest = frame["networks"]
        if newest and newest[0]["digest"] != self._network:
            self._network = take_newest(self._engine, newest, self._empty) or self._network
        _settle(self._engine)
        return self._engine

    def _advice(self, engine: Engine, verified: Verified, policy: str, excluded: Ints) -> Advice:
        held = self._chosen
        if policy != "chooser":
            return advise(engine.top(), verified, self._options, policy=policy, excluded=excluded)
        if held is None or not held.holds(self._network):
            return self._choose(engine, verified, excluded)
        if held.is_old(len(engine.known), len(verified)):
            self._later = verified, excluded
        return self._as_chosen(engine, verified, held.advice, excluded)

    def _choose(self, engine: Engine, verified: Verified, excluded: Ints) -> Advice:
        found = advise(engine.top(), verified, self._options, excluded=excluded,
                       pause=self._pause)
        self._chosen = Chosen(found, self._network, len(engine.known), len(verified))
        self._later = None
        return found

    def _as_chosen(
        self, engine: Engine, verified: Verified, chosen: Advice, excluded: Ints
    ) -> Advice:
        """By the action and the threshold that were chosen before."""
        action = "relabel" if chosen.chosen == "ask" else chosen.chosen
        options = replace(self._options, threshold=Threshold(chosen.threshold or 0.0))
        found = advise(engine.top(), verified, options, policy=action, excluded=excluded)
        if found.chosen == "nothing":
            return found
        return replace(found, chosen=chosen.chosen, threshold=chosen.threshold,
                       verdicts=chosen.verdicts, note=chosen.note)

    @contextmanager
    def _changed(self, engine: Engine, positions: Ints, labels: Ints) -> Iterator[None]:
        """The engine at the optimum of other labels; afterwards at that of the real ones."""
        now = np.array([self._labels.get(at, NO_LABEL) for at in positions.tolist()], np.int64)
        try:
            tell(engine, positions, labels)
            _settle(engine)
            yield
        finally:
            tell(engine, positions, now)
            _settle(engine)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """What is computed here rests on the engine as it is: nobody may bring it up to date."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False


class _Scales:
    """The trusted labels and those kept for choosing, weighted as they are now; an example that
    is changed cannot move its own weight."""

    def __init__(self, engine: Engine, verified: Verified) -> None:
        top = engine.top()
        self._trusted = trusted_of(top, verified.part(selection=False))
        self._kept = trusted_of(top, verified.part(selection=True))

    def losses(self, head: Tensor) -> tuple[float, float]:
        """(trusted, kept): mean losses in nats under a head (K, P); NaN without labels."""
        return _loss(self._trusted, head), _loss(self._kept, head)


def _loss(labels: Trusted, head: Tensor) -> float:
    return trusted_loss(replace(labels, probs=probabilities(head, labels.features)))


def _fall(before: float, after: float) -> float | None:
    fall = before - after
    return None if fall != fall else fall


def _settle(engine: Engine) -> None:
    """To the optimum; where there are few rows, with a fresh factor of the curvature."""
    engine.refit()
    if engine.settings.training == "from_scratch":
        return
    while engine.head.idle():
        pass
    curvature = engine.head.curvature
    few = 0 < engine.known.count <= curvature.exact_rows
    if few and curvature.dense and curvature.version != engine.version:
        engine.head.renew_now()
