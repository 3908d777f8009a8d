"""Each noise model against what it says of itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cincer.errors import InvalidInput, UnknownName
from cincer.types import ExampleId
from cincer_streams.noise import NOISES, NoiseSpec, corrupt
from cincer_streams.truth import Labels

N, K = 6000, 4
TRUE = np.random.default_rng(0).integers(0, K, N)
X = np.random.default_rng(1).standard_normal((N, 5)).astype(np.float32)
MATRIX = np.array([[.7, .3, 0, 0], [0, 1, 0, 0], [.1, .1, .7, .1], [0, 0, .5, .5]])
SPEC = {"matrix": MATRIX, "features": X}


def made(noise: str, seed: int = 3, **spec: Any) -> Labels:
    return corrupt(TRUE, NoiseSpec(K, **(SPEC | spec)), np.random.default_rng(seed),
                   noise=noise).given


def transitions(given: Labels) -> np.ndarray[Any, Any]:
    counts = np.zeros((K, K))
    np.add.at(counts, (TRUE, given), 1)
    return counts / counts.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("noise", NOISES)
class TestEveryModel:
    def test_same_seed_same_labels(self, noise: str) -> None:
        assert np.array_equal(made(noise), made(noise))
        assert not np.array_equal(made(noise), made(noise, seed=4))

    def test_labels_stay_in_range_and_the_truth_as_it_was(self, noise: str) -> None:
        before = TRUE.copy()
        given = made(noise, rate=0.5)
        assert given.dtype == np.int64
        assert given.shape == (N,)
        assert set(given.tolist()) <= set(range(K))
        assert np.array_equal(TRUE, before)

    def test_truth_is_kept(self, noise: str) -> None:
        ids = [ExampleId(f"e{n}") for n in range(N)]
        found = corrupt(TRUE, NoiseSpec(K, **SPEC), np.random.default_rng(0), noise=noise, ids=ids)
        assert list(found.truth.open("metrics").items()) == list(zip(ids, TRUE, strict=True))

    def test_no_examples(self, noise: str) -> None:
        spec = NoiseSpec(K, matrix=MATRIX, features=X[:0])
        given = corrupt(TRUE[:0], spec, np.random.default_rng(0), noise=noise).given
        assert given.shape == (0,)

    def test_rate_zero_changes_nothing(self, noise: str) -> None:
        assert np.array_equal(made(noise, rate=0.0, matrix=np.eye(K)), TRUE)

    def test_rate_one_changes_everything(self, noise: str) -> None:
        away = np.roll(np.eye(K), 1, axis=1)
        assert np.all(made(noise, rate=1.0, matrix=away) != TRUE)


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.333, 0.45])
@pytest.mark.parametrize("noise", ["symmetric", "pair"])
def test_exact_number(noise: str, rate: float) -> None:
    assert np.sum(made(noise, rate=rate) != TRUE) == round(rate * N)


@pytest.mark.parametrize("rate", [0.2, 0.4])
@pytest.mark.parametrize("noise", ["instance_dependent", "annotator"])
def test_expected_number(noise: str, rate: float) -> None:
    """Truncation to [0, 1] lifts the mean of the instance rates by 0.0055 at 0.2."""
    assert np.mean(made(noise, rate=rate) != TRUE) == pytest.approx(rate, abs=0.025)


def test_symmetric_is_uniform_over_the_other_classes() -> None:
    found = transitions(made("symmetric", rate=0.3))
    assert np.allclose(found[~np.eye(K, dtype=bool)], 0.1, atol=0.025)


def test_pair_goes_to_the_partner_only() -> None:
    given = made("pair", rate=0.3)
    wrong = given != TRUE
    assert np.array_equal(given[wrong], (TRUE[wrong] + 1) % K)
    given = made("pair", rate=0.2, partners={0: 3, 2: 1})
    assert set(zip(TRUE[given != TRUE].tolist(), given[given != TRUE].tolist(), strict=True)) \
        == {(0, 3), (2, 1)}


def test_class_conditional_follows_its_matrix() -> None:
    found = transitions(made("class_conditional"))
    assert np.allclose(found, MATRIX, atol=0.04)
    assert np.all(found[MATRIX == 0] == 0)


def test_instance_noise_depends_on_the_instance() -> None:
    """Among the flipped of one class, where they go can be told from the features: the mean
    features of two targets differ by many standard errors. Under symmetric noise they do not."""
    def contrast(noise: str) -> float:
        given = made(noise, rate=0.4)
        parts = [X[(TRUE == 0) & (given == g)] for g in (1, 2)]
        error = np.sqrt(sum(p.var(axis=0) / len(p) for p in parts))
        return float(np.abs((parts[0].mean(0) - parts[1].mean(0)) / error).max())
    assert contrast("instance_dependent") > 6
    assert contrast("symmetric") < 4


def test_annotators_differ_and_share_the_work() -> None:
    found = corrupt(TRUE, NoiseSpec(K, 0.3, people=4), np.random.default_rng(5), noise="annotator")
    assert found.people is not None
    wrong = [np.mean((found.given != TRUE)[found.people == p]) for p in range(4)]
    assert np.bincount(found.people).tolist() == [N // 4] * 4
    assert max(wrong) > 2 * min(wrong)


@pytest.mark.parametrize(("noise", "spec"), [
    ("class_conditional", {"matrix": None}), ("class_conditional", {"matrix": np.eye(3)}),
    ("class_conditional", {"matrix": np.ones((K, K))}),
    ("class_conditional", {"matrix": np.eye(K) * 2 - 1 / K}),
    ("class_conditional", {"matrix": np.full((K, K), np.nan)}),
    ("instance_dependent", {"features": None}), ("instance_dependent", {"features": X[:5]}),
    ("instance_dependent", {"features": X[:, 0]}),
    ("pair", {"partners": {0: 9}}), ("pair", {"partners": {0: 1}, "rate": 0.9}),
    ("symmetric", {"rate": -0.1}), ("symmetric", {"rate": 2}), ("annotator", {"people": 0}),
])
def test_refusals(noise: str, spec: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        made(noise, **spec)


def test_unknown_name_and_bad_labels() -> None:
    with pytest.raises(UnknownName, match="symmetric"):
        made("gaussian")
    with pytest.raises(InvalidInput):
        NoiseSpec(1)
    for labels in ([0, 4], [-1, 0]):
        with pytest.raises(InvalidInput, match="0 to 3"):
            corrupt(np.array(labels), NoiseSpec(K), np.random.default_rng(0))
