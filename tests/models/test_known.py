"""The known rows against a dictionary that does the same slowly."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cincer.models.known import KnownRows, evenly

STEPS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3), st.sampled_from([0.0, 1.0, 2.5])),
                 max_size=80)


def features(position):
    return torch.tensor([[position / 7, position % 5, 1.0]])


def apply(known, position, label, weight):
    row = int(known.rows_of(np.array([position]))[0])
    if row >= 0:
        known.change(row, label, weight)
    elif weight > 0:
        known.append(np.array([position]), features(position), np.array([label]),
                     np.array([weight], dtype=np.float32), torch.full((1, 4), 0.25))


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_members_sums_and_totals_follow_every_change(steps):
    known, model = KnownRows(3, 4), {}
    for position, label, weight in steps:
        apply(known, position, label, weight)
        if weight > 0 or position in model:
            model[position] = (label, weight)
    live = {p: (c, w) for p, (c, w) in model.items() if w > 0}
    assert len(known) == len(live)
    sums = torch.zeros(4, 3, dtype=torch.float64)
    for position, (label, weight) in live.items():
        sums[label] += weight * features(position)[0].double()
    for label in range(4):
        there = known.positions[known.members(label)].tolist()
        assert sorted(there) == sorted(p for p, (c, _) in live.items() if c == label)
    assert torch.allclose(known.class_sums, sums, atol=1e-9)
    assert np.isclose(known.total, sum(w for _, w in live.values()))
    assert known.positions.tolist() == list(model)


def test_many_rows_at_once_and_unknown_positions():
    known, count = KnownRows(2, 3), 5000
    x = torch.randn(count, 2)
    labels = np.arange(count) % 3
    known.append(np.arange(count) * 2, x, labels, np.ones(count, dtype=np.float32),
                 torch.zeros(count, 3))
    assert known.sizes() == [1667, 1667, 1666]
    assert torch.equal(known.features, x)
    assert known.rows_of(np.array([0, 1, 2, 9998, 10_000, 10**6])).tolist() == [
        0, -1, 1, 4999, -1, -1]
    assert torch.allclose(known.class_sums[1], x[labels == 1].double().sum(dim=0))


def test_evenly_spreads_over_all():
    assert list(evenly(5, 9)) == [0, 1, 2, 3, 4]
    found = list(evenly(1000, 10))
    assert found == list(range(0, 1000, 100))
