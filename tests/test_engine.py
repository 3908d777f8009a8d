"""The engine as its callers see it: cold starts, changes, picks, promotions, both trainings."""

import math

import numpy as np
import pytest
import torch
from tests_numeric import Inputs, blobs, engine

from cincer.counterexample import COUNTER_EXAMPLES
from cincer.dataset import Treatment
from cincer.errors import Conflict, InvalidInput
from cincer.kernels.fisher import fisher
from cincer.kernels.head import gradients, probabilities, with_bias
from cincer.kernels.leave_one_out import natural_scale
from cincer.kernels.newton import Rows, fit
from cincer.kernels.solve import Cholesky
from cincer.models.learned import Learned
from cincer.models.networks import network
from cincer.suspicion import SUSPICIONS
from cincer.types import NO_LABEL


def taught(count=120, classes=3, **settings):
    x, given, true = blobs(200, classes=classes)
    found = engine(x, classes, **settings)
    found.enter(np.arange(count), given[:count])
    found.refit()
    found.settle()
    return found, x, given, true


def same(a, b):
    """Equal field by field, NaN equal to NaN."""
    for name in a.__slots__:
        left, right = getattr(a, name), getattr(b, name)
        if left is None or right is None:
            assert left is right
        elif name != "seconds":
            np.testing.assert_array_equal(left, right)


# ---- cold start ---------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3, 100])
def test_knowing_nothing_it_says_every_class_is_as_likely(classes):
    x, given, _ = blobs(30, classes=classes)
    found = engine(x, classes)
    scores = found.score(range(5), given[:5])
    np.testing.assert_allclose(scores.probs, 1 / classes, rtol=1e-6)
    np.testing.assert_allclose(scores.margin, 0, atol=1e-7)
    pick = found.pick(0, int(given[0]), int((given[0] + 1) % classes))
    assert pick.counter_example is None
    assert math.isnan(pick.score)
    assert found.version == 0
    assert not found.idle()
    assert found.refit().changed == 0
    assert found.version == 0


def test_one_class_only():
    x, _, _ = blobs(30)
    found = engine(x, 3)
    found.enter(range(20), [1] * 20)
    assert found.refit().changed == 20
    found.settle()
    scores = found.score([25], [0])
    assert scores.predicted.tolist() == [1]
    assert 0 < scores.margin[0] < 1
    assert found.pick(25, 0, 1).counter_example in range(20)
    assert found.pick(25, 1, 0).counter_example is None


def test_a_single_example():
    x, _, _ = blobs(5)
    found = engine(x, 3)
    found.enter([3], [2])
    found.refit()
    found.settle()
    pick = found.pick(4, 0, 2)
    assert pick.counter_example == 3
    assert pick.ce_label == 2
    assert pick.ce_probs is not None
    assert pick.ce_probs.sum() == pytest.approx(1, abs=1e-6)


# ---- scores -------------------------------------------------------------------------------------


def test_scores_are_the_margin_of_the_fitted_head():
    found, x, given, _ = taught()
    features = with_bias(torch.from_numpy(x).double())
    head = fit(Rows(features[:120], torch.from_numpy(given[:120]), None, 3), found.head.l2)
    wanted = probabilities(head.weights, features[150:])
    scores = found.score(range(150, 200), given[150:])
    np.testing.assert_allclose(scores.probs, wanted, atol=1e-3)
    margins = scores.probs.max(axis=1) - scores.probs[np.arange(50), given[150:]]
    np.testing.assert_array_equal(scores.margin, margins)
    np.testing.assert_array_equal(scores.predicted, scores.probs.argmax(axis=1))
    np.testing.assert_array_equal(found.predict(x[150:]), scores.probs)


def test_without_a_label_there_is_no_margin():
    found, _, given, _ = taught()
    scores = found.score([150, 151], [NO_LABEL, given[151]])
    assert np.isnan(scores.margin).tolist() == [True, False]
    assert np.isfinite(scores.probs).all()
    assert found.pick(150, NO_LABEL, int(scores.predicted[0])).counter_example is None


