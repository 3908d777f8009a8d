"""`cincer simulate`: the loop with an oracle, by selector and repeat, one JSON line a step.

The file begins with one line that states every setting, version and seed; a run that was cut off
goes on where its last whole run ended, and a file of other settings is refused. With training from
scratch, the runs of a study are trained side by side (`batched`), on a graphics card if one is
named. Everything else is computed on one thread a process and the finished file is in order of
repeat and selector: without a card it is the same however many processes wrote it.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch

from cincer import __version__
from cincer.config import Settings
from cincer.counterexample import COUNTER_EXAMPLES
from cincer.durable import place
from cincer.errors import Conflict, InvalidInput, UnknownName
from cincer.rng import derive
from cincer.suspicion import suspicion
from cincer_streams.dataset import DataSet
from cincer_streams.datasets import load
from cincer_streams.files import checked, opened
from cincer_streams.oracle import Oracle
from cincer_streams.published import published_streams
from cincer_streams.stream import NoisyStream, noisy_stream

from . import batched
from .arrays import read_arrays
from .devices import card, check_device
from .jobs import Told, dealt, spread
from .play import Step, play

DEFAULT = "default"
DROP = "drop_ce"
SPECIAL = (DEFAULT, DROP)
"""Selectors that are not strategies: the default one; and the paper's reply policy in which the
annotator sees the suspect alone, and a right one costs Top Fisher's pick its place."""

STREAMS = ("drawn", "published")

Progress = Callable[[str, int, int], None]
"""Called with what is running, the steps done and the steps in all."""

Run: TypeAlias = tuple[str, int]
"""Selector and repeat."""

Played: TypeAlias = tuple[str, int, list[Step]]
"""Selector, repeat, and one step an arrival."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. `arrivals` after `bootstrap`; `noise` a share in [0, 1]; `streams`: drawn from
    `seed`, or `published` for the draws of CINCER's published runs. `device`: where networks are
    trained from scratch, `cpu` or `cuda`."""

    data: str
    selectors: tuple[str, ...]
    settings: Settings
    noise: float = 0.2
    noise_model: str = "symmetric"
    arrivals: int = 100
    repeats: int = 5
    seed: int = 1
    oracle_error: float = 0.0
    streams: str = "drawn"
    device: str = "cpu"

    def checked(self) -> Plan:
        """This plan; raises on what cannot be run."""
        for name in self.selectors:
            if name not in SPECIAL and name not in COUNTER_EXAMPLES:
                raise UnknownName("selector", name, [*SPECIAL, *COUNTER_EXAMPLES])
        suspicion(self.settings.model.suspicion)
        if self.streams not in STREAMS:
            raise UnknownName("streams", self.streams, STREAMS)
        if self.arrivals < 1 or self.repeats < 1:
            raise InvalidInput("arrivals and repeats are at least 1")
        if not 0 <= self.noise < 1:
            raise InvalidInput(f"noise is a share from 0 to below 1, not {self.noise}")
        asked = self.settings.loop.auto_accept > 0 or self.settings.loop.weight_policy != "uniform"
        if asked and self.settings.model.training != "live":
            raise InvalidInput("auto_accept and weight_policy need --training live")
        if self.streams == "published" and self.noise_model != "symmetric":
            raise InvalidInput("the published streams have symmetric noise")
        if self.device != "cpu":
            if not batched.can_batch(self.settings):
                raise InvalidInput("--device is for training from scratch of logreg, mlp and cnn",
                                   field="device")
            check_device(self.device)
        return self

    def header(self) -> dict[str, Any]:
        """The first line: every setting, version and seed."""
        versions = {"cincer": __version__, "torch": torch.__version__, "numpy": np.__version__,
                    "python": platform.python_version(), **card(self.device)}
        own = {"data_sha256": digest(Path(self.data))} if self.own else {}
        return {"plan": {**asdict(self), "selectors": list(self.selectors)}, **own,
                "selectors": {name: self.strategy(name) for name in self.selectors},
                "versions": versions}

    @property
    def own(self) -> bool:
        """Whether `data` names a file of the user's."""
        return self.data.endswith(".npz")

    def strategy(self, selector: str) -> str:
        """The strategy's name that stands behind `selector`."""
        if selector == DROP:
            return "top_fisher"
        return self.settings.model.counter_example if selector == DEFAULT else selector


def run(
    plan: Plan, out: Path, progress: Progress = lambda *_: None, *, jobs: int = 1
) -> Iterator[dict[str, Any]]:
    """Runs what `out` does not hold yet; yields the last line of every run, those found included.
    `jobs`: processes, of which each takes whole repeats."""
    plan = plan.checked()
    header = json.dumps(plan.header())
    finished = _resume(plan, out, header)
    total = len(plan.selectors) * plan.repeats * (plan.arrivals + 1)
    done = len(finished) * (plan.arrivals + 1)
    missing = {(name, repeat) for name in plan.selectors for repeat in range(1, plan.repeats + 1)
               } - finished.keys()
    if missing:
        _streams(plan, dataset(plan.data))  # refused before anything is written
    yield from finished.values()

    def told(what: str, steps: int) -> None:
        nonlocal done
        done += steps
        progress(what, done, total)

    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("a", encoding="utf-8") as file:
        if not file.tell():
            file.write(header + "\n")
        for selector, repeat, steps in _everywhere(plan, missing, told, jobs):
            lines = [{"selector": selector, "repeat": repeat, **asdict(step)} for step in steps]
            file.write("".join(json.dumps(line) + "\n" for line in lines))
            file.flush()
            yield lines[-1]
    _put_in_order(plan, out)


