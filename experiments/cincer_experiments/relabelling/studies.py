"""The studies by name: data they take, data they run on unless told otherwise, and the function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..studies.findings import Findings
from . import alpha_table, noise_table, table1, validation_table

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Study:
    data: tuple[str, ...]
    run: Callable[[Sequence[str], int, int, Progress], Findings]


STUDIES: dict[str, Study] = {
    "rdia-table1": Study(
        ("breast-cancer", "pima", "mnist-1v7-released", "mnist-1v7", "adult"), table1.run),
    "rdia-noise": Study(("breast-cancer",), noise_table.run),
    "rdia-alpha": Study(("mnist-1v7-released", "mnist-1v7"), alpha_table.run),
    "rdia-validation": Study(("mnist-1v7-released", "mnist-1v7"), validation_table.run),
}
