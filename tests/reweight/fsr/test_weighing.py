"""Weights of a batch from rewards: F2."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cincer.reweight.fsr.weighing import clipped, shifted, weigh

REWARDS = st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=20).map(
    lambda values: torch.tensor(values, dtype=torch.float64))


@given(REWARDS, st.booleans())
def test_weights_are_shares(rewards, clip):
    found = weigh(rewards, clip=clip)
    assert (found >= 0).all()
    total = float(found.sum())
    assert total == pytest.approx(1, abs=1e-9) or (clip and total == 0 and rewards.max() <= 0)
    order = torch.argsort(rewards)
    assert (found[order].diff() >= -1e-12).all()


@given(REWARDS)
def test_the_released_normaliser_falls_short(rewards):
    """Sum = S / (S + 1e-5)."""
    total = float(rewards.clamp(min=0).sum())
    assert float(clipped(rewards, released=True).sum()) == pytest.approx(
        total / (total + 1e-5), abs=1e-12)


def test_clipping_keeps_what_helps():
    found = weigh(torch.tensor([0.3, -1.0, 0.1, 0.0]).double(), clip=True)
    assert found.tolist() == pytest.approx([0.75, 0, 0.25, 0])


def test_shifting_keeps_everything():
    found = shifted(torch.tensor([0.5, -0.5]).double())
    assert found.tolist() == pytest.approx([0.75, 0.25])
    assert shifted(torch.full((4,), 3.0)).tolist() == pytest.approx([0.25] * 4)


def test_nothing_gives_nothing():
    none = torch.empty(0)
    assert len(weigh(none, clip=True)) == len(weigh(none, clip=False)) == 0


def test_tiny_rewards_are_not_rounded_away():
    found = weigh(torch.tensor([1e-20, 3e-20, -1.0]), clip=True)
    assert found.tolist() == pytest.approx([0.25, 0.75, 0])
