"""The grid's convolutional networks as one product a layer, for a graphics card.

What `convolutional` trains in turn, side by side: each convolution is a product of the patches of
its input with all networks' kernels. Images lie with their channels last, so that the dense layer
reads (side, side, channel) where torch's module reads (channel, side, side).
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from .convolutional import UNITS, fresh
from .nets import KEEP, Grid

SIZE = 3
"""Side of a kernel."""

CHUNK = 128
"""Rows looked at at once where nothing is learned."""


class Patches(torch.autograd.Function):
    """(G, n, s, s, C) images to (G, n (s - 2)^2, 9 C): what each place's kernel sees."""

    @staticmethod
    def forward(ctx: Any, images: Tensor) -> Tensor:
        ctx.shape = images.shape
        left = images.shape[2] - SIZE + 1
        seen = torch.cat([images[:, :, i : i + left, j : j + left]
                          for i in range(SIZE) for j in range(SIZE)], dim=4)
        return seen.flatten(1, 3)

    @staticmethod
    def backward(ctx: Any, *flows: Tensor) -> Tensor:
        count, rows, side, _, channels = ctx.shape
        left = side - SIZE + 1
        parts = flows[0].view(count, rows, left, left, SIZE * SIZE, channels)
        found = flows[0].new_zeros(ctx.shape)
        for i in range(SIZE):
            for j in range(SIZE):
                found[:, :, i : i + left, j : j + left] += parts[:, :, :, :, i * SIZE + j]
        return found


