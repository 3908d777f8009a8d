"""SSIM against a slow transcription of its definition, and its properties (oracle B3)."""

import math

import pytest
import torch

from cincer.curate import ssim as module
from cincer.curate.ssim import ssim, ssim_of
from cincer.errors import InvalidInput


def images(count, *shape, seed=0):
    draw = torch.Generator().manual_seed(seed)
    return torch.rand(count, *shape, generator=draw, dtype=torch.float64)


def by_definition(x, y, value_range, size):
    """Place by place and pixel by pixel, Wang et al. 2004 Eqs. 13 to 17, of two (H, W) images."""
    middle = size // 2
    window = [[math.exp(-((i - middle) ** 2 + (j - middle) ** 2) / (2 * 1.5**2))
               for j in range(size)] for i in range(size)]
    whole = sum(map(sum, window))
    c1, c2 = (0.01 * value_range) ** 2, (0.03 * value_range) ** 2
    places = []
    for top in range(x.shape[0] - size + 1):
        for left in range(x.shape[1] - size + 1):
            seen = [(window[i][j] / whole, float(x[top + i, left + j]), float(y[top + i, left + j]))
                    for i in range(size) for j in range(size)]
            mx, my = sum(w * a for w, a, _ in seen), sum(w * b for w, _, b in seen)
            vx = sum(w * (a - mx) ** 2 for w, a, _ in seen)
            vy = sum(w * (b - my) ** 2 for w, _, b in seen)
            both = sum(w * (a - mx) * (b - my) for w, a, b in seen)
            places.append((2 * mx * my + c1) * (2 * both + c2)
                          / ((mx * mx + my * my + c1) * (vx + vy + c2)))
    return sum(places) / len(places)


@pytest.mark.parametrize(("shape", "size"), [((13, 12), 11), ((8, 8), 7), ((5, 20), None)])
def test_it_is_the_definition(shape, size):
    x, y = images(2, *shape), images(2, *shape, seed=1)
    if size is None:  # A window that is not square has a side of its own in each direction.
        size = 5
        x, y = x[:, :, :5], y[:, :, :5]
    wanted = [by_definition(a, b, 1.0, size) for a, b in zip(x, y, strict=True)]
    assert ssim(x, y, 1.0).tolist() == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_an_image_is_exactly_one_with_itself(dtype):
    x = images(20, 28, 28).to(dtype)
    assert (ssim(x, x.clone(), 1.0) == 1).all()


def test_it_is_symmetric_and_within_bounds():
    x, y = images(30, 16, 16), images(30, 16, 16, seed=1)
    there, back = ssim(x, y, 1.0), ssim(y, x, 1.0)
    torch.testing.assert_close(there, back, atol=1e-15, rtol=0)
    assert (there.abs() <= 1).all()


def test_the_unit_of_the_pixels_does_not_matter():
    x, y = images(4, 12, 12), images(4, 12, 12, seed=1)
    torch.testing.assert_close(ssim(255 * x, 255 * y, 255), ssim(x, y, 1.0))


def test_more_noise_is_less_similar():
    x, noise = images(1, 20, 20), images(1, 20, 20, seed=1) - 0.5
    found = [float(ssim(x, x + share * noise, 1.0)) for share in (0, 0.1, 0.3, 1)]
    assert found == sorted(found, reverse=True)


def test_of_colours_the_mean_over_the_channels():
    x, y = images(3, 12, 12, 3), images(3, 12, 12, 3, seed=1)
    each = torch.stack([ssim(x[..., c], y[..., c], 1.0) for c in range(3)])
    torch.testing.assert_close(ssim(x, y, 1.0), each.mean(dim=0))


def test_blank_images_are_equal_or_not_by_their_brightness():
    x = torch.zeros(1, 9, 9)
    assert float(ssim(x, x, 1.0)) == 1
    assert float(ssim(x, x + 1, 1.0)) < 0.01


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 9)])
def test_the_smallest_images_have_a_number(shape):
    assert torch.isfinite(ssim(images(3, *shape), images(3, *shape, seed=1), 1.0)).all()


def test_in_chunks_as_at_once(monkeypatch):
    x = images(9, 12, 12)
    first, second = torch.arange(9), torch.arange(9).flip(0)
    monkeypatch.setattr(module, "CHUNK", 300)
    torch.testing.assert_close(ssim_of(x, first, second, 1.0), ssim(x, x[second], 1.0))
    assert ssim_of(x[:0], first[:0], first[:0], 1.0).shape == (0,)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(InvalidInput, match="pairs of images"):
        ssim(images(2, 9, 9), images(3, 9, 9), 1.0)
    with pytest.raises(InvalidInput, match="above 0"):
        ssim(images(2, 9, 9), images(2, 9, 9), 0.0)
