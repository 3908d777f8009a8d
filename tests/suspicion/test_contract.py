"""One suite for every registered suspicion score."""

import pytest
import torch

from cincer.errors import UnknownName
from cincer.protocols import Suspects
from cincer.suspicion import SUSPICIONS, suspicion

from .scene import known_suspects, knows_nothing, part, scene

ENDS = {"always": 1.0, "never": -1.0}
LOOKS = {"held_out_margin", "gradient_norm", "expected_gradient_length", "influence_norm",
         "fisher_value"}
"""Those that compare with the known examples; the others must not cost a factorisation."""


def scores(name, top, suspects, seed=0):
    return suspicion(name, seed=seed)(lambda: top)(suspects)


@pytest.mark.parametrize("name", SUSPICIONS)
class TestEvery:
    def test_one_score_a_row_in_range(self, name):
        top, suspects = scene()
        found = scores(name, top, suspects)
        assert found.shape == (40,)
        assert found.dtype == suspects.probs.dtype
        assert float(found.min()) >= -1
        assert float(found.max()) <= 1

    def test_nothing_where_the_model_agrees_and_more_where_it_does_not(self, name):
        top, suspects = scene()
        found = scores(name, top, suspects)
        if name in ENDS:
            assert set(found.tolist()) == {ENDS[name]}
            return
        assert 5 < int(suspects.doubted.sum()) < 40
        assert torch.equal(found[~suspects.doubted], torch.zeros(int((~suspects.doubted).sum())))
        assert float(found.min()) >= 0
        assert int((found[suspects.doubted] > 0).sum()) > 5
        if name != "held_out_margin":
            assert bool((found[suspects.doubted] > 0).all())

    def test_leaves_its_inputs_alone_and_repeats_itself(self, name):
        top, suspects = scene()
        held = [*(getattr(suspects, n) for n in Suspects.__slots__), top.features, top.probs,
                top.labels, top.weights]
        before = [t.clone() for t in held]
        first = scores(name, top, suspects, seed=3)
        assert torch.equal(first, scores(name, top, suspects, seed=3))
        assert all(torch.equal(a, b) for a, b in zip(before, held, strict=True))

    def test_one_at_a_time_equals_a_batch(self, name):
        top, suspects = scene()
        single = [scores(name, top, part(suspects, slice(i, i + 1))) for i in range(40)]
        torch.testing.assert_close(torch.cat(single), scores(name, top, suspects),
                                   rtol=1e-9, atol=1e-9)

    def test_no_suspects(self, name):
        top, suspects = scene()
        assert scores(name, top, part(suspects, slice(0))).shape == (0,)

    def test_nothing_known_is_an_ordinary_case(self, name):
        top, suspects = scene()
        bare = knows_nothing(top)
        found = scores(name, bare, suspects)
        assert bool(found.isfinite().all())
        if name in LOOKS - {"held_out_margin"}:
            assert float(found.max()) == 0

    def test_looks_at_the_known_only_if_it_must(self, name):
        top, suspects = scene()
        asked = []

        def known():
            asked.append(1)
            return top

        score = suspicion(name)(known)
        assert not asked
        for _ in range(3):
            score(suspects)
        assert len(asked) == (1 if name in LOOKS else 0)

    def test_several_models_at_once_where_it_says_so(self, name):
        strategy = suspicion(name)
        if not strategy.batched:
            pytest.skip("scores one model at a time")
        scenes = [scene(damping=damping) for damping in (0.01, 0.05, 0.3)]
        alone = torch.stack([scores(name, top, suspects) for top, suspects in scenes])
        tops = _stacked([top for top, _ in scenes], "features", "probs", "labels", "weights")
        suspects = Suspects(*_stacked([s for _, s in scenes], *Suspects.__slots__).values())
        together = strategy(lambda: _Many(**tops))(suspects)
        torch.testing.assert_close(together, alone, rtol=1e-12, atol=1e-12)

    def test_known_examples_can_be_scored(self, name):
        top, _ = scene()
        found = scores(name, top, known_suspects(top))
        assert found.shape == (60,)
        assert bool(((found >= -1) & (found <= 1)).all())


class _Many:
    """Several models' known examples side by side."""

    def __init__(self, **arrays):
        self.__dict__.update(arrays)


def _stacked(each, *names):
    return {name: torch.stack([getattr(one, name) for one in each]) for name in names}


def test_unknown_name_lists_the_valid_ones():
    with pytest.raises(UnknownName, match=r"did you mean 'margin'.*always.*gradient_norm.*random"):
        suspicion("margn")
