"""FSR on fixed features: F8, and one batch against the slow way. float64."""

import pytest
import torch
from tests_numeric import blobs
from torch.nn.functional import cross_entropy

from cincer.kernels.head import residuals, with_bias
from cincer.reweight.fsr.batch import Batch, Probes, judge
from cincer.reweight.fsr.head import train_head
from cincer.reweight.fsr.options import FsrOptions
from cincer.reweight.fsr.progress import Progress

NOISE = 0.4


def problem(rows=600, seed=0, noise=NOISE):
    x, given, true = blobs(rows, noise=noise, seed=seed)
    return with_bias(torch.from_numpy(x).double()), torch.from_numpy(given), torch.from_numpy(true)


def trained(x, labels, beside=None, verified=None, ended=None, **settings):
    """The head and the progress; `ended(progress)` after each pass."""
    known = labels[:0] if verified is None else verified
    progress = Progress(labels, known, 3, FsrOptions(**settings))
    head = train_head(x, labels, progress, x[:0] if beside is None else beside, 1e-3,
                      lambda head: ended(progress) if ended else None)
    return head, progress


@pytest.mark.parametrize("released", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_dictionary_becomes_purer_than_the_labels(seed, released):
    """F8: within a few passes; and the weights follow."""
    x, given, true = problem(seed=seed)
    right, purities = given == true, []
    _, progress = trained(
        x, given, epochs=8, start=4, seed=seed, released=released,
        ended=lambda at: purities.append(float(right[at.picked].double().mean())))
    assert min(purities[1:]) > 1 - NOISE + 0.2
    weights = progress.mean_weights()
    assert float(weights[~right].mean()) < 0.5 * float(weights[right].mean())


def test_the_dictionary_is_balanced():
    """F7."""
    x, given, _ = problem()
    _, progress = trained(x, given, epochs=2, start=1, capacity=60)
    assert torch.bincount(given[progress.picked]).tolist() == [20, 20, 20]


def test_verified_examples_are_probes_before_others():
    x, given, true = problem()
    verified = torch.tensor([0] * 10 + [1] * 4)
    at = torch.cat([torch.nonzero(true == 0)[:10, 0], torch.nonzero(true == 1)[:4, 0]])
    _, progress = trained(x, given, x[at], verified, epochs=2, start=1, capacity=60)
    assert torch.bincount(given[progress.picked], minlength=3).tolist() == [0, 16, 20]
    assert progress.dictionary.entries[progress.dictionary.labels == 0].tolist() == list(
        range(600, 610))


def test_without_weighing_it_is_softmax_regression():
    """The head of plain training on clean blobs is about right, and nothing was weighed."""
    x, given, true = problem(noise=0.0)
    head, progress = trained(x, given, weighing=False)
    assert float(((x @ head.T).argmax(dim=1) == true).double().mean()) > 0.9
    assert torch.equal(progress.mean_weights(), torch.ones(600).double())


def test_the_same_seed_gives_the_same_head_and_another_another():
    x, given, _ = problem(rows=120)
    first, again, other = (trained(x, given, epochs=3, start=1, seed=seed)[0]
                           for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_features_of_any_scale_are_taken(scale):
    x, given, _ = problem(rows=120)
    head, _ = trained(x * scale, given, epochs=3, start=1)
    assert torch.isfinite(head).all()


def test_large_data_takes_no_more_steps():
    x, given, _ = problem(rows=600)
    _, progress = trained(x, given, epochs=3, start=3, batch=10, steps=4)
    assert progress.scores.seen.tolist() == [3] * 600


def judged(released=False, clip=True):
    """A batch whose first row is also a probe, judged; what went in, and the progress."""
    x, y, _ = problem(rows=40)
    head = torch.randn(3, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    buffer = torch.randn(3, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    rows, entries = torch.arange(8), torch.tensor([0, 20, 21, 22])
    progress = Progress(y, y[:0], 3, FsrOptions(released=released, clip=clip, score_decay=0.0))
    off = residuals(torch.softmax(x[rows] @ head.T, dim=1), y[rows])
    losses = cross_entropy(x[rows] @ head.T, y[rows], reduction="none")
    progress.begin(15)
    weights = judge(Batch(rows, y[rows], x[rows], off, x[rows], losses), head, buffer, 0.1, 0.01,
                    progress, Probes(entries, x[entries], y[entries]))
    return x, y, head, buffer, off, losses, weights, progress


@pytest.mark.parametrize("released", [False, True])
def test_a_batch_is_judged_as_the_slow_way_does(released):
    """Row by row: the look-ahead of the others, the probes without the row; to 1e-12."""
    x, y, head, buffer, off, losses, weights, progress = judged(released)
    whole = head - 0.1 * (0.9 * buffer + off.T @ x[:8] / 8 + 0.01 * head)
    rewards = []
    for at in range(8):
        without = whole if released else whole + 0.1 / 8 * torch.outer(off[at], x[at])
        later = cross_entropy(x[at:at + 1] @ without.T, y[at:at + 1])
        assert float(progress.scores.values[at]) == pytest.approx(float(later - losses[at]),
                                                                  abs=1e-12)
        others = [e for e in (0, 20, 21, 22) if released or e != at]
        wanted = torch.zeros_like(head)
        for e in others:
            p = torch.softmax(whole @ x[e], dim=0)
            wanted += torch.outer(p - torch.nn.functional.one_hot(y[e], 3), x[e]) / 4
        if released:
            wanted += 0.01 * whole
        rewards.append(0.1 * float((wanted * torch.outer(off[at], x[at])).sum()))
    kept = torch.tensor(rewards, dtype=torch.float64).clamp(min=0)
    assert torch.allclose(weights, kept / (kept.sum() + (1e-5 if released else 0)), atol=1e-12)
    assert torch.allclose(progress.latest[:8], 8 * weights)
    assert progress.latest[8:].tolist() == [1.0] * 32
