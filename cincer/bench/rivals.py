"""Other libraries' influence scores, one contender a process, for `cincer bench influence`.

A script of its own: it imports nothing of cincer, because the interpreter that runs it has other
packages (`PYTHON rivals.py list` says which contenders it can run). `PYTHON rivals.py NAME DATA`
reads the arrays, then obeys lines on stdin, `fit` or `query N FILE.npz`, and answers each with a
line of JSON: wall and processor seconds, peak memory. Only the library's own calls are timed,
imports are not; one thread.

Chosen in the libraries' favour: batches of `BATCH` rows (captum and kronfluence ask for batches as
large as memory allows; larger ones leave the cache and gain nothing); one checkpoint that is not
read again; closed forms and exact inverses where there is a choice. Three ways to feed them:

documented  as their manuals show: a `TensorDataset` (captum, kronfluence), whole tensors (pyDVL)
batched     batches made ready beforehand, which spares the loader's work row by row
stored      captum's "intermediate quantities" of all training examples kept in memory, so that a
            query is one product; captum makes the vectors, the product is written here

Left out: pyDVL's EK-FAC, of which one query of 100,000 examples took 87 s of processor time, and
all stochastic or low-rank solvers, which are there for Hessians that do not fit.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import resource
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

BATCH = 4096


class Arrays:
    """What everybody is given: rows x (N, P) float32 whose last column is 1 (some leave a bias
    out), labels y (N,), test rows and labels, the head as a linear layer, the damping."""

    def __init__(self, path: str) -> None:
        with np.load(path, allow_pickle=False) as found:
            self.x, self.y = torch.from_numpy(found["x"]), torch.from_numpy(found["y"])
            self.test_x = torch.from_numpy(found["test_x"])
            self.test_y = torch.from_numpy(found["test_y"])
            self.weights = torch.from_numpy(found["weights"])
            self.damping = float(found["damping"])

    def network(self) -> nn.Sequential:
        head = nn.Linear(self.x.shape[1], len(self.weights), bias=False)
        head.load_state_dict({"weight": self.weights.float()})
        return nn.Sequential(head)

    def dataset(self) -> TensorDataset:
        return TensorDataset(self.x, self.y)

    def batches(self) -> DataLoader[Any]:
        """Ready-made batches, which the loader hands on as they are."""
        parts = list(zip(torch.split(self.x, BATCH), torch.split(self.y, BATCH), strict=True))
        return DataLoader(parts, batch_size=None)  # type: ignore[arg-type]


class Contender(Protocol):
    """One way to answer. Scores (N,): higher = more alike, whatever the scale."""

    def fit(self) -> None: ...
    def query(self, x: Tensor, y: Tensor) -> Tensor: ...


def _loaded(model: nn.Module, checkpoint: Any) -> float:
    """Nothing is read again: the model is at hand. The step size is 1."""
    return 1.0


class TracIn:
    """captum's TracInCPFast on one checkpoint: the product of two gradients."""

    def __init__(self, data: Arrays) -> None:
        from captum import influence

        self.data, self.captum = data, influence

    def rows(self) -> Any:
        return self.data.dataset()

    def fit(self) -> None:
        model = self.data.network()
        self.scorer = self.captum.TracInCPFast(
            model, model[0], self.rows(), ["here"], _loaded, nn.CrossEntropyLoss(reduction="sum"),
            BATCH)

    def query(self, x: Tensor, y: Tensor) -> Tensor:
        found: Tensor = self.scorer.influence((x, y))[0]
        return found


class TracInBatched(TracIn):
    def rows(self) -> Any:
        return self.data.batches()


class _Kept:
    """captum's index of training vectors, as the vectors themselves."""

    def setup(self, data: Tensor) -> None:
        self.data = data


