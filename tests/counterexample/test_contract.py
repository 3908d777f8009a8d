"""One suite for every registered counter-example strategy."""

from dataclasses import replace

import pytest
import torch
from tests_numeric import classification

from cincer.counterexample import COUNTER_EXAMPLES, counter_example
from cincer.errors import InvalidInput, UnknownName
from cincer.kernels.head import probabilities
from cincer.kernels.newton import fit
from cincer.kernels.top import top_layer
from cincer.protocols import Suspect
from cincer.types import Position

NEVER_RANKS = {"no_ce"}
STRATEGIES = [(name, None) for name in COUNTER_EXAMPLES] + [
    (name, 5) for name in COUNTER_EXAMPLES]


def scene(rows=60, classes=4):
    """A fitted head, a suspect outside the known rows, and the candidates of its prediction."""
    known, _ = classification(rows + 1, 3, classes)
    outside = known.features[rows]
    head = fit(type(known)(known.features[:rows], known.labels[:rows], None, classes), 0.05)
    positions = torch.arange(rows) * 7 + 3
    top = top_layer(known.features[:rows].float(), head.probs.float(), known.labels[:rows],
                    positions, damping=0.05)
    rows_at = torch.cat([known.features[:rows], outside[None]]).float()
    top = replace(top, whole=lambda places: head_jacobians(
        rows_at[torch.where(places == 1000, rows, (places - 3) // 7)], classes))
    probs = probabilities(head.weights, outside[None])[0].float()
    predicted = int(probs.argmax())
    suspect = Suspect(Position(1000), outside.float(), probs, (predicted + 1) % classes, predicted)
    return suspect, top, torch.nonzero(top.labels == predicted)[:, 0]


def head_jacobians(features, classes):
    """The derivatives of a network that is its head: the features once a class."""
    one = torch.eye(classes)
    return torch.einsum("kl,mp->mklp", one, features).flatten(2)


@pytest.mark.parametrize(("name", "neighbours"), STRATEGIES)
class TestEvery:
    def test_ranks_candidates_best_first_by_position(self, name, neighbours):
        suspect, top, candidates = scene()
        ranking = counter_example(name, neighbours=neighbours)(suspect, top, candidates, 100)
        wanted = 0 if name in NEVER_RANKS else neighbours or len(candidates)
        assert len(ranking.positions) == len(ranking.scores) == wanted
        assert set(ranking.positions.tolist()) <= set(top.positions[candidates].tolist())
        assert len(set(ranking.positions.tolist())) == wanted
        assert torch.equal(ranking.scores, ranking.scores.sort(descending=True).values)
        assert torch.isfinite(ranking.scores).all()

    def test_only_what_reaches_the_least_score_is_ranked(self, name, neighbours):
        suspect, top, candidates = scene()
        every = counter_example(name, neighbours=neighbours)(suspect, top, candidates, 100)
        least = float(every.scores.median()) if len(every.scores) else 0.0
        some = counter_example(name, neighbours=neighbours, least=least)(
            suspect, top, candidates, 100)
        assert some.positions.tolist() == every.positions[every.scores >= least].tolist()

    def test_limit_gives_the_head_of_the_full_ranking(self, name, neighbours):
        suspect, top, candidates = scene()
        strategy = counter_example(name, neighbours=neighbours)
        full, few = (strategy(suspect, top, candidates, limit) for limit in (100, 3))
        assert torch.equal(few.positions, full.positions[:3])
        assert torch.equal(few.scores, full.scores[:3])

    def test_no_candidate_is_an_ordinary_case(self, name, neighbours):
        suspect, top, candidates = scene()
        ranking = counter_example(name, neighbours=neighbours)(suspect, top, candidates[:0], 5)
        assert len(ranking.positions) == len(ranking.scores) == 0
        assert ranking.positions.dtype == torch.int64

    def test_same_seed_same_answer_and_nothing_is_touched(self, name, neighbours):
        suspect, top, candidates = scene()
        copies = [t.clone() for t in (top.features, top.probs, top.labels, candidates)]
        first, second = (counter_example(name, seed=4, neighbours=neighbours)(
            suspect, top, candidates, 9) for _ in range(2))
        assert torch.equal(first.positions, second.positions)
        assert torch.equal(first.scores, second.scores)
        for before, after in zip(
            copies, (top.features, top.probs, top.labels, candidates), strict=True):
            assert torch.equal(before, after)

    def test_order_of_the_candidates_does_not_matter(self, name, neighbours):
        if name == "random":
            pytest.skip("draws one number a candidate, in their order")
        suspect, top, candidates = scene()
        strategy = counter_example(name, neighbours=neighbours)
        ahead, back = (strategy(suspect, top, c, 100) for c in (candidates, candidates.flip(0)))
        assert torch.equal(ahead.positions, back.positions)

    def test_one_candidate(self, name, neighbours):
        suspect, top, candidates = scene()
        ranking = counter_example(name, neighbours=neighbours)(suspect, top, candidates[:1], 1)
        wanted = [] if name in NEVER_RANKS else [int(top.positions[candidates[0]])]
        assert ranking.positions.tolist() == wanted


def test_nearest_is_the_nearest():
    suspect, top, candidates = scene()
    ranking = counter_example("nearest")(suspect, top, candidates, 100)
    far = (top.features[candidates] - suspect.features).norm(dim=1)
    assert torch.equal(ranking.positions, top.positions[candidates[far.argsort()]])
    assert torch.allclose(-ranking.scores, far.sort().values)


def test_neighbours_keep_only_the_nearest():
    suspect, top, candidates = scene()
    nearest = counter_example("nearest")(suspect, top, candidates, 5)
    ranked = counter_example("top_fisher", neighbours=5)(suspect, top, candidates, 5)
    assert set(ranked.positions.tolist()) == set(nearest.positions.tolist())


def test_largest_loss_is_the_least_believed():
    suspect, top, candidates = scene()
    found = counter_example("largest_loss")(suspect, top, candidates, 1)
    own = top.probs[candidates, top.labels[candidates]]
    assert int(found.positions[0]) == int(top.positions[candidates[own.argmin()]])
    assert float(found.scores[0]) == pytest.approx(-float(own.min().log()), rel=1e-5)


def test_random_reaches_every_candidate():
    suspect, top, candidates = scene()
    first = {int(counter_example("random", seed=s)(suspect, top, candidates, 1).positions[0])
             for s in range(200)}
    assert first == set(top.positions[candidates].tolist())


def test_as_published_has_the_opposite_sign(monkeypatch):
    """With all rows in its sample and well conditioned, it orders the other way round."""
    monkeypatch.setattr("cincer.counterexample.as_published.SAMPLE", 60)
    monkeypatch.setattr(torch.linalg, "pinv", lambda m, **_: torch.linalg.inv(
        m.double() + 0.05 * torch.eye(len(m))).float())
    suspect, top, candidates = scene()
    ours = counter_example("top_fisher")(suspect, top, candidates, 100)
    theirs = counter_example("as_published")(suspect, top, candidates, 100)
    assert torch.equal(theirs.positions, ours.positions.flip(0))
    assert torch.allclose(theirs.scores, -ours.scores.flip(0), atol=1e-4)


def test_as_published_refuses_what_it_cannot_invert(monkeypatch):
    monkeypatch.setattr("cincer.counterexample.as_published.DENSE_LIMIT", 10)
    with pytest.raises(InvalidInput, match="use top_fisher"):
        counter_example("as_published")(*scene(), 1)


def test_unknown_name_lists_the_valid_ones():
    with pytest.raises(UnknownName, match="did you mean 'top_fisher'"):
        counter_example("topfisher")


def test_full_fisher_of_a_head_is_top_fisher():
    suspect, top, candidates = scene()
    ours = counter_example("top_fisher")(suspect, top, candidates, 100)
    full = counter_example("full_fisher")(suspect, top, candidates, 100)
    assert torch.equal(full.positions, ours.positions)
    assert torch.allclose(full.scores, ours.scores.double(), rtol=1e-3, atol=1e-4)


def test_full_fisher_needs_the_network_and_room(monkeypatch):
    suspect, top, candidates = scene()
    with pytest.raises(InvalidInput, match="not at hand"):
        counter_example("full_fisher")(suspect, replace(top, whole=None), candidates, 1)
    monkeypatch.setattr("cincer.kernels.whole.LIMIT", 10)
    with pytest.raises(InvalidInput, match="small models"):
        counter_example("full_fisher")(suspect, top, candidates, 1)