@pytest.mark.parametrize("name", SUSPICIONS)
@pytest.mark.parametrize("training", ["live", "from_scratch"])
def test_every_suspicion_scores_arrivals_and_the_known(name, training):
    found, _, given, _ = taught(suspicion=name, training=training, epochs=5)
    scores = found.score([150, 3, *range(151, 200)], [NO_LABEL, given[3], *given[151:]])
    assert np.isnan(scores.margin).tolist() == [True] + [False] * 50
    assert scores.margin.dtype == np.float32
    assert -1 <= scores.margin[1:].min() <= scores.margin[1:].max() <= 1
    for i in range(160, 170):
        single = found.score([i], [given[i]])
        np.testing.assert_allclose(single.margin[0], scores.margin[i - 149], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", SUSPICIONS)
def test_no_suspicion_needs_anything_known(name):
    x, given, _ = blobs(30)
    scores = engine(x, 3, suspicion=name).score(range(5), given[:5])
    assert np.isfinite(scores.margin).all()


@pytest.mark.parametrize("name", ["margin", "random", "always", "never"])
def test_a_suspicion_that_compares_with_nothing_factorises_nothing(name, monkeypatch):
    found, _, given, _ = taught(suspicion=name)
    monkeypatch.setattr(found.head, "top", lambda: pytest.fail("looked at the known"))
    found.score(range(150, 160), given[150:160])


@pytest.mark.parametrize("name", ["gradient_norm", "fisher_value", "held_out_margin"])
def test_what_a_suspicion_compares_with_moves_with_the_model(name):
    found, _, given, _ = taught(suspicion=name)
    before = found.score(range(150, 200), given[150:]).margin
    np.testing.assert_array_equal(before, found.score(range(150, 200), given[150:]).margin)
    found.enter(range(120, 150), given[120:150])
    found.refit()
    fresh, _, _, _ = taught(150, suspicion=name, head_l2=found.head.l2)
    after = found.score(range(150, 200), given[150:]).margin
    np.testing.assert_allclose(after, fresh.score(range(150, 200), given[150:]).margin,
                               atol=0.03)
    assert np.abs(after - before).max() > 0.01


def test_a_known_example_is_judged_without_its_label():
    found, _, given, true = taught(suspicion="held_out_margin", head_l2=1e-3)
    wrong = np.nonzero(given[:120] != true[:120])[0]
    held = found.score(wrong, given[wrong])
    plain, _, _, _ = taught(head_l2=1e-3)
    assert held.margin.mean() > plain.score(wrong, given[wrong]).margin.mean()
    found.leave(wrong[:1])
    found.refit()
    left = found.score(wrong[:1], given[wrong[:1]])
    assert 0 <= left.margin[0] <= 1


def test_one_at_a_time_equals_a_batch():
    found, _, given, _ = taught()
    batch = found.score(range(150, 170), given[150:170])
    for i in range(20):
        single = found.score([150 + i], [given[150 + i]])
        np.testing.assert_allclose(single.probs[0], batch.probs[i], rtol=1e-5)


# ---- learning -----------------------------------------------------------------------------------


def test_it_learns_and_noise_is_suspicious():
    found, x, given, true = taught(150)
    assert float((found.predict(x[150:]).argmax(axis=1) == true[150:]).mean()) > 0.85
    margins = found.score(range(150, 200), given[150:]).margin
    wrong = given[150:] != true[150:]
    assert margins[wrong].mean() > margins[~wrong].mean() + 0.3


def test_changes_are_coalesced_and_the_last_word_counts():
    found, _, given, _ = taught()
    version = found.version
    found.enter([5, 6], [0, 0])
    found.enter([5], [1])
    found.enter([150], [2])
    found.leave([150, 199, 7])
    found.enter([8], [given[8]])
    assert found.version == version
    report = found.refit()
    changed = int(given[5] != 1) + int(given[6] != 0) + 1
    assert report.changed == changed
    assert report.version == found.version == version + 1
    assert report.exact
    rows = found.known.rows_of(np.array([5, 6, 7, 150]))
    assert found.known.labels[rows[:2]].tolist() == [1, 0]
    assert float(found.known.weights[rows[2]]) == 0
    assert rows[3] == -1
    again = found.refit()
    assert (again.changed, again.flips, again.version) == (0, 0, report.version)


def test_undo_by_telling_the_opposite_restores_the_model():
    found, x, given, _ = taught(head_l2=0.01)
    before = found.predict(x)
    found.enter([3], [(given[3] + 1) % 3])
    found.leave([4])
    found.refit()
    assert np.abs(found.predict(x) - before).max() > 1e-4
    found.enter([3, 4], given[3:5])
    found.refit()
    np.testing.assert_allclose(found.predict(x), before, atol=1e-4)


def test_flips_are_the_known_examples_that_changed_their_prediction():
    found, _, given, _ = taught()
    before = found.score(range(120), given[:120]).predicted
    found.enter(range(60), [0] * 60)
    report = found.refit()
    after = found.score(range(120), given[:120]).predicted
    assert report.flips == int((before != after).sum()) > 0


def test_weights_count():
    x, given, _ = blobs(200)
    heavy, doubled = (engine(x, 3, head_l2=0.01) for _ in range(2))
    heavy.enter(range(100), given[:100], np.r_[np.full(10, 2.0), np.ones(90)])
    x_doubled = np.concatenate([x, x[:10]])
    doubled.inputs = Inputs(x_doubled)
    doubled.enter([*range(100), *range(200, 210)], [*given[:100], *given[:10]])
    heavy.refit()
    doubled.refit()
    np.testing.assert_allclose(heavy.predict(x), doubled.predict(x), atol=1e-3)


@pytest.mark.parametrize("exact_rows", [10_000, 20])
def test_known_examples_weighed_at_once_are_as_if_they_had_entered_so(exact_rows):
    x, given, _ = blobs(200)
    weights = np.random.default_rng(0).uniform(0.1, 3, 100)
    later, first = (engine(x, 3, head_l2=0.01, exact_rows=exact_rows) for _ in range(2))
    later.enter(range(100), given[:100])
    later.refit()
    later.leave([7])
    later.reweigh(np.arange(120), np.r_[weights, np.full(20, 9.0)])
    first.enter(range(100), given[:100], weights)
    first.leave([7])
    for found in (later, first):
        found.refit()
        found.settle()
    assert later.known.weights[7] == 0
    np.testing.assert_allclose(later.predict(x), first.predict(x), atol=1e-3)
    later.enter([3], [given[3]])
    later.refit()
    assert later.known.weights[3] == 1


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_weights_must_be_above_nothing(bad):
    x, given, _ = blobs(20)
    found = engine(x, 3)
    found.enter(range(10), given[:10])
    with pytest.raises(InvalidInput, match="above 0"):
        found.reweigh(np.arange(2), np.array([1.0, bad]))


@pytest.mark.parametrize("exact_rows", [10_000, 20])
def test_same_calls_same_numbers(exact_rows):
    runs = []
    for _ in range(2):
        x, given, _ = blobs(200)
        found, seen = engine(x, 3, exact_rows=exact_rows), []
        for start in range(0, 150, 30):
            found.enter(range(start, start + 30), given[start : start + 30])
            seen.append(found.refit())
            found.idle()
            scores = found.score([160], [given[160]])
            seen.append(scores)
            seen.append(found.pick(160, int((scores.predicted[0] + 1) % 3),
                                   int(scores.predicted[0])))
        runs.append(seen)
    for a, b in zip(*runs, strict=True):
        same(a, b)


# ---- picks --------------------------------------------------------------------------------------


def naive_scores(found, x, position, given, predicted):
    """Eq. 14 spelled out by dense algebra: the score of each known row, -inf if no candidate."""
    features = found.known.features.double()
    probs = probabilities(found.head.weights, features)
    inverse = Cholesky(fisher(features, probs, found.known.weights.double()), found.head.l2)
    here = with_bias(torch.from_numpy(x[position : position + 1]).double())
    p = probabilities(found.head.weights, here)
    toward = gradients(here, p, torch.tensor([given]))[0].reshape(-1)
    grads = gradients(features, probs, found.known.labels).flatten(1)
    scores = -(grads @ inverse.inverse() @ toward)
    usable = (found.known.labels == predicted) & (found.known.weights > 0)
    usable &= found.known.positions != position
    return scores.where(usable, torch.tensor(-math.inf))


def naive_pick(found, x, *query):
    return int(found.known.positions[naive_scores(found, x, *query).argmax()])


def test_picks_are_those_of_eq_14_through_all_changes():
    found, x, given, _ = taught(head_l2=0.005, counter_example="top_fisher")
    for i in range(150, 190):
        found.enter([i - 150], [given[i]])
        found.leave([i - 100])
        found.refit()
        predicted = int(found.score([i], [0]).predicted[0])
        suspected = (predicted + 1) % 3
        pick = found.pick(i, suspected, predicted)
        assert pick.counter_example == naive_pick(found, x, i, suspected, predicted)
        assert pick.ce_label == predicted
        assert pick.version == found.version


def test_the_suspect_itself_and_the_excluded_are_not_picked():
    found, _, given, _ = taught()
    position = 10
    predicted = int(given[position])
    seen = set()
    suspected = (predicted + 1) % 3
    while (k := found.pick(position, suspected, predicted, seen).counter_example) is not None:
        assert k not in seen
        seen.add(k)
    members = set(found.known.positions[found.known.members(predicted)].tolist())
    assert seen == members - {position}


def test_who_was_confirmed_is_shown_again_only_when_nobody_else_is_left():
    found, _, _, _ = taught(counter_example="unlearned")
    predicted = int(found.score([150], [0]).predicted[0])
    query = 150, (predicted + 1) % 3, predicted
    members = set(found.known.positions[found.known.members(predicted)].tolist())
    seen = []
    for _ in members:
        seen.append(int(found.pick(*query).counter_example))
        found.settled.tell([seen[-1]], [True])
    assert set(seen) == members
    found.settled.tell([seen[5]], [False])
    assert found.pick(*query).counter_example == seen[5]


@pytest.mark.parametrize(("name", "shown"), [("unlearned", True), ("no_ce", False)])
def test_among_the_confirmed_the_reason_of_the_doubt_is_shown(name, shown):
    """The one that Top Fisher puts first, whatever finds the mislabelled."""
    found, _, _, _ = taught(counter_example=name)
    reason, _, _, _ = taught(counter_example="top_fisher")
    predicted = int(found.score([150], [0]).predicted[0])
    query = 150, (predicted + 1) % 3, predicted
    found.settled.tell(range(120), [True] * 120)
    wanted = reason.pick(*query)
    pick = found.pick(*query)
    assert pick.counter_example == (wanted.counter_example if shown else None)
    assert not shown or pick.score == pytest.approx(wanted.score)


def test_excluding_strangers_and_examples_of_other_classes_changes_nothing():
    found, _, given, _ = taught()
    predicted = int(found.score([150], [0]).predicted[0])
    others = [p for p in range(120) if given[p] != predicted]
    suspected = (predicted + 1) % 3
    same(found.pick(150, suspected, predicted),
         found.pick(150, suspected, predicted, [*others, 199, 5000, -1]))


@pytest.mark.parametrize("name", COUNTER_EXAMPLES)
def test_every_strategy_works_through_the_engine(name):
    found, _, _, _ = taught(counter_example=name, neighbours=20)
    scores = found.score([150], [0])
    predicted = int(scores.predicted[0])
    pick = found.pick(150, (predicted + 1) % 3, predicted)
    assert (pick.counter_example is None) == (name == "no_ce")
    np.testing.assert_allclose(pick.probs, scores.probs[0], rtol=1e-6)


def test_many_rows_pick_nearly_as_the_exact_inverse_would():
    x, given, _ = blobs(3000, features=6, classes=4)
    found = engine(x, 4, exact_rows=500, counter_example="top_fisher")
    found.enter(range(2800), given[:2800])
    assert not found.refit().exact
    found.settle()
    found.enter(range(2800, 2830), given[2800:2830])
    found.enter(range(10), (given[:10] + 1) % 4)
    found.refit()
    assert regrets(found, x, range(2900, 2950)).mean() < 0.05
    found.settle()
    assert regrets(found, x, range(2900, 2950)).max() < 0.02


def test_what_the_neighbours_have_yet_to_say_is_told_and_done_in_idle_time():
    x, given, _ = blobs(2100, features=6, classes=4)
    found = engine(x, 4, exact_rows=500)
    found.enter(range(2000), given[:2000])
    found.refit()
    found.pick(2050, 0, 1)
    found.settle()
    inside = int(found.known.positions[found.neighbours._support.rows[3]])
    found.enter([inside], [(given[inside] + 1) % 4])
    found.refit()
    found.pick(2050, 0, 1)
    assert found.refit().unlooked > 300
    found.settle()
    assert found.refit().unlooked == 0


def regrets(found, x, positions):
    """By what share the picked examples' exact scores fall short of the best."""
    missed = []
    for i in positions:
        predicted = int(found.score([i], [0]).predicted[0])
        query = i, (predicted + 1) % 4, predicted
        row = int(found.known.rows_of(np.array([found.pick(*query).counter_example]))[0])
        scores = naive_scores(found, x, *query)
        missed.append(1 - float(scores[row] / scores.max()))
    return np.array(missed)


# ---- trunks -------------------------------------------------------------------------------------


def test_promotion_computes_features_anew_and_refits():
    found, x, given, _ = taught(model="mlp")
    other = network("mlp", (4,), 3, 99)
    version = found.version
    report = found.promote(other)
    assert report.version > version
    found.settle()
    fresh = engine(x, 3, head_l2=found.head.l2)
    fresh.promote(other)
    fresh.enter(range(120), given[:120])
    fresh.refit()
    np.testing.assert_allclose(found.predict(x), fresh.predict(x), atol=2e-3)


def test_a_promoted_network_is_asked_what_it_said_while_learning():
    found, _, given, _ = taught(model="mlp", counter_example="leave_one_out")
    losses = torch.linspace(0, 1, 110)
    found.promote(network("mlp", (4,), 3, 5),
                  Learned(torch.arange(110), torch.from_numpy(given[:110]), losses))
    predicted = int(found.score([150], [0]).predicted[0])
    query = 150, (predicted + 1) % 3, predicted
    of_class = [p for p in range(110) if given[p] == predicted]
    late = [p for p in range(110, 120) if given[p] == predicted]
    assert found.pick(*query, late).counter_example == of_class[-1]
    found.enter([of_class[-1]], [(predicted + 1) % 3])
    found.refit()
    assert found.pick(*query, late).counter_example == of_class[-2]
    found.promote(network("mlp", (4,), 3, 5))
    assert found.learned is None


def test_what_was_learned_follows_labels_and_promotions():
    found, x, given, _ = taught()
    losses = torch.arange(120.0)

    def promoted(start):
        learned = Learned(torch.arange(120), torch.from_numpy(given[:120]), losses + start)
        found.promote(network("logreg", (x.shape[1],), 3, 1), learned)
        return found.top().learning

    first = promoted(0)
    assert found.top().learning is first
    np.testing.assert_array_equal(first, losses[found.known.positions])
    found.enter([4], [(int(given[4]) + 1) % 3])
    found.refit()
    assert found.top().learning.isnan().nonzero().tolist() == [[4]]
    np.testing.assert_array_equal(promoted(7)[:4], losses[:4] + 7)


def test_promotion_to_a_wider_trunk_and_with_changes_pending():
    found, _, given, _ = taught()
    found.enter(range(120, 140), given[120:140])
    found.promote(network("mlp", (4,), 3, 1))
    found.settle()
    assert len(found.known) == 140
    assert found.known.features.shape == (140, 33)
    predicted = int(found.score([150], [0]).predicted[0])
    assert found.pick(150, (predicted + 1) % 3, predicted).counter_example is not None


def test_features_are_taken_in_inference_mode():
    found, x, _, _ = taught(model="mlp")
    found.network.train()
    np.testing.assert_array_equal(found.predict(x), found.predict(x))


def test_from_scratch_depends_on_the_data_alone():
    runs = []
    for steps in ([120], [40, 80, 120]):
        x, given, true = blobs(200, seed=3)
        found = engine(x, 3, model="mlp", training="from_scratch", epochs=60)
        for start, stop in zip([0, *steps], steps, strict=False):
            found.enter(range(start, stop), given[start:stop])
            report = found.refit()
            assert report.exact
        assert not found.idle()
        runs.append(found.predict(x))
    np.testing.assert_array_equal(*runs)
    assert float((runs[0].argmax(axis=1) == true).mean()) > 0.7
    predicted = int(found.score([150], [0]).predicted[0])
    assert found.pick(150, (predicted + 1) % 3, predicted).counter_example is not None
    head = found.network.head
    np.testing.assert_allclose(found.head.weights[:, :-1], head.weight.detach(), rtol=1e-6)


def test_leave_one_out_after_training_from_scratch_asks_for_the_loss_while_learning():
    x, given, _ = blobs(120, seed=3)
    found = engine(x, 3, model="mlp", training="from_scratch", epochs=40,
                   counter_example="leave_one_out")
    found.enter(range(100), given[:100])
    found.refit()
    predicted = int(found.score([110], [0]).predicted[0])
    pick = found.pick(110, (predicted + 1) % 3, predicted)
    rows = np.flatnonzero(given[:100] == predicted)
    losses = found.learned.of(found.known)[torch.from_numpy(rows)]
    assert pick.counter_example == rows[int(losses.argmax())]


# ---- edges --------------------------------------------------------------------------------------


def test_bad_calls_are_named():
    found, x, _, _ = taught()
    with pytest.raises(InvalidInput, match="2 positions, 1 labels"):
        found.enter([1, 2], [0])
    with pytest.raises(InvalidInput, match="from 0 to 2"):
        found.enter([1], [3])
    with pytest.raises(InvalidInput, match="from 0 to 2"):
        found.enter([1], [NO_LABEL])
    with pytest.raises(InvalidInput, match="weights must be"):
        found.enter([1], [0], [0.0])
    with pytest.raises(InvalidInput, match="2 outputs"):
        found.promote(network("logreg", (4,), 2, 1))
    with pytest.raises(InvalidInput, match="at least 2 classes"):
        engine(x, 1)


def test_pixels_need_no_matrix():
    """K*(D+1) above the dense limit: conjugate gradients all the way."""
    source = np.random.default_rng(0)
    centres = source.normal(size=(10, 450))
    true = source.integers(10, size=300)
    x = (centres[true] + 2 * source.normal(size=(300, 450))).astype(np.float32)
    found = engine(x, 10)
    found.enter(range(200), true[:200])
    found.refit()
    assert not found.head.curvature.dense
    found.settle()
    assert float((found.predict(x[200:]).argmax(axis=1) == true[200:]).mean()) > 0.9
    scale = natural_scale(found.known.features, 10)
    assert 1e-3 * scale < found.head.l2 < 1e3 * scale
    predicted = int(found.score([250], [0]).predicted[0])
    assert found.pick(250, (predicted + 1) % 10, predicted).counter_example is not None


# ---- explaining a pick --------------------------------------------------------------------------


def oracle(found, position, given, left):
    """First-order change of p(given | position) without the row of `left`, by a dense inverse."""
    known, features = found.known, found._features(np.array([position])).double()
    x = known.features.double()
    probs = probabilities(found.head.weights, x)
    row = int(known.rows_of(np.array([left]))[0])
    inverse = Cholesky(fisher(x, probs, known.weights.double()), found.head.l2).inverse()
    own = probabilities(found.head.weights, features)
    toward = gradients(features, own, torch.tensor([given]))[0].reshape(-1)
    pull = gradients(x[row : row + 1], probs[row : row + 1], known.labels[row : row + 1])
    score = -float(toward @ inverse @ pull.reshape(-1))
    return score * float(own[0, given]) * float(known.weights[row] / known.weights.sum())


@pytest.mark.parametrize("name", sorted(COUNTER_EXAMPLES))
def test_every_pick_predicts_what_leaving_it_out_would_change(name):
    found, _, _, _ = taught(counter_example=name, model="logreg")
    pick = found.pick(150, 0, 1)
    if name == "no_ce":
        assert math.isnan(pick.predicted_change)
        return
    wanted = oracle(found, 150, 0, pick.counter_example)
    assert pick.predicted_change == pytest.approx(wanted, rel=1e-2, abs=1e-7)


@pytest.mark.parametrize(("name", "solves"), [
    ("top_fisher", 1), ("influence_exact", 1), ("nearest", 1), ("random", 1), ("no_ce", 0)])
def test_a_pick_solves_once(name, solves, monkeypatch):
    found, _, _, _ = taught(counter_example=name)
    found.head.renew_now()
    found.head.curvature.version = found.version
    asked, real = [], Cholesky.solve
    monkeypatch.setattr(Cholesky, "solve",
                        lambda self, gradient: asked.append(1) or real(self, gradient))
    found.pick(150, 0, 1)
    assert len(asked) == solves


def test_an_explanation_is_the_change_after_really_leaving_it_out():
    found, x, given, _ = taught(head_l2=0.02)
    pick = found.pick(150, 0, 1)
    told = found.explain(150, 0, pick.counter_example)
    assert told.single.positions == (pick.counter_example,)
    assert told.single.predicted_change == pytest.approx(pick.predicted_change, rel=1e-6)
    assert told.given_probability == pytest.approx(float(pick.probs[0]), abs=1e-5)
    assert told.version == found.version
    assert told.group is not None
    for part in (told.single, told.group):
        assert part.exact
        again = engine(x, 3, head_l2=0.02 * 120 / (120 - len(part.positions)))
        kept = np.setdiff1d(np.arange(120), part.positions)
        again.enter(kept, given[:120][kept])
        again.refit()
        after = float(again.score([150], [0]).probs[0, 0])
        assert part.real_change == pytest.approx(after - told.given_probability, abs=2e-5)
    assert told.group.positions[0] == pick.counter_example
    assert {int(given[p]) for p in told.group.positions} == {1}
    singles = [found.explain(150, 0, p).single.predicted_change for p in told.group.positions]
    assert told.group.predicted_change == pytest.approx(sum(singles), rel=1e-6)


def test_only_what_is_known_can_be_explained():
    found, _, _, _ = taught()
    with pytest.raises(Conflict, match="has left"):
        found.explain(150, 0, 151)
    found.leave([3])
    found.refit()
    with pytest.raises(Conflict, match="has left"):
        found.explain(150, 0, 3)
    with pytest.raises(InvalidInput, match="without a given label"):
        found.explain(150, NO_LABEL, 4)


# ---- treatments ---------------------------------------------------------------------------------


def treated(found, places, given, kind):
    found.enter(places, given[places], treatments=[kind] * len(places))
    found.refit()
    found.settle()


def test_an_unlearned_label_pushes_and_supports_nothing():
    found, _, given, _ = taught(head_l2=0.02)
    places = np.arange(0, 30)
    before = found.score(places, given[places]).probs[np.arange(30), given[places]]
    treated(found, places, given, Treatment.UNLEARN)
    after = found.score(places, given[places]).probs[np.arange(30), given[places]]
    assert after.mean() < before.mean()
    assert len(found.known) == 90
    wrong = int((given[150] + 1) % 3)
    assert found.pick(150, int(given[150]), wrong).counter_example not in places
    with pytest.raises(Conflict, match="has left"):
        found.explain(150, 0, 3)


def test_told_at_once_or_later_the_head_is_the_same():
    first, x, given, _ = taught(head_l2=0.02)
    places = np.arange(10)
    treated(first, places, given, Treatment.UNLEARN)
    other = engine(x, 3, head_l2=0.02)
    other.enter(places, given[places], treatments=[Treatment.UNLEARN] * 10)
    other.enter(np.arange(10, 120), given[10:120])
    other.refit()
    other.settle()
    np.testing.assert_allclose(first.predict(x), other.predict(x), atol=2e-3)


@pytest.mark.parametrize("kind", [Treatment.DROP, Treatment.CE])
def test_what_was_unlearned_can_be_left_out_or_learned_again(kind):
    found, x, given, _ = taught(head_l2=0.02)
    wanted = engine(x, 3, head_l2=0.02)
    start = 0 if kind is Treatment.CE else 10
    wanted.enter(np.arange(start, 120), given[start:120])
    wanted.refit()
    treated(found, np.arange(10), given, Treatment.UNLEARN)
    treated(found, np.arange(10), given, kind)
    assert found.known.unlearning == 0
    np.testing.assert_allclose(found.predict(x), wanted.predict(x), atol=2e-3)


def test_leaving_out_is_told_exactly_beside_unlearned_rows():
    found, _, given, _ = taught(head_l2=0.02)
    treated(found, np.arange(10), given, Treatment.UNLEARN)
    told = found.explain(150, int(given[150]), 50)
    assert told.given_probability == pytest.approx(
        float(found.score([150], given[[150]]).probs[0, given[150]]), abs=1e-4)
    turned, _ = found.forecast(np.arange(10), np.full(10, NO_LABEL))
    assert not np.isin(turned, np.arange(10)).any()


def test_treatments_are_as_many_as_positions():
    found, _, given, _ = taught()
    with pytest.raises(InvalidInput, match="1 treatments"):
        found.enter([1, 2], given[1:3], treatments=[Treatment.DROP])
