"""Precision at k: how many of a strategy's first k counter-examples are mislabelled.

Teso et al. (2021), Q3. The network is trained once, on the noisy bootstrap. The arrivals have their
true labels; every one that the network does not predict is a query, so each suspicion is wrong,
and what speaks against the arrival had better be a mislabelled example. Arrivals join the
candidates. Two variants:

static         nothing that is found is set right: all strategies face the same candidates
as_published   a mislabelled first pick is set right at once, which takes the easy ones from the
               strategies that find them

One training a repeat serves all strategies and both variants.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cincer.counterexample import counter_example
from cincer.errors import Conflict, InvalidInput
from cincer.kernels.head import with_bias
from cincer.kernels.whole import jacobians
from cincer.protocols import CounterExample
from cincer_streams.published import published_streams

from ..jobs import Told, dealt, spread
from ..published.nets import Grid
from ..published.picks import DAMPING, Seen, suspect
from ..published.protocol import networks
from ..published.streams import Streams, streams
from ..published.training import Schedule, refit
from ..published.watch import SMALLEST
from ..simulate import Plan, Progress, dataset

VARIANTS = ("static", "as_published")
FIRST = 10
"""Picks kept a query."""

ALONE = ("no_ce", "drop_ce")

Key = tuple[str, str, int]
"""Variant, selector, repeat."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The network of one repeat, on all N rows of its stream: inputs (N, F), features (N, D + 1),
    probabilities (N, K), labels (N,) as they stand and as they are; `learning` (N,), for rows
    that were not trained on their present loss. The first `bootstrap` were trained on."""

    x: Tensor
    features: Tensor
    probs: Tensor
    labels: Tensor
    true: Tensor
    learning: Tensor
    bootstrap: int
    network: torch.nn.Module

    def seen(self, labels: Tensor, rows: int) -> Seen:
        """The first `rows` rows with `labels` (N,), as a strategy sees them."""
        changed = labels[:rows] != self.labels[:rows]
        learning = torch.where(changed, losses(self.probs, labels)[:rows], self.learning[:rows])
        return Seen(
            self.features[:rows], self.probs[:rows], labels[:rows], DAMPING, self.x[:rows],
            torch.zeros(rows, dtype=torch.bool), learning, torch.ones(rows),
            lambda positions: jacobians(self.network, self.x[positions]))


def run(
    plan: Plan, out: Path, progress: Progress = lambda *_: None, *, jobs: int = 1
) -> Iterator[dict[str, Any]]:
    """Runs what `out` does not hold yet, one line a variant, selector and repeat; yields them all.
    `jobs`: processes, of which each takes whole repeats."""
    if set(ALONE) & set(plan.selectors):
        raise InvalidInput(f"{' and '.join(ALONE)} show no counter-example to be precise about")
    done = _resume(plan, out)
    keys = [(variant, selector, repeat) for repeat in range(1, plan.repeats + 1)
            for variant in VARIANTS for selector in plan.selectors]
    yield from done.values()
    missing = [key for key in keys if key not in done]
    with out.open("a", encoding="utf-8") as file:
        for count, line in enumerate(_everywhere(plan, missing, jobs), start=len(done) + 1):
            file.write(json.dumps(line) + "\n")
            file.flush()
            progress(f"{line['selector']}, repeat {line['repeat']}", count, len(keys))
            yield line
    found = lines(out.read_text(encoding="utf-8").splitlines())
    _write(plan, out, [found[key] for key in keys if key in found])


def train(
    found: Streams, repeats: Sequence[int], model: str, schedule: Schedule, device: str = "cpu"
) -> list[Trained]:
    """One network a repeat, trained side by side on `device`."""
    k, true = found.bootstrap, found.true("oracle")
    labels = true.clone()
    labels[:, :k] = found.given[:, :k]
    grid = Grid(len(found.x), 1, found.x.shape[2], found.classes)
    nets = networks(model, grid, schedule.seed, device)
    learned = refit(nets, found.x[:, :k], labels[:, None, :k], repeats, 0, schedule)[:, 0]
    probs = torch.softmax(nets.logits(found.x), dim=3)[:, 0]
    features = nets.features(found.x)[:, 0]
    return [
        Trained(found.x[a], with_bias(features[a]), probs[a], labels[a], true[a],
                torch.cat([learned[a], losses(probs[a], labels[a])[k:]]), k, nets.one(a, 0))
        for a in range(len(found.x))]


def queries(trained: Trained, strategy: CounterExample, variant: str) -> dict[str, list[Any]]:
    """The queries of one repeat: arrival `t`, `candidates`, how many of them are `wrong`, and
    `hits`, 0 or 1 for each of the first picks. Arrivals without a candidate are left out."""
    labels = trained.labels.clone()
    found: dict[str, list[Any]] = {"t": [], "candidates": [], "wrong": [], "hits": []}
    predicted = trained.probs.argmax(dim=1)
    for row in range(trained.bootstrap, len(labels)):
        candidates = torch.nonzero(labels[:row] == predicted[row])[:, 0]
        if predicted[row] == labels[row] or not len(candidates):
            continue
        about = suspect(row, trained.features[row], trained.probs[row], int(labels[row]))
        picks = strategy(about, trained.seen(labels, row), candidates, FIRST).positions
        wrong = labels != trained.true
        found["t"].append(row - trained.bootstrap + 1)
        found["candidates"].append(len(candidates))
        found["wrong"].append(int(wrong[candidates].sum()))
        found["hits"].append(wrong[picks].int().tolist())
        if variant == "as_published":
            labels[picks[0]] = trained.true[picks[0]]
    return found


def losses(probs: Tensor, labels: Tensor) -> Tensor:
    """(N, K) and (N,) to (N,) losses in nats."""
    return -probs.gather(1, labels[:, None])[:, 0].clamp(min=SMALLEST).log()


def _everywhere(
    plan: Plan, missing: Sequence[Key], jobs: int
) -> Iterator[dict[str, Any]]:
    """The missing runs, repeat by repeat in `jobs` processes."""
    shares = [(plan, part) for part in dealt(missing, jobs, lambda key: key[2])]
    return _played(shares[0]) if len(shares) == 1 else spread(_played, shares, lambda *_: None)


def _played(
    share: tuple[Plan, list[Key]], told: Told = lambda *_: None
) -> Iterator[dict[str, Any]]:
    """The missing runs of `share`, on one thread: more would round sums differently."""
    plan, missing = share
    torch.set_num_threads(1)
    repeats = sorted({repeat for _, _, repeat in missing})
    model, bootstrap = plan.settings.model, plan.settings.loop.bootstrap
    every = published_streams(dataset(plan.data), plan.noise, bootstrap=bootstrap,
                              stream=plan.arrivals, repeats=plan.repeats)
    trained = dict(zip(repeats, train(
        streams([every[repeat - 1] for repeat in repeats]), repeats, model.model,
        Schedule(model.epochs, seed=plan.seed), plan.device), strict=True))
    for variant, selector, repeat in missing:
        strategy = counter_example(selector, seed=plan.seed)
        yield {"variant": variant, "selector": selector, "repeat": repeat,
               **queries(trained[repeat], strategy, variant)}


def _resume(plan: Plan, out: Path) -> dict[Key, dict[str, Any]]:
    """Whole runs that `out` holds; it begins with the settings."""
    header = json.dumps(plan.header())
    first, *rest = out.read_text(encoding="utf-8").splitlines() if out.exists() else [header]
    if first != header:
        raise Conflict(f"{out} holds runs with other settings or versions; name another folder")
    found = lines(rest)
    out.parent.mkdir(parents=True, exist_ok=True)
    _write(plan, out, found.values())
    return found


def _write(plan: Plan, out: Path, found: Iterable[dict[str, Any]]) -> None:
    texts = [json.dumps(plan.header()), *map(json.dumps, found)]
    out.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")


def lines(texts: Sequence[str]) -> dict[Key, dict[str, Any]]:
    """Runs by variant, selector and repeat; half a line, where a run was cut off, is dropped."""
    found: dict[Key, dict[str, Any]] = {}
    for text in texts:
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and "hits" in line:
            found[line["variant"], line["selector"], line["repeat"]] = line
    return found
