"""What a study runs: its TOML file beside this module, and what the command line changes in it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from cincer.config import LoopSettings, ModelSettings, Settings
from cincer.counterexample import COUNTER_EXAMPLES
from cincer.errors import InvalidInput, UnknownName
from cincer_streams.datasets import DATASETS

from ..published.nets import HIDDEN
from ..simulate import DEFAULT, DROP, Plan

STUDIES = ("q1", "q2", "q3", "selectors")

MODELS = (*HIDDEN, "cnn")

EVERY = "*"
"""Stands for every strategy and `drop_ce`."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A data set and a model, run on the published draws (see `cincer_streams.published`)."""

    data: str
    model: str
    selectors: tuple[str, ...]
    repeats: int
    bootstrap: int = 100

    @property
    def name(self) -> str:
        return f"{self.data.rsplit('/', 1)[-1].removesuffix('.npz')}-{self.model}"


@dataclass(frozen=True, slots=True)
class Study:
    """One study: what is asked, and the pairs that answer it."""

    name: str
    title: str
    question: str
    pairs: tuple[Pair, ...]
    seed: int = 1
    arrivals: int = 100
    epochs: int = 100
    device: str = "cpu"

    def plan(self, pair: Pair) -> Plan:
        """What `simulate` runs for `pair`: training from scratch, margin above 0.2, no audits."""
        settings = Settings(
            loop=LoopSettings(bootstrap=pair.bootstrap, audit_share=0.0),
            model=ModelSettings(model=pair.model, training="from_scratch", epochs=self.epochs,
                                seed=self.seed))
        return Plan(pair.data, pair.selectors, settings, arrivals=self.arrivals,
                    repeats=pair.repeats, seed=self.seed, streams="published",
                    device=self.device).checked()


def study(
    name: str, *, data: Sequence[str] = (), models: Sequence[str] = (),
    selectors: Sequence[str] = (), repeats: int | None = None, seed: int = 1, arrivals: int = 100,
    epochs: int = 100, device: str = "cpu",
) -> Study:
    """The study `name`. `data` and `models` keep those of its pairs, or, for a data set it does not
    have, make pairs of it (`mlp` where no model is named); `selectors` and `repeats` replace its
    own."""
    table = tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))
    for one in data:
        if one not in DATASETS and not one.endswith(".npz"):
            raise UnknownName("data set", one, DATASETS)
    for one in models:
        if one not in MODELS:
            raise UnknownName("model", one, MODELS)
    rows = _chosen(table["pairs"], data, models)
    pairs = tuple(_pair(table, row, selectors, repeats) for row in rows)
    found = Study(name, table["title"], table["question"], pairs, seed, arrivals, epochs, device)
    for pair in pairs:
        found.plan(pair)
    return found


def resolved(names: Sequence[str], leave_out: Sequence[str] = ()) -> tuple[str, ...]:
    """Selectors by their own names, each once, in order: `default` is the default strategy, `*`
    all of them. `leave_out` holds for `*` only."""
    every = [name for name in (*COUNTER_EXAMPLES, DROP) if name not in leave_out]
    found: dict[str, None] = {}
    for name in names:
        for one in every if name == EVERY else [_own(name)]:
            found[one] = None
    return tuple(found)


def _own(name: str) -> str:
    return ModelSettings().counter_example if name == DEFAULT else name


def _chosen(
    pairs: Sequence[Mapping[str, Any]], data: Sequence[str], models: Sequence[str]
) -> list[Mapping[str, Any]]:
    if not data:
        found = [pair for pair in pairs if not models or pair["model"] in models]
        if not found:
            raise InvalidInput(f"no pair of this study has the model {', '.join(models)}; "
                               "name the data as well")
        return found
    return [row for name in data for row in _of(pairs, name, models)]


def _of(
    pairs: Sequence[Mapping[str, Any]], name: str, models: Sequence[str]
) -> list[Mapping[str, Any]]:
    """The study's pairs of data set `name`, or new ones like its first."""
    own = {pair["model"]: pair for pair in pairs if pair["data"] == name}
    like = next(iter(own.values()), {})
    fresh = {key: like[key] for key in ("bootstrap", "leave_out") if key in like}
    wanted = models or list(own) or ["mlp"]
    return [own.get(model, {"data": name, "model": model, **fresh}) for model in wanted]


def _pair(
    table: Mapping[str, Any], row: Mapping[str, Any], selectors: Sequence[str],
    repeats: int | None,
) -> Pair:
    left = (*table.get("leave_out", ()), *row.get("leave_out", ()))
    names = selectors or row.get("selectors", table["selectors"])
    made = Pair(row["data"], row["model"], resolved(names, left),
                row.get("repeats", table["repeats"]), row.get("bootstrap", 100))
    return made if repeats is None else replace(made, repeats=repeats)
