"""The grid's networks where a layer is a convolution: one torch module a run, trained in turn.

On a processor a convolution has work enough in it that nothing is gained by joining runs into one
product (a graphics card wants that, see `joined`); the draws, the schedule and the interface are
those of `nets.Nets`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cincer.models.networks import Split, cnn

from .nets import KEEP, TEST_CHUNK, Grid

UNITS = 64
"""Units that dropout covers: the dense layer before the head."""


def fresh(grid: Grid) -> Split:
    """One network with weights drawn from torch's generator (Glorot, uniform)."""
    made = cnn((grid.inputs,), grid.classes)
    assert isinstance(made, Split)
    for part in made.modules():
        if isinstance(part, nn.Linear | nn.Conv2d):
            nn.init.xavier_uniform_(part.weight)
            assert part.bias is not None
            nn.init.zeros_(part.bias)
    return made.eval()


class Convolutional:
    """`cnn` networks in a grid; inputs are flattened square images."""

    def __init__(self, grid: Grid, seed: int) -> None:
        self.grid, self.hidden, self.device = grid, UNITS, torch.device("cpu")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._runs = [[fresh(grid) for _ in range(grid.variants)] for _ in range(grid.repeats)]
        self._initial = {k: v.clone() for k, v in self._runs[0][0].state_dict().items()}
        self.restart()

    def restart(self) -> None:
        """The initial weights, and Adam as new."""
        self.reset()
        self._adams = [[torch.optim.Adam(run.parameters(), eps=1e-7, fused=True) for run in row]
                       for row in self._runs]

    def reset(self) -> None:
        """The initial weights; Adam's moments stay."""
        self.release()
        for row in self._runs:
            for run in row:
                run.load_state_dict(self._initial)

    def hold(self, runs: Tensor) -> None:
        """The runs marked (A, B) learn nothing more until `release`."""
        self._held |= runs

    def release(self) -> None:
        """All learn again."""
        self._held = torch.zeros(self.grid.repeats, self.grid.variants, dtype=torch.bool)

    def one(self, a: int, b: int) -> nn.Module:
        """Run (a, b), in inference mode."""
        return self._runs[a][b]

    @torch.no_grad()
    def features(self, x: Tensor) -> Tensor:
        """(A, n, F) to (A, B, n, 64)."""
        return torch.stack([torch.stack([run.features(x[a]) for run in row])
                            for a, row in enumerate(self._runs)])

    @torch.no_grad()
    def logits(self, x: Tensor) -> Tensor:
        """(A, n, F) to (A, B, n, K)."""
        return torch.stack([torch.stack([run(x[a]) for run in row])
                            for a, row in enumerate(self._runs)])

    @torch.no_grad()
    def predicted(self, x: Tensor) -> Tensor:
        """(M, F) rows that every run is asked about, to (A, B, M) classes."""
        parts = torch.split(x, TEST_CHUNK)
        return torch.stack([
            torch.stack([torch.cat([run(part).argmax(dim=1) for part in parts]) for run in row])
            for row in self._runs])

    def step(
        self, x: Tensor, targets: Tensor, kept: Tensor | None, weights: Tensor | None = None
    ) -> Tensor:
        """See `nets.Nets.step`."""
        return torch.stack([
            torch.stack([
                self._step(a, b, x[a], targets[a, b], None if kept is None else kept[a],
                           None if weights is None else weights[a, b])
                for b in range(self.grid.variants)])
            for a in range(self.grid.repeats)])

    def _step(
        self, a: int, b: int, x: Tensor, targets: Tensor, kept: Tensor | None,
        weights: Tensor | None,
    ) -> Tensor:
        run, adam = self._runs[a][b], self._adams[a][b]
        if self._held[a, b]:
            return torch.full_like(targets, 1 / self.grid.classes)
        h = run.features(x)
        z = run.head(h if kept is None else h * (kept / KEEP))
        losses = nn.functional.cross_entropy(z, targets, reduction="none")
        share = 1 / len(x) if weights is None else weights / weights.sum().clamp(min=1)
        adam.zero_grad(set_to_none=True)
        torch.autograd.backward((losses * share).sum())
        adam.step()
        return torch.softmax(z.detach(), dim=1)
