"""A grid of networks of one shape, (A repeats, B variants), trained side by side.

`logreg`: flatten, softmax. `mlp`: 64 and 32 hidden units, ReLU, dropout 0.2 after each (Teso et
al. 2021). Gradients are written out, one batched product a layer and direction; Adam is torch's
fused one. All start from the same weights (Glorot, uniform), to which `reset` returns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cincer.errors import UnknownName

HIDDEN: dict[str, tuple[int, ...]] = {"logreg": (), "mlp": (64, 32)}
KEEP = 0.8
"""Share of the hidden units that dropout leaves."""

TEST_CHUNK = 512

ALIGNED = 64
"""Parameters are stored in multiples of this: what is left over of a vector would be rounded in
another way, and a run would depend on which others it is trained beside."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Shapes: A repeats, B variants of each, F inputs, K classes."""

    repeats: int
    variants: int
    inputs: int
    classes: int

    @property
    def runs(self) -> int:
        return self.repeats * self.variants


class Nets:
    """Weights are (A, B, out, in) a layer, biases (A, B, out); rows that the variants of a repeat
    share are (A, n, F). Float32, on `device`; `features`, `logits` and `predicted` take and give
    tensors of the processor's memory, training what is on the device."""

    def __init__(
        self, model: str, grid: Grid, seed: int, device: str | torch.device = "cpu"
    ) -> None:
        if model not in HIDDEN:
            raise UnknownName("model", model, HIDDEN)
        self.grid, self.device = grid, torch.device(device)
        self.sizes = (grid.inputs, *HIDDEN[model], grid.classes)
        source = torch.Generator().manual_seed(seed)
        self.initial = [_glorot(o, i, source).to(self.device) for i, o in self._layers()]
        cells = (grid.repeats, grid.variants)
        self._store: list[Tensor] = []
        self.weights = [self._room(*cells, *w.shape) for w in self.initial]
        self.biases = [self._room(*cells, o) for _, o in self._layers()]
        self.parameters = [*self.weights, *self.biases]
        self.restart()

    def _room(self, *shape: int) -> Tensor:
        """Zeros in a store that Adam updates as a whole."""
        size = math.prod(shape)
        store = torch.zeros(math.ceil(size / ALIGNED) * ALIGNED, device=self.device)
        store.grad = torch.zeros_like(store)
        self._store.append(store)
        found = store[:size].view(shape)
        found.grad = store.grad[:size].view(shape)
        return found

    @property
    def hidden(self) -> int:
        """Hidden units of all layers together: what dropout masks cover."""
        return sum(self.sizes[1:-1])

    def _layers(self) -> list[tuple[int, int]]:
        return list(zip(self.sizes[:-1], self.sizes[1:], strict=True))

    def restart(self) -> None:
        """The initial weights, and Adam as new."""
        self.reset()
        self.adam = torch.optim.Adam(self._store, eps=1e-7, fused=True)

    def reset(self) -> None:
        """The initial weights; Adam's moments stay."""
        for weight, start in zip(self.weights, self.initial, strict=True):
            weight.copy_(start.expand_as(weight))
        for bias in self.biases:
            bias.zero_()
        self._held: list[tuple[Tensor, list[Tensor]]] = []

    def hold(self, runs: Tensor) -> None:
        """The runs marked (A, B) will be, after `release`, what they are now."""
        if bool(runs.any()):
            self._held.append((runs, [p[runs] for p in self.parameters]))

    def release(self) -> None:
        """Puts back what was held."""
        for runs, kept in self._held:
            for parameter, values in zip(self.parameters, kept, strict=True):
                parameter[runs] = values
        self._held = []

    # ---- forward -------------------------------------------------------------------------------

    def features(self, x: Tensor) -> Tensor:
        """(A, n, F) to (A, B, n, D): what the last layer is given. No dropout."""
        if len(self.sizes) == 2:
            return x[:, None].expand(-1, self.grid.variants, -1, -1)
        return self._trunk(x.to(self.device)).cpu()

    def _trunk(self, x: Tensor) -> Tensor:
        h = self._first(x).relu_()
        for layer in range(1, len(self.weights) - 1):
            h = self._layer(layer, h).relu_()
        return h

    def logits(self, x: Tensor) -> Tensor:
        """(A, n, F) to (A, B, n, K)."""
        x = x.to(self.device)
        if len(self.sizes) == 2:
            return self._first(x).cpu()
        return self._layer(len(self.weights) - 1, self._trunk(x)).cpu()

    def predicted(self, x: Tensor) -> Tensor:
        """(M, F) rows that every run is asked about, to (A, B, M) classes."""
        parts = [self._everywhere(part.to(self.device)).argmax(dim=3)
                 for part in torch.split(x, TEST_CHUNK)]
        return torch.cat(parts, dim=2).cpu()

    def _everywhere(self, x: Tensor) -> Tensor:
        wide = self.weights[0].reshape(-1, x.shape[1])
        z = torch.addmm(self.biases[0].reshape(-1), x, wide.T)
        h = z.view(len(x), self.grid.repeats, self.grid.variants, -1).permute(1, 2, 0, 3)
        for layer in range(1, len(self.weights)):
            h = self._layer(layer, h.relu())
        return h

    def _first(self, x: Tensor) -> Tensor:
        """The first layer, shared inputs: one product a repeat for all its variants."""
        wide = self.weights[0].flatten(1, 2)
        z = torch.baddbmm(self.biases[0].flatten(1, 2)[:, None], x, wide.transpose(1, 2))
        return z.view(*z.shape[:2], self.grid.variants, -1).transpose(1, 2).contiguous()

    def _layer(self, layer: int, h: Tensor) -> Tensor:
        bias = self.biases[layer].flatten(0, 1)[:, None]
        z = torch.baddbmm(
            bias, h.flatten(0, 1), self.weights[layer].flatten(0, 1).transpose(1, 2))
        return z.view(*h.shape[:2], *z.shape[1:])

    def one(self, a: int, b: int) -> nn.Module:
        """Run (a, b) as a torch module of its own, in inference mode."""
        layers: list[nn.Module] = []
        for at, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            linear = nn.Linear(weight.shape[3], weight.shape[2])
            linear.load_state_dict({"weight": weight[a, b], "bias": bias[a, b]})
            layers += [linear] if at == 0 else [nn.ReLU(), linear]
        return nn.Sequential(*layers).eval()

    # ---- training ------------------------------------------------------------------------------

    def step(
        self, x: Tensor, targets: Tensor, kept: Tensor | None, weights: Tensor | None = None
    ) -> Tensor:
        """One step of Adam on a batch: (A, n, F), one-hot labels (A, B, n, K), (A, n, hidden) the
        units dropout keeps (None: no dropout), and what each row counts (A, B, n) (None: ones).
        The probabilities (A, B, n, K) before it."""
        probs = self.gradient(x, targets, kept, weights)
        self.adam.step()
        return probs

    def gradient(
        self, x: Tensor, targets: Tensor, kept: Tensor | None, weights: Tensor | None = None
    ) -> Tensor:
        """Puts the gradient of the (weighted) mean cross-entropy beside every parameter."""
        inner = self._dropped(x, kept)
        z = self._layer(len(inner), inner[-1]) if inner else self._first(x)
        probs = torch.softmax(z, dim=3)
        flow = probs - targets
        if weights is None:
            flow.div_(x.shape[1])
        else:
            flow.mul_((weights / weights.sum(dim=2, keepdim=True).clamp(min=1))[..., None])
        for layer in range(len(self.weights) - 1, 0, -1):
            self._write(layer, inner[layer - 1], flow)
            scale = 1.0 if kept is None else 1 / KEEP
            flow = torch.matmul(flow * scale, self.weights[layer])
            flow = torch.ops.aten.threshold_backward(flow, inner[layer - 1], 0)
        self._write_first(x, flow)
        return probs

    def _dropped(self, x: Tensor, kept: Tensor | None) -> list[Tensor]:
        """The hidden layers' outputs under dropout: 0 where a unit is off or left out."""
        masks = () if kept is None else torch.split(
            kept / KEEP, list(self.sizes[1:-1]), dim=2)
        outputs: list[Tensor] = []
        for layer in range(len(self.weights) - 1):
            h = (self._layer(layer, outputs[-1]) if outputs else self._first(x)).relu_()
            outputs.append(h.mul_(masks[layer][:, None]) if masks else h)
        return outputs

    def _write(self, layer: int, below: Tensor, flow: Tensor) -> None:
        gradient = self.weights[layer].grad
        assert gradient is not None
        torch.bmm(flow.flatten(0, 1).transpose(1, 2), below.flatten(0, 1),
                  out=gradient.flatten(0, 1))
        _grad(self.biases[layer]).copy_(flow.sum(dim=2))

    def _write_first(self, x: Tensor, flow: Tensor) -> None:
        wide = flow.transpose(1, 2).flatten(2)
        torch.bmm(wide.transpose(1, 2), x, out=_grad(self.weights[0]).flatten(1, 2))
        _grad(self.biases[0]).copy_(flow.sum(dim=2))


def _grad(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad


def _glorot(outputs: int, inputs: int, source: torch.Generator) -> Tensor:
    limit = math.sqrt(6 / (inputs + outputs))
    return (torch.rand(outputs, inputs, generator=source) * 2 - 1) * limit
