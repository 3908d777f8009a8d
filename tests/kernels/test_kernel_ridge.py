"""Kernel ridge with each row left out, against refits without it."""

import torch

from cincer.kernels import kernel_ridge
from cincer.kernels.kernel_ridge import neighbours_say


def test_left_out_in_closed_form_is_a_fit_without_the_row(monkeypatch):
    monkeypatch.setattr(kernel_ridge, "WIDTHS", (0.5,))
    monkeypatch.setattr(kernel_ridge, "RIDGES", (0.3,))
    torch.manual_seed(0)
    x, y = torch.randn(12, 3, dtype=torch.float64), torch.randint(3, (12,))
    far = torch.cdist(x, x) ** 2
    kernel = torch.exp(-far / (0.5 * far[far > 1e-12].median()))
    onehot = torch.nn.functional.one_hot(y, 3).double()
    found, mean = neighbours_say(x, y, 3), onehot.mean(dim=0)
    for row in range(12):
        rest = torch.arange(12) != row
        fitted = torch.linalg.solve(kernel[rest][:, rest] + 0.3 * torch.eye(11),
                                    onehot[rest] - mean)
        wanted = (kernel[row, rest] @ fitted + mean).clamp(min=1e-3)
        assert torch.allclose(found[row], wanted / wanted.sum())


def test_a_wrong_label_among_its_neighbours_is_found():
    torch.manual_seed(1)
    x = torch.cat([torch.randn(30, 2), torch.randn(30, 2) + 4])
    y = torch.arange(60) // 30
    y[7], y[40] = 1, 0
    said = neighbours_say(x, y, 2)
    own = said.gather(1, y[:, None])[:, 0]
    assert set(own.argsort()[:2].tolist()) == {7, 40}


def test_rows_that_are_all_alike_or_few_say_the_shares():
    y = torch.tensor([0, 0, 1, 0])
    shares = torch.tensor([0.75, 0.25], dtype=torch.float64)
    assert torch.allclose(neighbours_say(torch.ones(4, 3), y, 2), shares.expand(4, 2))
    assert float(neighbours_say(torch.rand(1, 3), y[:1], 2)[0, 0]) > 0.99
