"""One run of the loop with an oracle in the annotator's place (Algorithm 1 of Teso et al. 2021).

The loop sees given labels only. What the truth says (how many of the labels it has were wrong, how
good the model is on the gold part, what a model of clean labels would reach) is measured beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cincer import build
from cincer.config import Settings
from cincer.kernels.metrics import weighted_f1
from cincer.policies import machine
from cincer.rows import Rows
from cincer.runner import Runner
from cincer.session.events import Decision
from cincer.session.state import Query
from cincer.types import NO_LABEL, Action, AnnotatorId, ExampleId, Label, Status
from cincer_streams.oracle import Oracle
from cincer_streams.stream import NoisyStream

ORACLE = AnnotatorId("oracle")


@dataclass(frozen=True, slots=True)
class Step:
    """The run after arrival `t` (0 = after the bootstrap). Counts since the start; `f1` weighted,
    on the gold part, in [0, 1]; `f1_clean` that of a model of the same examples with their true
    labels (None where it was not asked for); `mislabelled_share` of the labels now held.
    `queries` are about arrivals, `follow_ups` about counter-examples of examples found mislabelled.
    """

    t: int
    queries: int
    labels_inspected: int
    cleaned: int
    cleaned_examples: int
    cleaned_counter_examples: int
    mislabelled_seen: int
    mislabelled_share: float
    f1: float
    f1_clean: float | None
    follow_ups: int = 0


def play(
    stream: NoisyStream, settings: Settings, oracle: Oracle, *, upper_bound: bool = True,
    model: Any = None, drop: bool = False,
) -> Iterator[Step]:
    """The run on `stream`, step by step. `settings.loop.bootstrap` is the stream's own. Computes on
    one thread: the matrices are small, and threads would wait for each other."""
    torch.set_num_threads(1)
    settings = replace(settings, loop=replace(settings.loop, bootstrap=stream.bootstrap))
    schema = stream.schema
    runner = build.runner(settings, (schema.width,), schema.classes, model=model)
    by_itself = machine(runner, settings)
    referee = Referee(stream, settings, upper_bound)
    asked = followed = inspected = 0
    for t, arrival in enumerate(stream, start=1 - stream.bootstrap):
        given = None if arrival.label is None else schema.label_index(arrival.label)
        row = schema.encode(arrival.content)
        referee.saw(arrival.id, row)
        query = runner.receive(arrival.id, row, given)
        if query is not None:
            asked += 1
            inspected += answer(runner, runner.show(query.id), oracle, drop)
            more = follow(runner, oracle)
            followed, inspected = followed + more, inspected + more
            if by_itself is not None:
                by_itself.replied()
        if t >= 0:
            yield referee.step(runner, t, asked, inspected, followed)


def answer(runner: Runner, query: Query, oracle: Oracle, drop: bool = False) -> int:
    """The oracle's reply about all that is shown; with `drop`, about the suspect, and if that was
    right, the counter-example is removed. How many labels it inspected."""
    example = _decision(oracle, query.example, query.given, query.predicted)
    if drop:
        right = example.action is Action.KEEP and query.counter_example is not None
        runner.reply(query.id, ORACLE, example, Decision(Action.REMOVE) if right else None)
        return 1
    found = _verdicts(oracle, query)
    runner.reply(query.id, ORACLE, example, found[0] if found else None, others=found[1:])
    return 1 + len(found)


def follow(runner: Runner, oracle: Oracle) -> int:
    """Answers follow-ups, the oldest first, until there are none; how many there were. Of each, one
    label is inspected."""
    count = 0
    while found := runner.follow_ups():
        runner.reply(found[0].id, ORACLE, None, *_verdicts(oracle, found[0]))
        count += 1
    return count


def _verdicts(oracle: Oracle, query: Query) -> list[Decision]:
    return [_decision(oracle, counter.example, counter.label, counter.predicted)
            for counter in query.counters]


def _decision(
    oracle: Oracle, example: ExampleId, label: Label | None, predicted: Label
) -> Decision:
    return Decision(*oracle.answer(example, predicted if label is None else label))


class Referee:
    """Holds the truth; is asked, and never asks, the loop's model."""

    def __init__(self, stream: NoisyStream, settings: Settings, upper_bound: bool) -> None:
        self._true = stream.truth.open("metrics")
        self._stream, self._ids = stream, list[ExampleId]()
        self._given = dict(zip(stream.ids, stream.given.tolist(), strict=True))
        self._rows = Rows()
        self._clean = build.engine(
            settings.model, self._rows, (stream.schema.width,), len(stream.schema.classes),
        ) if upper_bound else None

    def saw(self, example: ExampleId, row: NDArray[np.float32]) -> None:
        self._ids.append(example)
        if self._clean is not None:
            self._rows.append(row)
            self._clean.enter([len(self._ids) - 1], [self._true[example]])

    def step(
        self, runner: Runner, t: int, asked: int, inspected: int, followed: int = 0
    ) -> Step:
        runner.refresh()
        seen = [e for e in self._ids if self._given[e] != self._true[e]]
        now = self._labels(runner)
        counters = runner.loop.state.counters
        return Step(
            t, asked, inspected, sum(now.get(e) == self._true[e] for e in seen),
            counters.fixed_examples, counters.fixed_counter_examples, len(seen),
            float(np.mean([label != self._true[e] for e, label in now.items()])),
            self._f1(runner.engine), self._f1(self._refitted()), followed)

    def _labels(self, runner: Runner) -> dict[ExampleId, Label]:
        """Effective labels of everything that counts: known, or waiting for a reply."""
        data = runner.loop.data
        held = [*data.positions(Status.KNOWN), *data.positions(Status.WAITING)]
        labels = {runner.loop.ids[p]: data.effective(p) for p in held}
        return {id: label for id, label in labels.items() if label != NO_LABEL}

    def _refitted(self) -> Any:
        if self._clean is not None:
            self._clean.refit()
        return self._clean

    def _f1(self, engine: Any) -> Any:
        if engine is None:
            return None
        gold = self._stream.holdout
        return weighted_f1(gold.labels, engine.predict(gold.x).argmax(axis=1))
