"""One suite for every relabelling strategy."""

from dataclasses import replace
from importlib.util import find_spec

import pytest
import torch
from relabel_scene import L2, scene

from cincer.errors import InvalidInput, UnknownName
from cincer.kernels.head import evaluate, with_bias
from cincer.kernels.newton import Rows, fit
from cincer.kernels.top import top_layer
from cincer.relabel import RELABELLERS, Options, Threshold, Treat, relabeller, trusted
from cincer.relabel.harm import harm

NEEDS_NO_TRUST = {"erm", "confident_learning"}

EVERY = [pytest.param(name, marks=pytest.mark.skipif(
    name == "confident_learning" and find_spec("cleanlab") is None,
    reason="pip install 'cincer[confident]'")) for name in RELABELLERS]


def unchanged(top, found):
    return (torch.equal(found.labels, top.labels) and torch.equal(found.weights, top.weights)
            and not found.treatment.any() and found.soft is None)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("name", EVERY)
class TestEvery:
    def test_suggests_free_rows_once_those_that_gain_most_first(self, name, classes):
        top, known, _, _ = scene(classes=classes, among=10)
        found = relabeller(name)(top, known)
        assert len(set(found.rows.tolist())) == len(found) == len(found.actions)
        assert len(found) > 0 or name == "erm"
        assert torch.equal(found.positions, top.positions[found.rows])
        assert not set(found.rows.tolist()) & set(range(10))
        assert torch.equal(found.gain, found.gain.sort(descending=True).values)
        for part in (found.harm, found.gain, found.fall):
            assert part.shape == (len(found),)
            assert torch.isfinite(part).all()
        assert torch.equal(found.given, top.labels[found.rows])
        assert (found.proposed != found.given).all()
        assert found.note == ""

    def test_only_rows_suggested_are_treated(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        found = relabeller(name)(top, known)
        changed = (found.treatment != 0) | (found.labels != top.labels)
        assert torch.equal(torch.nonzero(changed)[:, 0], found.rows.sort().values)

    def test_evidence_is_of_the_trusted_set_most_harmed_first(self, name, classes):
        top, known, _, _ = scene(classes=classes, among=10)
        found = relabeller(name, Options(evidence=4))(top, known)
        assert found.evidence.shape == found.evidence_harm.shape
        if len(found):
            assert found.evidence.shape == (len(found), 4)
            at = found.evidence_rows
            shown = at >= 0
            assert torch.equal(found.evidence[shown], known.positions[at[shown]])
            assert (found.evidence_harm[shown] > 0).all()
            assert (found.evidence_harm.diff(dim=1) <= 0).all()

    def test_restricted_to_candidates(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        allowed = torch.arange(0, 150, 3)
        found = relabeller(name)(top, known, allowed)
        assert set(found.rows.tolist()) <= set(allowed.tolist())
        none = relabeller(name)(top, known, torch.empty(0, dtype=torch.int64))
        assert len(none) == 0
        assert not none.treatment.any()

    def test_rows_that_left_are_not_suggested(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        gone = top.weights.clone()
        gone[::2] = 0
        found = relabeller(name)(replace(top, weights=gone), known)
        assert (found.rows % 2 == 1).all()

    def test_same_inputs_same_answer_and_inputs_untouched(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        before = [t.clone() for t in (top.features, top.probs, top.labels, top.weights,
                                      known.features, known.labels)]
        first, again = (relabeller(name, Options(seed=3))(top, known) for _ in range(2))
        assert torch.equal(first.rows, again.rows)
        assert torch.equal(first.fall, again.fall)
        assert all(torch.equal(a, b) for a, b in zip(
            before, (top.features, top.probs, top.labels, top.weights, known.features,
                     known.labels), strict=True))

    def test_says_so_without_enough_trusted_examples(self, name, classes):
        for held in (0, 12):
            top, known, _, _ = scene(classes=classes, held=held)
            found = relabeller(name)(top, known)
            if name == "confident_learning":
                assert len(found) > 0
                assert not found.gain.any()
                continue
            assert len(found) == 0
            assert unchanged(top, found)
            if name not in NEEDS_NO_TRUST:
                assert "trusted labels yet" in found.note

    def test_an_empty_class_changes_nothing_it_should_not(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        x = top.features
        head = fit(Rows(x, top.labels, None, classes + 1), L2, tolerance=1e-16)
        wider = top_layer(x, head.probs, top.labels, top.positions, damping=L2)
        found = relabeller(name)(wider, trusted(known.features, known.labels, head.weights))
        assert torch.isfinite(found.fall).all()
        assert found.refit(wider).weights.shape == (classes + 1, x.shape[1])

    def test_refits_to_a_finite_head(self, name, classes):
        top, known, _, head = scene(classes=classes)
        found = relabeller(name)(top, known)
        again = found.refit(top, head.weights)
        assert torch.isfinite(again.weights).all()
        if name == "erm":
            assert torch.allclose(again.weights, head.weights, atol=1e-6)


@pytest.mark.parametrize("name", EVERY)
def test_one_class_and_no_rows_have_an_answer(name):
    x = with_bias(torch.randn(5, 2, dtype=torch.float64))
    one = torch.ones(5, 1, dtype=torch.float64)
    labels = torch.zeros(5, dtype=torch.int64)
    top = top_layer(x, one, labels, damping=0.1)
    known = trusted(x.repeat(5, 1), labels.repeat(5), torch.zeros(1, 3).double())
    found = relabeller(name)(top, known)
    assert len(found) == 0
    assert name == "erm" or "one class" in found.note

    top, known, _, _ = scene()
    empty = top_layer(top.features[:0], top.probs[:0], top.labels[:0], damping=0.1)
    assert len(relabeller(name)(empty, known)) == 0


def test_unlearning_on_many_classes_lowers_its_objective():
    top, known, _, head = scene(classes=4)
    found = relabeller("rdia")(top, known)
    assert found.refit(top, head.weights).decrement < 1e-8
    plain = evaluate(head.weights, top.features, top.labels, None, L2)
    assert plain.gradient.norm() < 1e-6


def test_middle_is_dropped_on_demand():
    top, known, _, _ = scene(classes=2)
    half = Threshold(0.8, "quantile")
    keep = relabeller("rdia", Options(threshold=half))(top, known)
    drop = relabeller("rdia", Options(threshold=half, middle="drop"))(top, known)
    assert set(keep.actions) == {Treat.UNLEARN}
    assert set(drop.actions) == {Treat.UNLEARN, Treat.DROP}
    assert set(drop.rows.tolist()) > set(keep.rows.tolist())
    every = relabeller("dropout")(top, known)
    assert set(drop.rows.tolist()) == set(every.rows.tolist())


def test_frozen_is_unlearning_for_two_classes_only():
    for classes in (2, 4):
        top, known, _, head = scene(classes=classes)
        plain, frozen = (relabeller(name)(top, known) for name in ("rdia", "rdia_frozen"))
        assert set(plain.rows.tolist()) == set(frozen.rows.tolist())
        ends = [each.refit(top, head.weights, 1e-16).weights for each in (plain, frozen)]
        assert torch.allclose(*ends, atol=1e-5) == (classes == 2)


def test_subsampling_keeps_its_share_of_each_class():
    top, known, _, _ = scene(rows=400)
    for name in ("uids_sigmoid", "uids_linear"):
        found = relabeller(name, Options(keep_share=0.6))(top, known)
        for label in range(3):
            own = top.labels == label
            left = int((found.treatment[own] == 0).sum())
            assert left == round(0.6 * int(own.sum()))
        every = harm(top, known)
        assert float(found.harm.mean()) > float(every[found.treatment == 0].mean())


def test_opt_lr_stays_unbiased_in_the_mean():
    top, known, _, _ = scene(rows=400)
    totals = [float(found.weights[found.treatment == 0].sum()) for found in (
        relabeller("opt_lr", Options(keep_share=0.7, seed=seed))(top, known)
        for seed in range(60))]
    error = torch.tensor(totals).std() / 60**0.5
    assert abs(sum(totals) / 60 - 400) < 4 * error


def test_bad_options_name_what_is_right():
    top, known, _, _ = scene()
    with pytest.raises(UnknownName, match="did you mean 'rdia'"):
        relabeller("rdai")
    with pytest.raises(UnknownName, match="newton_cg"):
        relabeller("rdia", Options(solver="magic"))(top, known)
    with pytest.raises(UnknownName, match="quantile"):
        Threshold(0.1, "phi")
    with pytest.raises(InvalidInput, match="0 to 1 in the unit quantile"):
        Threshold(1.5, "quantile")
    with pytest.raises(InvalidInput, match="keep or drop"):
        Options(middle="sometimes")
    with pytest.raises(InvalidInput, match="row numbers"):
        relabeller("rdia")(top, known, torch.tensor([150]))
    for wrong in ({"keep_share": 0.0}, {"evidence": -1}, {"least": 0}):
        with pytest.raises(InvalidInput):
            Options(**wrong)
