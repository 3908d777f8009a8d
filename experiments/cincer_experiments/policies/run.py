"""One run: a stream, an oracle that answers what is asked within the budget, and the policies."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from cincer import build
from cincer.config import LoopSettings, ModelSettings, Settings
from cincer.errors import NotFound
from cincer.kernels.metrics import weighted_f1
from cincer.policies import Machine, Policies
from cincer.runner import Runner
from cincer.session.state import Query
from cincer.types import Position
from cincer_streams.oracle import Oracle
from cincer_streams.stream import NoisyStream

from ..play import answer, follow
from .shrink import Shrink, shrink

FIRST = 500
"""Arrivals whose inputs the components are taken from, without their labels."""

REFIT = 25
"""Accepted arrivals that the head may be behind by; a reply is always contained."""


@dataclass(frozen=True, slots=True)
class Setting:
    """`budget` in queries per 1,000 arrivals, audits among them by `audit_share`; `width`: numbers
    an example is made of."""

    budget: float = 50.0
    audit_share: float = 0.3
    width: int = 64
    every: int = 10


@dataclass(frozen=True, slots=True)
class Result:
    """At the end: `f1` weighted, on the gold part; `mislabelled`: share of what is trained on whose
    label is wrong; counts of questions, of labels people saw, and of rows the machine has changed
    or left out. `chosen`: what the chooser did, look by look."""

    f1: float
    mislabelled: float
    queries: int
    inspected: int
    trained: int
    changed: int
    chosen: tuple[str, ...]


def run(stream: NoisyStream, policies: Policies, setting: Setting, seed: int) -> Result:
    """The whole stream under `policies`."""
    torch.set_num_threads(1)
    rows = stream.contents.encoded(stream.schema)
    small = shrink(rows[:FIRST], setting.width)
    inputs = small(rows)
    runner = _runner(stream, inputs.shape[1], setting, seed)
    machine = Machine(runner, policies)
    oracle = Oracle(stream.truth, classes=len(stream.schema.classes))
    queries = inspected = 0
    for example, row, given in zip(stream.ids, inputs, stream.given.tolist(), strict=True):
        query = runner.receive(example, row, given)
        seen = 0 if query is None else asked(runner, query, oracle)
        if seen:
            queries, inspected = queries + 1, inspected + seen
            machine.replied()
    machine.look()
    return _result(stream, runner, machine, small, queries, inspected)


def asked(runner: Runner, query: Query, oracle: Oracle) -> int:
    """Has the oracle answer; how many labels it saw: none where the newest model has no question
    any more."""
    try:
        shown = runner.show(query.id)
    except NotFound:
        return 0
    return answer(runner, shown, oracle) + follow(runner, oracle)


def _runner(stream: NoisyStream, width: int, setting: Setting, seed: int) -> Runner:
    loop = LoopSettings(bootstrap=stream.bootstrap, query_budget=setting.budget,
                        audit_share=setting.audit_share, pending="hold")
    settings = Settings(loop=loop, model=replace(ModelSettings(model="logreg"), seed=seed))
    return build.runner(settings, (width,), stream.schema.classes, refit_every=REFIT)


def _result(
    stream: NoisyStream, runner: Runner, machine: Machine, small: Shrink, queries: int,
    inspected: int,
) -> Result:
    true, loop = stream.truth.open("metrics"), runner.loop
    trained = loop.all_trained()
    labels = loop.data.column("effective")[trained]
    wrong = [true[loop.ids[at]] != label for at, label in
             zip(trained.tolist(), labels.tolist(), strict=True)]
    gold = stream.holdout
    said = runner.engine.predict(small(gold.x)).argmax(axis=1)
    return Result(weighted_f1(gold.labels, said), float(np.mean(wrong)), queries, inspected,
                  len(trained), _changed(runner), tuple(machine.chosen))


def _changed(runner: Runner) -> int:
    """Rows whose label, or place in training, is the machine's."""
    found = (runner.loop.proposal(Position(at)) for at in range(len(runner.loop.ids)))
    return sum(one is not None and one.state == "accepted" for one in found)