class Joined:
    """See `nets.Nets`; G = A B networks. Weights (G, in, out), biases (G, out), a layer each."""

    def __init__(self, grid: Grid, seed: int, device: str | torch.device = "cpu") -> None:
        self.grid, self.hidden, self.device = grid, UNITS, torch.device(device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._initial = [part.to(self.device) for part in _parts(fresh(grid))]
        self.parameters = [
            part.expand(grid.runs, *part.shape).clone(memory_format=torch.contiguous_format)
            for part in self._initial]
        self.restart()

    def restart(self) -> None:
        """The initial weights, and Adam as new."""
        self.reset()
        for part in self.parameters:
            part.requires_grad_()
        self._adam = torch.optim.Adam(self.parameters, eps=1e-7, fused=True)

    @torch.no_grad()
    def reset(self) -> None:
        """The initial weights; Adam's moments stay."""
        for part, start in zip(self.parameters, self._initial, strict=True):
            part.copy_(start.expand_as(part))
        self._held: list[tuple[Tensor, list[Tensor]]] = []

    @torch.no_grad()
    def hold(self, runs: Tensor) -> None:
        """The runs marked (A, B) will be, after `release`, what they are now."""
        if bool(runs.any()):
            self._held.append((runs.flatten(), [p[runs.flatten()] for p in self.parameters]))

    @torch.no_grad()
    def release(self) -> None:
        """Puts back what was held."""
        for runs, kept in self._held:
            for parameter, values in zip(self.parameters, kept, strict=True):
                parameter[runs] = values
        self._held = []

    @torch.no_grad()
    def one(self, a: int, b: int) -> nn.Module:
        """Run (a, b) as a torch module of its own, in inference mode and in this memory."""
        made, at = fresh(self.grid), a * self.grid.variants + b
        side = _left(self.grid)
        for layer, (weight, bias) in zip(_layers(made), self._pairs(), strict=True):
            kernel = weight[at].T.cpu()
            if isinstance(layer, nn.Conv2d):
                kernel = kernel.view(len(kernel), SIZE, SIZE, -1).permute(0, 3, 1, 2)
            elif layer is not made.head:
                kernel = kernel.view(len(kernel), side, side, -1).permute(0, 3, 1, 2).flatten(1)
            layer.weight.copy_(kernel)
            assert layer.bias is not None
            layer.bias.copy_(bias[at].cpu())
        return made

    @torch.no_grad()
    def features(self, x: Tensor) -> Tensor:
        """(A, n, F) to (A, B, n, 64)."""
        return torch.cat([self._shaped(self._trunk(part.to(self.device))).cpu()
                          for part in torch.split(x, CHUNK, dim=1)], dim=2)

    @torch.no_grad()
    def logits(self, x: Tensor) -> Tensor:
        """(A, n, F) to (A, B, n, K)."""
        return torch.cat([self._shaped(self._said(self._trunk(part.to(self.device)))).cpu()
                          for part in torch.split(x, CHUNK, dim=1)], dim=2)

    def predicted(self, x: Tensor) -> Tensor:
        """(M, F) rows that every run is asked about, to (A, B, M) classes."""
        parts = torch.split(x, CHUNK)
        return torch.cat([self.logits(part.expand(self.grid.repeats, *part.shape)).argmax(dim=3)
                          for part in parts], dim=2)

    def step(
        self, x: Tensor, targets: Tensor, kept: Tensor | None, weights: Tensor | None = None
    ) -> Tensor:
        """See `nets.Nets.step`."""
        h = self._trunk(x)
        if kept is not None:
            mask = (kept / KEEP)[:, None].expand(-1, self.grid.variants, -1, -1)
            h = h * mask.reshape(h.shape)
        z = self._shaped(self._said(h))
        losses = -(torch.log_softmax(z, dim=3) * targets).sum(dim=3)
        share = 1 / x.shape[1] if weights is None else (
            weights / weights.sum(dim=2, keepdim=True).clamp(min=1))
        self._adam.zero_grad(set_to_none=True)
        torch.autograd.backward((losses * share).sum())
        self._adam.step()
        return torch.softmax(z.detach(), dim=3)

    def _pairs(self) -> list[tuple[Tensor, Tensor]]:
        return list(zip(self.parameters[::2], self.parameters[1::2], strict=True))

    def _trunk(self, x: Tensor) -> Tensor:
        """(A, n, F) to (G, n, 64)."""
        first, second, dense, _ = self._pairs()
        repeats, rows = x.shape[:2]
        images = self._pooled(x, *first)
        seen: Tensor = Patches.apply(images)  # type: ignore[no-untyped-call]
        h = torch.baddbmm(second[1][:, None], seen, second[0]).relu()
        assert repeats * self.grid.variants == len(h)
        return torch.baddbmm(dense[1][:, None], h.view(len(h), rows, -1), dense[0]).relu()

    def _pooled(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """The first convolution, whose patches all variants of a repeat share, pooled: (A, n, F) to
        (G, n, s, s, C)."""
        (repeats, rows), side = x.shape[:2], math.isqrt(x.shape[2])
        variants, left, many = self.grid.variants, side - SIZE + 1, weight.shape[2]
        seen = Patches.apply(  # type: ignore[no-untyped-call]
            x.view(repeats, rows, side, side, 1))
        wide = weight.view(repeats, variants, -1, many).transpose(1, 2).flatten(2)
        z = torch.baddbmm(bias.view(repeats, 1, -1), seen, wide)
        pooled = nn.functional.max_pool2d(
            z.view(repeats * rows, left, left, -1).permute(0, 3, 1, 2), 2).relu()
        half = left // 2
        return pooled.permute(0, 2, 3, 1).reshape(
            repeats, rows, half, half, variants, many).permute(0, 4, 1, 2, 3, 5).flatten(0, 1)

    def _said(self, h: Tensor) -> Tensor:
        weight, bias = self._pairs()[3]
        return torch.baddbmm(bias[:, None], h, weight)

    def _shaped(self, values: Tensor) -> Tensor:
        return values.view(self.grid.repeats, self.grid.variants, *values.shape[1:])


def _parts(made: nn.Module) -> list[Tensor]:
    """Weights (in, out) and biases (out,) of a module's layers, as they are kept here."""
    found: list[Tensor] = []
    for layer in _layers(made):
        weight = layer.weight.detach()
        if isinstance(layer, nn.Conv2d):
            weight = weight.permute(0, 2, 3, 1).flatten(1)
        elif len(found) == 4:
            weight = weight.view(len(weight), 64, -1).transpose(1, 2).flatten(1)
        assert layer.bias is not None
        found += [weight.T.contiguous(), layer.bias.detach().clone()]
    return found


def _layers(made: nn.Module) -> list[nn.Conv2d | nn.Linear]:
    return [part for part in made.modules() if isinstance(part, nn.Conv2d | nn.Linear)]


def _left(grid: Grid) -> int:
    """Side of what the second convolution leaves."""
    return (math.isqrt(grid.inputs) - 2) // 2 - 2
