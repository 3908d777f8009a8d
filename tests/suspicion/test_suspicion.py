"""What every suspicion score promises, and the margin by hand."""

import pytest
import torch

from cincer.errors import UnknownName
from cincer.suspicion import SUSPICIONS, suspicion
from cincer.suspicion.margin import inconsistency, margin


def some(rows=50, classes=5):
    source = torch.Generator().manual_seed(0)
    probs = torch.softmax(torch.randn(rows, classes, generator=source), dim=1)
    return probs, torch.randint(classes, (rows,), generator=source)


@pytest.mark.parametrize("name", SUSPICIONS)
class TestEvery:
    def test_stays_in_range_with_one_score_a_row(self, name):
        probs, given = some()
        scores = suspicion(name)(probs, given)
        assert scores.shape == (50,)
        assert scores.dtype == probs.dtype
        assert float(scores.min()) >= -1
        assert float(scores.max()) <= 1

    def test_leaves_its_inputs_alone_and_repeats_itself(self, name):
        probs, given = some()
        before = probs.clone(), given.clone()
        first = suspicion(name)(probs, given)
        assert torch.equal(first, suspicion(name)(probs, given))
        assert torch.equal(probs, before[0])
        assert torch.equal(given, before[1])

    def test_one_at_a_time_equals_a_batch(self, name):
        probs, given = some()
        single = [suspicion(name)(probs[i : i + 1], given[i : i + 1]) for i in range(50)]
        assert torch.equal(torch.cat(single), suspicion(name)(probs, given))

    def test_takes_no_rows(self, name):
        probs, given = some(0)
        assert suspicion(name)(probs, given).shape == (0,)


def test_margin_by_hand():
    probs = torch.tensor([[0.7, 0.2, 0.1], [0.7, 0.2, 0.1], [1.0, 0.0, 0.0]])
    found = margin(probs, torch.tensor([0, 1, 2]))
    assert found.tolist() == pytest.approx([0.0, 0.5, 1.0])
    assert inconsistency(found).tolist() == pytest.approx([0.5, 0.75, 1.0])


def test_random_is_spread_evenly_and_depends_on_the_row():
    probs, given = some(500)
    scores = suspicion("random")(probs, given)
    assert abs(float(scores.mean())) < 0.1
    assert float(scores.std()) == pytest.approx(3**-0.5, abs=0.05)


def test_unknown_name_lists_the_valid_ones():
    with pytest.raises(UnknownName, match=r"did you mean 'margin'.*always, margin, never, random"):
        suspicion("margn")
