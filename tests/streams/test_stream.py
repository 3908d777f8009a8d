"""A data set as a noisy stream: exact counts, reproducible order, lazily made contents."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cincer.errors import InvalidInput, UnknownName
from cincer.types import ExampleId, Label
from cincer_streams.datasets import load
from cincer_streams.metrics import mislabelled_share
from cincer_streams.noise import NOISES
from cincer_streams.stream import NoisyStream, noisy_stream


def labels(stream: NoisyStream) -> dict[ExampleId, Label]:
    return {a.id: stream.schema.label_index(a.label) for a in stream}


def test_exactly_the_rate_is_mislabelled() -> None:
    stream = noisy_stream(load("digits"), rate=0.2, limit=500)
    assert len(stream) == len(labels(stream)) == 500
    assert mislabelled_share(stream.truth, labels(stream)) == 0.2


def test_bootstrap_is_noisy_too() -> None:
    stream = noisy_stream(load("digits"), seed=3)
    first = dict(list(labels(stream).items())[:stream.bootstrap])
    assert 0.05 < mislabelled_share(stream.truth, first) < 0.4


def test_same_seed_same_stream_other_seed_another() -> None:
    digits = load("digits")
    one, same, other = (list(noisy_stream(digits, seed=s, limit=50)) for s in (5, 5, 6))
    assert one == same
    assert [a.id for a in one] != [a.id for a in other]


def test_order_does_not_depend_on_the_noise() -> None:
    digits = load("digits")
    streams = [noisy_stream(digits, rate=rate, limit=50) for rate in (0.0, 0.4)]
    assert list(labels(streams[0])) == list(labels(streams[1]))
    assert mislabelled_share(streams[0].truth, labels(streams[0])) == 0.0


def test_can_be_read_again() -> None:
    stream = noisy_stream(load("digits"), limit=20)
    assert list(stream) == list(stream) == list(stream.arrivals)


def test_holdout_is_apart() -> None:
    digits = load("digits")
    stream = noisy_stream(digits)
    assert stream.holdout.x.shape == (360, 64)
    assert set(digits.test.ids).isdisjoint(labels(stream))
    assert len(stream) + 360 == 1797


@pytest.mark.parametrize("noise", sorted(set(NOISES) - {"class_conditional"}))
def test_every_noise_makes_about_its_rate(noise: str) -> None:
    stream = noisy_stream(load("digits"), noise, 0.3)
    assert abs(mislabelled_share(stream.truth, labels(stream)) - 0.3) < 0.04


def test_annotators_are_named() -> None:
    arrivals = list(noisy_stream(load("digits"), "annotator", limit=30, people=3, bootstrap=0))
    names = [a.meta["annotator"] for a in arrivals]
    assert {n: names.count(n) for n in names} == {f"person-{p}": 10 for p in range(3)}


def test_a_short_stream_is_all_bootstrap() -> None:
    assert noisy_stream(load("digits"), limit=20).bootstrap == 20


def test_bad_requests() -> None:
    digits = load("digits")
    for bad in ({"limit": 0}, {"bootstrap": -1}, {"rate": 1.5}, {"rate": float("nan")},
                {"noise": "class_conditional"}):
        with pytest.raises(InvalidInput):
            noisy_stream(digits, **bad)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="did you mean 'symmetric'"):
        noisy_stream(digits, "symetric")


def test_the_demo_stream_needs_no_heavy_import() -> None:
    code = ("import sys; from cincer_streams.datasets import load; "
            "from cincer_streams.stream import noisy_stream; list(noisy_stream(load('digits')));"
            "sys.exit(str([m for m in ('torch', 'sklearn', 'PIL', 'flask') if m in sys.modules]))")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                         check=False, env={"PYTHONPATH": ":".join(sys.path)})
    assert ran.stderr.strip() == "[]"
