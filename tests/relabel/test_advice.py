"""The trusted set of a live session, the action chooser, and what is advised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from relabel_scene import scene

from cincer.errors import UnknownName
from cincer.kernels.head import probabilities
from cincer.kernels.treated import Treated, fit_treated
from cincer.relabel import Options
from cincer.relabel.advice import advise, trusted_loss
from cincer.relabel.chooser import ACTIONS, FEWEST, SURE
from cincer.relabel.vouched import CLIP, audit_weights, rows_of, trusted_of
from cincer.verified import Verified


def vouched(top, truth, *, trusted=30, kept=15, seed=0, audits=0):
    """Rows whose true label somebody gave: `trusted` for influence, `kept` for choosing."""
    rows = np.sort(np.random.default_rng(seed).choice(len(truth), trusted + kept, replace=False))
    selection = np.zeros(len(rows), dtype=bool)
    selection[np.random.default_rng(seed + 1).choice(len(rows), kept, replace=False)] = True
    chance = np.full(len(rows), np.nan)
    chance[:audits] = 0.25
    return Verified(top.positions[rows].numpy(), truth[rows].numpy(), chance, selection)


def world(rows=240, classes=3, noise=0.3, seed=0, **vouch):
    """A head fitted to labels of which those vouched for are right already."""
    first, _, truth, _ = scene(rows, classes, noise=noise, seed=seed)
    verified = vouched(first, truth, seed=seed, **vouch)
    labels = first.labels.clone()
    labels[rows_of(first, torch.from_numpy(verified.positions))] = torch.from_numpy(
        verified.labels)
    return refitted(first, labels), verified, truth


def refitted(top, labels):
    rows = Treated(top.features, labels, top.weights, top.probs.shape[1],
                   torch.zeros(len(labels), dtype=torch.int8))
    found = fit_treated(rows, top.damping, tolerance=1e-18)
    from cincer.kernels.top import top_layer
    return top_layer(top.features, found.probs, labels, top.positions, damping=top.damping)


# ---- the trusted set ---------------------------------------------------------------------------

def test_rows_of_names_the_row_of_each_position():
    top, *_ = scene(20)
    found = rows_of(top, torch.tensor([3, 10, 4, 7 * 19 + 3, 999]))
    assert found.tolist() == [0, 1, -1, 19, -1]
    gone = replace(top, weights=torch.zeros_like(top.weights))
    assert rows_of(gone, torch.tensor([3])).tolist() == [-1]


def test_audits_count_one_over_their_propensity_clipped():
    found = audit_weights(np.array([np.nan, 0.5, 0.25, 0.5, 1e-9]))
    assert found[0] == 1
    assert found[1:].mean() == pytest.approx(1)
    assert found[2] == pytest.approx(2 * found[1])
    assert found[4] == pytest.approx(CLIP * 3 / 2 * found[1])


def test_classes_count_as_among_the_known_rows():
    top, verified, _ = world()
    trusted = trusted_of(top, verified.part(selection=False))
    shares = torch.zeros(3).double().index_add_(0, trusted.labels, trusted.weights)
    known = torch.bincount(top.labels, minlength=3).double()
    torch.testing.assert_close(shares / shares.sum(), known / known.sum())


def test_a_class_nobody_vouched_for_is_left_out():
    top, verified, _ = world()
    only = Verified(*(column[verified.labels != 2] for column in (
        verified.positions, verified.labels, verified.propensity, verified.selection)))
    trusted = trusted_of(top, only)
    assert set(trusted.labels.tolist()) == {0, 1}
    assert bool(torch.isfinite(trusted.weights).all())


# ---- what is never suggested -------------------------------------------------------------------

@pytest.mark.parametrize("classes", [2, 3, 6])
@pytest.mark.parametrize("policy", ["chooser", *ACTIONS])
def test_nothing_settled_is_suggested_against(classes, policy):
    top, verified, _ = world(classes=classes, trusted=40)
    excluded = top.positions[:50].numpy()
    found = advise(top, verified, policy=policy, excluded=excluded)
    assert not set(found.positions) & (set(verified.positions) | set(excluded))


def test_too_few_trusted_labels_say_so():
    top, verified, _ = world(trusted=12, kept=4)
    found = advise(top, verified)
    assert not len(found)
    assert found.chosen == "nothing"
    assert "not enough trusted labels yet" in found.note
    assert found.trusted == 12
    assert found.effective_size <= 12 < found.least == 20


def test_without_any_trusted_label():
    top, verified, _ = world()
    none = verified.part(selection=True).part(selection=False)
    found = advise(top, none)
    assert (len(found), found.trusted, found.note) == (0, 0, "no trusted labels yet")
    assert np.isnan(found.loss)


def test_too_few_labels_for_choosing_only_ask():
    top, verified, _ = world(trusted=40, kept=FEWEST - 1)
    found = advise(top, verified)
    assert found.chosen == "ask"
    assert "for choosing" in found.note
    assert len(found)


def test_an_unknown_policy_is_refused():
    top, verified, _ = world()
    with pytest.raises(UnknownName, match="relabel policy"):
        advise(top, verified, policy="guess")


# ---- figures -----------------------------------------------------------------------------------

def test_gains_are_what_one_refit_brings():
    """The fall of the mean trusted loss when the first suggestions are done one at a time."""
    top, verified, _ = world(rows=400, noise=0.25, trusted=60)
    for policy in ("drop", "relabel", "unlearn"):
        found = advise(top, verified, policy=policy)
        trusted = trusted_of(top, verified.part(selection=False))
        for at in range(3):
            row = int(rows_of(top, torch.from_numpy(found.positions[at:at + 1]))[0])
            code = {"drop": 2, "unlearn": 1, "relabel": 0}[policy]
            treatment = torch.zeros(len(top.labels), dtype=torch.int8)
            treatment[row] = code
            labels = top.labels.clone()
            if policy == "relabel":
                labels[row] = int(found.proposed[at])
            fit = fit_treated(Treated(top.features, labels, top.weights, 3, treatment),
                              top.damping, tolerance=1e-18)
            probs = probabilities(fit.weights, trusted.features).double()
            after = trusted_loss(replace(trusted, probs=probs))
            assert found.gain[at] == pytest.approx(found.loss - after, rel=0.2, abs=2e-5)


def test_the_interval_is_the_spread_over_the_trusted_examples():
    """Against one trusted example at a time."""
    top, verified, _ = world(trusted=30)
    found = advise(top, verified, policy="relabel")
    reference = verified.part(selection=False)
    trusted = trusted_of(top, reference)
    row = rows_of(top, torch.from_numpy(found.positions[:1]))
    p = top.probs[row].double()
    move = torch.zeros(1, 3, dtype=torch.float64)
    move[0, int(top.labels[row])] += 1
    move[0, int(found.proposed[0])] -= 1
    solved = top.solve(trusted.gradients()) / len(top.labels)
    single = torch.stack([(move @ each @ top.features[row].double().T)[0, 0] for each in solved])
    assert p.shape == (1, 3)
    mean = (single * trusted.shares).sum()
    error = ((single - mean) ** 2 * trusted.shares**2).sum().sqrt()
    assert found.gain[0] == pytest.approx(float(mean), rel=1e-6)
    assert found.high[0] - found.gain[0] == pytest.approx(2 * float(error), rel=1e-6)
    assert found.low[0] < found.gain[0] < found.high[0]


def test_suggestions_come_with_the_largest_gain_first_and_with_reasons():
    top, verified, truth = world(rows=400, noise=0.3, trusted=60)
    found = advise(top, verified)
    assert (np.diff(found.gain) <= 1e-12).all()
    assert found.evidence.shape == found.evidence_harm.shape == (len(found), 3)
    named = set(found.evidence[found.evidence >= 0].tolist())
    assert named <= set(verified.part(selection=False).positions.tolist())
    rows = rows_of(top, torch.from_numpy(found.positions[:20]))
    assert (top.labels[rows] != truth[rows]).double().mean() > 0.7


def test_same_inputs_same_advice():
    top, verified, _ = world()
    one, two = advise(top, verified), advise(top, verified)
    assert one.chosen == two.chosen
    np.testing.assert_array_equal(one.gain, two.gain)


# ---- the chooser -------------------------------------------------------------------------------

def test_verdicts_are_refits_without_the_labels_kept_for_choosing():
    top, verified, _ = world(rows=300, trusted=50, kept=30)
    found = advise(top, verified)
    assert [one.action for one in found.verdicts] == ["nothing", *ACTIONS]
    plain = found.verdicts[0]
    kept = rows_of(top, torch.from_numpy(verified.part(selection=True).positions))
    rest = torch.ones(len(top.labels), dtype=torch.bool)
    rest[kept] = False
    fit = fit_treated(Treated(top.features[rest], top.labels[rest], top.weights[rest], 3,
                              torch.zeros(int(rest.sum()), dtype=torch.int8)), top.damping,
                      tolerance=1e-12)
    own = probabilities(fit.weights, top.features[kept]).gather(1, top.labels[kept][:, None])
    assert plain.loss == pytest.approx(float(-own.log().mean()), abs=1e-4)
    assert plain.difference == plain.error == 0
    for one in found.verdicts[1:]:
        assert one.loss == pytest.approx(plain.loss + one.difference)
        assert one.error > 0


@pytest.mark.parametrize(("noise", "action"), [(0.35, {"relabel", "unlearn", "drop"})])
def test_an_action_is_chosen_where_labels_are_bad(noise, action):
    top, verified, _ = world(rows=600, noise=noise, trusted=80, kept=60, seed=3)
    found = advise(top, verified)
    assert found.chosen in action
    best = min(found.verdicts[1:], key=lambda one: one.difference)
    assert best.action == found.chosen
    assert best.difference < -SURE * best.error
    assert set(found.actions) == {found.chosen}


def test_nothing_is_changed_where_labels_are_right():
    """Clean labels: hardly ever does an action seem to beat leaving everything as it is."""
    chosen = []
    for seed in range(8):
        top, verified, _ = world(rows=300, noise=0.0, trusted=50, kept=40, seed=seed)
        chosen.append(advise(top, verified, Options()).chosen)
    assert sum(one in ACTIONS for one in chosen) <= 1, chosen


def test_the_choice_never_sees_the_labels_for_influence_twice():
    """Labels kept for choosing have no part in harm."""
    top, verified, _ = world(trusted=60, kept=15)
    half = verified.part(selection=False)
    one = advise(top, verified, policy="drop")
    two = advise(top, half, policy="drop", excluded=verified.positions)
    np.testing.assert_array_equal(one.positions, two.positions)
    np.testing.assert_allclose(one.gain, two.gain)