class TracInStored(TracIn):
    """captum's TracInCPFastRandProj without a projection: every example's gradient is kept."""

    def fit(self) -> None:
        model, self.index = self.data.network(), _Kept()
        self.scorer = self.captum.TracInCPFastRandProj(
            model, model[0], self.data.batches(), ["here"], _loaded,
            nn.CrossEntropyLoss(reduction="sum"), nearest_neighbors=self.index)

    def query(self, x: Tensor, y: Tensor) -> Tensor:
        found: Tensor = self.index.data @ self.scorer.compute_intermediate_quantities((x, y))[0]
        return found


class NaiveInfluence:
    """captum's NaiveInfluenceFunction: the Hessian, formed and inverted at full rank."""

    def __init__(self, data: Arrays) -> None:
        from captum import influence

        self.data, self.captum = data, influence

    def fit(self) -> None:
        model, data = self.data.network(), self.data
        self.scorer = self.captum.NaiveInfluenceFunction(
            model, data.batches(), "here", _loaded, ["0"], nn.CrossEntropyLoss(reduction="sum"),
            sample_wise_grads_per_batch=True, projection_dim=self.data.weights.numel(),
            hessian_reg=data.damping * len(data.x), hessian_inverse_tol=0.0)

    def query(self, x: Tensor, y: Tensor) -> Tensor:
        found: Tensor = self.scorer.influence((x, y))[0]
        return found


class NaiveInfluenceStored(NaiveInfluence):
    """The same with every training example's embedding kept."""

    def fit(self) -> None:
        super().fit()
        self.kept = self.scorer.compute_intermediate_quantities(self.data.batches())

    def query(self, x: Tensor, y: Tensor) -> Tensor:
        own: Tensor = self.scorer.compute_intermediate_quantities((x, y), test=True)[0]
        found: Tensor = self.kept @ own
        return found


class Direct:
    """pyDVL's DirectInfluence: the Hessian, formed; one solve a query."""

    def __init__(self, data: Arrays) -> None:
        from pydvl.influence import torch as pydvl

        self.data, self.pydvl = data, pydvl

    def fit(self) -> None:
        self.scorer = self.pydvl.DirectInfluence(
            self.data.network(), nn.functional.cross_entropy, regularization=self.data.damping)
        self.scorer = self.scorer.fit(self.data.batches())

    def query(self, x: Tensor, y: Tensor) -> Tensor:
        found: Tensor = self.scorer.influences(x, y, self.data.x, self.data.y)[0]
        return found


class DirectBatched(Direct):
    """The query's solve once, then batch after batch of training examples."""

    def query(self, x: Tensor, y: Tensor) -> Tensor:
        factor = self.scorer.influence_factors(x, y)
        return torch.cat([self.scorer.influences_from_factors(factor, *part)[0]
                          for part in self.data.batches()])


class Kron:
    """kronfluence's pairwise scores, all factors fitted first."""

    def __init__(self, data: Arrays) -> None:
        from kronfluence import analyzer, arguments

        self.data, self.made, self.arguments, self.count = data, analyzer, arguments, 0

    def rows(self, x: Tensor, y: Tensor) -> Dataset[Any]:
        return TensorDataset(x, y)

    def loading(self) -> Any:
        return None

    def fit(self) -> None:
        task = _task()
        self.folder = tempfile.TemporaryDirectory(prefix="kronfluence-")
        self.analyzer = self.made.Analyzer(
            "bench", self.made.prepare_model(self.data.network(), task), task, cpu=True,
            log_level=logging.ERROR, disable_tqdm=True, output_dir=self.folder.name)
        self.analyzer.fit_all_factors(
            "factors", self.rows(self.data.x, self.data.y), per_device_batch_size=BATCH,
            factor_args=self.arguments.FactorArguments(strategy="ekfac"),
            dataloader_kwargs=self.loading())

    def query(self, x: Tensor, y: Tensor) -> Tensor:
        self.count += 1
        name = f"scores{self.count}"
        self.analyzer.compute_pairwise_scores(
            name, "factors", self.rows(x, y), self.rows(self.data.x, self.data.y),
            per_device_query_batch_size=1, per_device_train_batch_size=BATCH,
            score_args=self.arguments.ScoreArguments(damping_factor=self.data.damping),
            dataloader_kwargs=self.loading())
        found: Tensor = self.analyzer.load_pairwise_scores(name)["all_modules"][0]
        return found


