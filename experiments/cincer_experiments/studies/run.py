"""Runs a study: what is missing by `simulate`, then its report from the files, as runs end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .. import simulate
from ..simulate import Progress
from . import precision, q1, q2, q3, report, selectors
from .report import Report
from .runs import read
from .study import Study

REPORTS: dict[str, Callable[[Iterable[Path]], Report]] = {
    "q1": lambda paths: q1.report(read(paths)),
    "q2": lambda paths: q2.report(read(paths)),
    "q3": lambda paths: q3.report(q3.read(paths)),
    "selectors": lambda paths: selectors.report(read(paths)),
}
"""What each study makes of the files of its runs."""

PAUSE = 5.0
"""Seconds at least between two reports while runs end."""


def run(
    study: Study, folder: Path, progress: Progress = lambda *_: None, *, figures: bool = True,
    jobs: int = 1,
) -> dict[str, Any]:
    """Runs what `folder` lacks in `jobs` processes; `study.json` there follows as runs end,
    figures at the end of a pair. Returns its content."""
    found: dict[str, Any] = {}
    play = precision.run if study.name == "q3" else simulate.run
    for number, pair in enumerate(study.pairs, start=1):
        told = time.monotonic()
        out = folder / f"runs-{pair.name}.jsonl"
        for _ in play(study.plan(pair), out, progress, jobs=jobs):
            if time.monotonic() - told > PAUSE:
                tell(study, folder, finished=False, figures=False)
                told = time.monotonic()
        found = tell(study, folder, finished=number == len(study.pairs), figures=figures)
    return found


def tell(study: Study, folder: Path, *, finished: bool, figures: bool) -> dict[str, Any]:
    """The report of all run files in `folder`, written there; its content."""
    made = REPORTS[study.name](folder.glob("runs-*.jsonl"))
    return report.write(study, made, folder, finished=finished, figures=figures)