def _everywhere(plan: Plan, missing: set[Run], told: Told, jobs: int) -> Iterator[Played]:
    """The missing runs, repeat by repeat in `jobs` processes."""
    shares = [(plan, set(part)) for part in dealt(missing, jobs, lambda run: run[1])]
    return _play(shares[0], told) if len(shares) == 1 else spread(_play, shares, told)


def _play(share: tuple[Plan, set[Run]], told: Told) -> Iterator[Played]:
    """The missing runs of `share`, here and on one thread: more would round sums differently."""
    plan, missing = share
    torch.set_num_threads(1)
    return _played(plan, _streams(plan, dataset(plan.data)), missing, told)


def _played(
    plan: Plan, streams: list[NoisyStream], missing: set[Run], told: Told
) -> Iterator[Played]:
    """The missing runs, each whole."""
    if batched.can_batch(plan.settings):
        wanted = [
            batched.Wanted(repeat, stream, _oracle(plan, repeat, stream),
                           {s: plan.strategy(s) for s in plan.selectors if (s, repeat) in missing})
            for repeat, stream in enumerate(streams, start=1)]
        yield from batched.run(wanted, plan.settings, plan.seed, told, plan.device)
        return
    for repeat, stream in enumerate(streams, start=1):
        for selector in plan.selectors:
            if (selector, repeat) in missing:
                steps = []
                for step in _steps(plan, selector, repeat, stream):
                    steps.append(step)
                    told(f"{selector}, repeat {repeat}", 1)
                yield selector, repeat, steps


def _steps(plan: Plan, selector: str, repeat: int, stream: NoisyStream) -> Iterator[Step]:
    seed = derive(plan.seed, "simulate", repeat) % 2**31
    model = replace(plan.settings.model, seed=seed, counter_example=plan.strategy(selector))
    return play(stream, replace(plan.settings, model=model), _oracle(plan, repeat, stream),
                drop=selector == DROP)


def _oracle(plan: Plan, repeat: int, stream: NoisyStream) -> Oracle:
    return Oracle(stream.truth, plan.oracle_error, derive(plan.seed, "oracle", repeat),
                  classes=len(stream.schema.classes))


def dataset(name: str) -> DataSet:
    """The set called `name`, or that of a file of the user's own."""
    return read_arrays(Path(name)) if name.endswith(".npz") else load(name)


def digest(path: Path) -> str:
    """SHA-256 of the file, in hexadecimal digits; raises `InvalidInput` if it cannot be read."""
    with opened(checked(path)) as file:
        return hashlib.sha256(file.read()).hexdigest()


def _streams(plan: Plan, dataset: DataSet) -> list[NoisyStream]:
    bootstrap = plan.settings.loop.bootstrap
    if plan.streams == "published":
        return published_streams(dataset, plan.noise, bootstrap=bootstrap, stream=plan.arrivals,
                                 repeats=plan.repeats)
    if bootstrap + plan.arrivals > len(dataset.train):
        raise InvalidInput(f"{plan.data} has {len(dataset.train)} training examples, fewer than "
                           f"bootstrap + arrivals = {bootstrap + plan.arrivals}")
    return [
        noisy_stream(dataset, plan.noise_model, plan.noise,
                     derive(plan.seed, "stream", repeat) % 2**31, bootstrap=bootstrap,
                     limit=bootstrap + plan.arrivals)
        for repeat in range(1, plan.repeats + 1)
    ]


def _resume(plan: Plan, out: Path, header: str) -> dict[tuple[str, int], dict[str, Any]]:
    """Whole runs that `out` holds already, by selector and repeat; what is cut off is dropped."""
    if not out.exists() or not out.stat().st_size:
        return {}
    first, *rest = out.read_text(encoding="utf-8").splitlines()
    if first != header:
        raise Conflict(f"{out} holds a run with other settings or versions; name another file")
    runs: dict[tuple[str, int], list[str]] = {}
    for text in rest:
        line = _parsed(text)
        if line is not None:
            runs.setdefault((line["selector"], line["repeat"]), []).append(text)
    whole = {key: lines for key, lines in runs.items() if len(lines) == plan.arrivals + 1}
    kept = [first, *(text for lines in whole.values() for text in lines)]
    out.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return {key: json.loads(lines[-1]) for key, lines in whole.items()}


def _put_in_order(plan: Plan, out: Path) -> None:
    """The runs of a finished file by repeat and selector, as one process writes them."""
    first, *lines = out.read_text(encoding="utf-8").splitlines(keepends=True)

    def place_of(text: str) -> tuple[int, int]:
        line = json.loads(text)
        return line["repeat"], plan.selectors.index(line["selector"])

    ordered = sorted(lines, key=place_of)
    if ordered != lines:
        partial = out.with_name(out.name + ".partial")
        partial.write_text("".join([first, *ordered]), encoding="utf-8")
        place(partial, out)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        line: dict[str, Any] = json.loads(text)
    except ValueError:
        return None
    return line if {"selector", "repeat"} <= line.keys() else None
