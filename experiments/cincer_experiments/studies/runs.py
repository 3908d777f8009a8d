"""What `simulate` wrote, read again: the runs of one data set and model, whole ones only.

Everything the studies say is made from these files alone, so that it can be made again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cincer.errors import Conflict, InvalidInput

from ..summary import Mean, mean

SAME = ("data", "noise", "noise_model", "arrivals", "seed", "oracle_error", "streams")
"""What two files must share in order to be read as one."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One selector on one stream: every column of its lines, (T + 1,), in order of arrival."""

    selector: str
    repeat: int
    columns: dict[str, NDArray[np.float64]]

    def last(self, column: str) -> float:
        return float(self.columns[column][-1])


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """All runs of a data set and model, by selector and repeat; `plan` of the first line."""

    plan: dict[str, Any]
    found: dict[tuple[str, int], Run]

    @property
    def data(self) -> str:
        return Path(str(self.plan["data"])).stem

    @property
    def model(self) -> str:
        return str(self.plan["settings"]["model"]["model"])

    @property
    def selectors(self) -> list[str]:
        """Those with at least one whole run, in the order of the plan."""
        there = {selector for selector, _ in self.found}
        return [name for name in self.plan["selectors"] if name in there]

    def of(self, selector: str) -> list[Run]:
        """The selector's runs by repeat."""
        return [run for (name, _), run in sorted(self.found.items()) if name == selector]

    def mean(self, selector: str, value: Callable[[Run], float]) -> Mean:
        """Mean and standard error over the selector's runs."""
        return mean(value(run) for run in self.of(selector))


def read(paths: Iterable[Path]) -> list[Runs]:
    """The files' runs, one `Runs` a data set and model. `Conflict` where two files of one pair
    differ in their settings; `InvalidInput` for a file that `simulate` did not write."""
    found: dict[tuple[str, str], Runs] = {}
    for path in sorted(paths):
        runs = _read(path)
        key = (runs.data, runs.model)
        found[key] = _joined(found[key], runs, path) if key in found else runs
    return [runs for runs in found.values() if runs.found]


def _read(path: Path) -> Runs:
    first, *rest = path.read_text(encoding="utf-8").splitlines() or [""]
    try:
        plan = json.loads(first)["plan"]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{path} does not begin with the settings of its runs") from error
    lines: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for text in rest:
        line = _parsed(text)
        if line is not None:
            lines.setdefault((line["selector"], line["repeat"]), []).append(line)
    return Runs(plan, {key: _run(each) for key, each in lines.items()
                       if len(each) == plan["arrivals"] + 1})


def _parsed(text: str) -> dict[str, Any] | None:
    """A line, or None for the half of one that a cut-off run left."""
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if isinstance(line, dict) and {"selector", "repeat", "t"} <= line.keys() else None


def _run(lines: list[dict[str, Any]]) -> Run:
    ordered = sorted(lines, key=lambda line: line["t"])
    names = [name for name in ordered[0] if name not in ("selector", "repeat")]
    columns = {
        name: np.array([np.nan if line[name] is None else line[name] for line in ordered],
                       dtype=np.float64)
        for name in names}
    return Run(ordered[0]["selector"], ordered[0]["repeat"], columns)


def _joined(a: Runs, b: Runs, path: Path) -> Runs:
    other = [key for key in SAME if a.plan[key] != b.plan[key]]
    if other:
        raise Conflict(f"{path} differs from the other runs of {a.data} {a.model} in "
                       f"{', '.join(other)}")
    selectors = list(dict.fromkeys([*a.plan["selectors"], *b.plan["selectors"]]))
    return Runs({**a.plan, "selectors": selectors}, {**a.found, **b.found})
