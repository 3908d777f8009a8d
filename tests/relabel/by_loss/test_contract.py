"""One suite for every batch loss, and what each is by hand."""

import pytest
import torch

from cincer.errors import InvalidInput, UnknownName
from cincer.relabel.by_loss import BY_LOSS, LossOptions, Moment, by_loss
from cincer.relabel.by_loss.batch import count_kept, unlearning
from cincer.relabel.by_loss.schedule import estimated_noise_rate, keep_fraction


def batch(classes=4, rows=20, networks=1, seed=0):
    source = torch.Generator().manual_seed(seed)
    logits = tuple(torch.randn(rows, classes, generator=source, dtype=torch.float64)
                   .requires_grad_() for _ in range(networks))
    return logits, torch.randint(classes, (rows,), generator=source)


def at(keep=0.6, rate=0.4, epoch=5):
    return Moment(epoch, keep, rate)


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("name", BY_LOSS)
class TestEvery:
    def test_gives_each_network_a_finite_loss_with_a_gradient(self, name, classes):
        strategy = by_loss(name)
        logits, labels = batch(classes, networks=strategy.networks)
        step = strategy(logits, labels, at())
        assert len(step.losses) == strategy.networks
        assert step.kept.shape == (20,)
        for loss, each in zip(step.losses, logits, strict=True):
            torch.autograd.backward(loss)
            assert torch.isfinite(each.grad).all()
            assert each.grad.abs().sum() > 0

    def test_keeps_its_share_or_everything(self, name, classes):
        strategy = by_loss(name)
        logits, labels = batch(classes, networks=strategy.networks)
        assert int(strategy(logits, labels, at()).kept.sum()) in (12, 20)
        assert strategy(logits, labels, at(keep=1.0, rate=0.0)).kept.all()

    def test_one_row_and_certain_rows_are_finite(self, name, classes):
        strategy = by_loss(name)
        logits = tuple((1e4 * torch.eye(classes, dtype=torch.float64)[:1]).requires_grad_()
                       for _ in range(strategy.networks))
        for label in range(2):
            step = strategy(logits, torch.tensor([label]), at(keep=0.0))
            assert all(torch.isfinite(loss) for loss in step.losses)


def test_unlearning_is_minus_log_of_the_rest():
    (logits,), labels = batch()
    own = torch.softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
    assert torch.allclose(unlearning(logits, labels), -torch.log(1 - own), atol=1e-12)


def test_rdia_ls_by_hand():
    (logits,), labels = batch(rows=5)
    losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
    order = losses.argsort()
    step = by_loss("rdia_ls", LossOptions(relabel_loss_weight=0.3))((logits,), labels, at())
    wanted = 0.7 * losses[order[:3]].mean() + 0.3 * unlearning(
        logits[order[3:]], labels[order[3:]]).mean()
    assert torch.allclose(step.losses[0], wanted)
    assert set(torch.nonzero(step.kept)[:, 0].tolist()) == set(order[:3].tolist())


def test_with_weight_zero_rdia_ls_is_self_teaching():
    """O8."""
    logits, labels = batch()
    ours = by_loss("rdia_ls", LossOptions(relabel_loss_weight=0.0))(logits, labels, at())
    theirs = by_loss("self_teaching")(logits, labels, at())
    assert torch.equal(ours.losses[0], theirs.losses[0])
    warming = by_loss("rdia_ls", LossOptions(warm_up=9))(logits, labels, at())
    assert torch.allclose(warming.losses[0], theirs.losses[0])


def test_released_leaves_the_highest_losses_alone():
    (logits,), labels = batch(rows=10)
    losses = torch.nn.functional.cross_entropy(torch.softmax(logits, dim=1), labels,
                                               reduction="none")
    order = losses.argsort()
    step = by_loss("rdia_ls_released", LossOptions(relabel_loss_weight=0.3))(
        (logits,), labels, at())
    band = order[6:8]
    wanted = 0.3 * losses[order[:6]].mean() + 0.7 * unlearning(
        logits[band], labels[band]).mean() / 10
    assert torch.allclose(step.losses[0], wanted)
    torch.autograd.backward(step.losses[0])
    assert (logits.grad[order[8:]] == 0).all()
    warming = by_loss("rdia_ls_released", LossOptions(warm_up=9))((logits,), labels, at())
    assert torch.allclose(warming.losses[0], losses[order[:6]].sum() / 36)


def test_co_teaching_exchanges_the_small_losses():
    logits, labels = batch(networks=2)
    step = by_loss("co_teaching")(logits, labels, at())
    losses = [torch.nn.functional.cross_entropy(each, labels, reduction="none")
              for each in logits]
    small = [each.argsort()[:12] for each in losses]
    assert torch.allclose(step.losses[0], losses[0][small[1]].mean())
    assert torch.allclose(step.losses[1], losses[1][small[0]].mean())


def test_sigua_raises_the_smallest_of_the_high_losses():
    (logits,), labels = batch(rows=10)
    step = by_loss("sigua", LossOptions(ascent_scale=0.1, ascent_share=0.5))(
        (logits,), labels, at())
    losses = torch.nn.functional.cross_entropy(logits, labels, reduction="none").sort().values
    assert torch.allclose(step.losses[0], (losses[:6].sum() - 0.1 * losses[6:8].sum()) / 6)


def test_forward_correction_without_noise_is_cross_entropy():
    (logits,), labels = batch()
    step = by_loss("forward")((logits,), labels, at(rate=0.0))
    assert torch.allclose(step.losses[0], torch.nn.functional.cross_entropy(logits, labels))
    noisy = by_loss("forward")((logits,), labels, at(rate=0.3)).losses[0]
    mixing = torch.full((4, 4), 0.1, dtype=torch.float64).fill_diagonal_(0.7)
    mixed = torch.softmax(logits, dim=1) @ mixing
    assert torch.allclose(noisy, torch.nn.functional.nll_loss(mixed.log(), labels))


def test_the_schedule():
    """O8: 1 at first, 1 - tau from the end of the ramp, linear between."""
    found = [keep_fraction(epoch, 0.4, 10) for epoch in (0, 5, 10, 50)]
    assert found == pytest.approx([1.0, 0.8, 0.6, 0.6])
    assert count_kept(128, 0.6) == 76
    assert count_kept(10, 0.6) == 6
    assert count_kept(3, 0.0) == 1


def test_the_noise_rate_is_the_share_contradicted():
    probs = torch.eye(4)[torch.tensor([0, 1, 2, 3])]
    assert estimated_noise_rate(probs, torch.tensor([0, 1, 2, 0])) == 0.25
    assert estimated_noise_rate(probs, torch.tensor([1, 2, 3, 0])) == 0.75
    with pytest.raises(InvalidInput, match="no rows"):
        estimated_noise_rate(probs[:0], torch.tensor([], dtype=torch.int64))


def test_bad_options():
    with pytest.raises(UnknownName, match="did you mean 'rdia_ls'"):
        by_loss("rdia_sl")
    with pytest.raises(InvalidInput, match="relabel_loss_weight must be 0 to 1"):
        LossOptions(relabel_loss_weight=1.5)
    with pytest.raises(InvalidInput, match="warm_up"):
        LossOptions(warm_up=-1)
    with pytest.raises(InvalidInput, match="noise_rate"):
        keep_fraction(0, 1.0, 10)
    with pytest.raises(InvalidInput, match="ramp"):
        keep_fraction(0, 0.5, 0)