class _Fetched(Dataset[Any]):
    """Hands the loader a whole batch at once."""

    def __init__(self, x: Tensor, y: Tensor) -> None:
        self.x, self.y = x, y

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, at: int) -> tuple[Tensor, Tensor]:
        return self.x[at], self.y[at]

    def __getitems__(self, rows: list[int]) -> tuple[Tensor, Tensor]:
        part = slice(rows[0], rows[-1] + 1)
        return self.x[part], self.y[part]


class KronBatched(Kron):
    def rows(self, x: Tensor, y: Tensor) -> Dataset[Any]:
        return _Fetched(x, y)

    def loading(self) -> Any:
        from kronfluence.utils.dataset import DataLoaderKwargs

        return DataLoaderKwargs(collate_fn=lambda batch: batch)


def _task() -> Any:
    from kronfluence.task import Task

    class Classify(Task):  # type: ignore[misc]
        def compute_train_loss(self, batch: Any, model: nn.Module, sample: bool = False) -> Tensor:
            logits = model(batch[0])
            labels = batch[1]
            if sample:
                with torch.no_grad():
                    labels = torch.multinomial(logits.softmax(dim=1), 1).flatten()
            return nn.functional.cross_entropy(logits, labels, reduction="sum")

        def compute_measurement(self, batch: Any, model: nn.Module) -> Tensor:
            return self.compute_train_loss(batch, model)

    return Classify()


@dataclass(frozen=True)
class Entry:
    """A contender: the package it needs, what it computes (`identity`, `inverse`, `kfac`), the way
    it is fed."""

    package: str
    quantity: str
    way: str
    make: Callable[[Arrays], Contender]


CONTENDERS: dict[str, Entry] = {
    "captum TracInCPFast": Entry("captum", "identity", "documented", TracIn),
    "captum TracInCPFast, batched": Entry("captum", "identity", "batched", TracInBatched),
    "captum TracInCPFastRandProj": Entry("captum", "identity", "stored", TracInStored),
    "pyDVL Direct": Entry("pydvl", "inverse", "documented", Direct),
    "pyDVL Direct, batched": Entry("pydvl", "inverse", "batched", DirectBatched),
    "captum Naive": Entry("captum", "inverse", "batched", NaiveInfluence),
    "captum Naive, stored": Entry("captum", "inverse", "stored", NaiveInfluenceStored),
    "kronfluence EK-FAC": Entry("kronfluence", "kfac", "documented", Kron),
    "kronfluence EK-FAC, batched": Entry("kronfluence", "kfac", "batched", KronBatched),
}


def serve(contender: Contender, data: Arrays) -> None:
    """Obeys stdin until it ends."""
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    before = _peak()
    print(json.dumps({"ready": True}), file=answer, flush=True)
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "fit":
            said = _timed(contender.fit)[1]
        else:
            one = slice(int(rest[0]), int(rest[0]) + 1)
            scores, said = _timed(partial(contender.query, data.test_x[one], data.test_y[one]))
            np.savez(rest[1], scores=scores.detach().numpy())
        said["memory_mib"] = _peak() - before
        print(json.dumps(said), file=answer, flush=True)


def _timed(call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    return found, {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def _peak() -> float:
    """Peak resident MiB of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def available() -> Iterator[dict[str, str]]:
    """What this interpreter can run."""
    for name, entry in CONTENDERS.items():
        if importlib.util.find_spec(entry.package):
            yield {"name": name, "quantity": entry.quantity, "way": entry.way,
                   "version": f"{entry.package} {version(entry.package)}"}


def main(arguments: list[str], contenders: Mapping[str, Entry] = CONTENDERS) -> None:
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    if arguments == ["list"]:
        print(json.dumps(list(available())))
        return
    data = Arrays(arguments[1])
    serve(contenders[arguments[0]].make(data), data)


if __name__ == "__main__":
    main(sys.argv[1:])
