"""The loop with an oracle, in rounds and with several counter-examples: what it counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cincer.config import LoopSettings, ModelSettings, Settings
from cincer_experiments.play import Step, play
from cincer_streams.datasets import load
from cincer_streams.oracle import Oracle
from cincer_streams.stream import NoisyStream, noisy_stream


@pytest.fixture(scope="module")
def stream() -> NoisyStream:
    return noisy_stream(load("digits"), rate=0.3, seed=3, bootstrap=100, limit=150)


def last(stream: NoisyStream, drop: bool = False, **loop: int) -> Step:
    settings = Settings(loop=replace(LoopSettings(audit_share=0.0), **loop),
                        model=ModelSettings(counter_example="largest_loss"))
    *_, step = play(stream, settings, Oracle(stream.truth), upper_bound=False, drop=drop)
    return step


def test_a_follow_up_inspects_one_label(stream: NoisyStream) -> None:
    plain, deep = last(stream), last(stream, rounds=5)
    assert plain.follow_ups == 0
    assert plain.labels_inspected <= 2 * plain.queries
    assert deep.follow_ups > 10
    assert deep.labels_inspected <= 2 * deep.queries + deep.follow_ups
    assert deep.cleaned > plain.cleaned
    assert deep.cleaned == deep.cleaned_examples + deep.cleaned_counter_examples


def test_every_counter_example_shown_is_inspected(stream: NoisyStream) -> None:
    one, three = last(stream), last(stream, counter_examples=3)
    assert three.labels_inspected > 3 * three.queries
    assert three.labels_inspected <= 4 * three.queries
    assert three.cleaned_counter_examples > one.cleaned_counter_examples


def test_what_is_dropped_unseen_leads_on_to_nothing(stream: NoisyStream) -> None:
    found = last(stream, drop=True, rounds=3, counter_examples=3)
    assert (found.follow_ups, found.labels_inspected) == (0, found.queries)
