"""What was told last about a position counts; what was never told is not settled."""

import torch

from cincer.models.settled import Settled


def test_the_last_word_on_a_position_counts():
    found = Settled()
    every = torch.tensor([0, 3, 900, 5000])
    assert found.of(every).tolist() == [False] * 4
    found.tell([3, 900], [True, True])
    assert found.of(every).tolist() == [False, True, True, False]
    found.tell([900, 2], [False, True])
    assert found.of(every).tolist() == [False, True, False, False]
    found.tell([], [])
    assert found.of(every[:0]).tolist() == []
