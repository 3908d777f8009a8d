"""Table 4: test loss by the size of the validation set, at 40 % noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cincer.errors import InvalidInput

from ..document import Cell, Table, Verdict
from ..studies.findings import Findings
from ..studies.report import Picture
from ..studies.values import Panel, Series
from ..summary import mean
from . import pictures
from .fitting import ALPHAS, alpha_of, chosen, fitted, judged, outcome
from .noise import flip
from .problems import Problem, problem
from .published import TABLE_4, TABLE_4_ERM

RATE = 0.4
SIZES = (100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class Point:
    """Test losses of one draw and size."""

    erm: float
    uids: float
    dropout: float
    rdia: float
    alpha: float


def run(data: Sequence[str], seed: int, repeats: int, progress: Callable[[str], None]) -> Findings:
    """Noise is drawn anew for each of `repeats`, from `seed` on."""
    found = Findings(
        "rdia-validation", "RDIA, Table 4: test loss by the size of the validation set",
        "How many trusted labels does RDIA need?",
        {"data": list(data), "seed": seed, "repeats": repeats, "rate": RATE,
         "sizes": list(SIZES), "C": 0.1})
    for name in data:
        each = problem(name, seed)
        sizes = [size for size in SIZES if size <= len(each.validation_y)]
        if not sizes:
            raise InvalidInput(f"{name} has {len(each.validation_y)} validation rows; the study "
                               f"needs at least {SIZES[0]}")
        points = {}
        for size in sizes:
            progress(f"{name}, {size} validation rows")
            points[size] = [one(each, size, seed + at) for at in range(repeats)]
        found.tables.append(_table(name, points))
        found.verdicts.extend(_verdicts(name, points))
        found.pictures.append(_picture(name, repeats, points))
        found.notes.extend([f"{name}: {note}" for note in each.notes])
    return found


def one(each: Problem, size: int, seed: int) -> Point:
    """One draw of the noise; UIDS by the sigmoid, keeping .6 as in its own study."""
    head = fitted(each, flip(each.train_y, RATE, seed).given, size)
    best, _ = chosen(head, (ALPHAS[0], .0002, *ALPHAS[1:]))
    return Point(head.erm, outcome(head, "uids_sigmoid", seed=seed, keep_share=0.6).test_loss,
                 outcome(head, "dropout").test_loss, judged(head, best).test_loss, alpha_of(best))


def _table(name: str, points: dict[int, list[Point]]) -> Table:
    known = name.startswith("mnist-1v7")
    rows: list[list[Cell]] = []
    for size, found in points.items():
        row: list[Cell] = [size]
        row += [mean(getattr(point, part) for point in found).mean
                for part in ("erm", "uids", "dropout", "rdia", "alpha")]
        row += ([TABLE_4_ERM, TABLE_4["uids"][size], TABLE_4["rdia"][size]] if known
                else [None, None, None])
        rows.append(row)
    return Table(f"{name}: at {RATE:.0%} noise", (
        "validation rows", "erm", "uids", "dropout", "rdia", "alpha", "published erm",
        "published uids", "published rdia"), rows)


def _picture(name: str, repeats: int, points: dict[int, list[Point]]) -> Picture:
    known = TABLE_4 if name.startswith("mnist-1v7") else {}
    lines = [
        Series(part, {size: mean(getattr(point, part) for point in found)
                      for size, found in points.items()},
               {float(size): loss for size, loss in known.get(part, {}).items()})
        for part in ("erm", "uids", "dropout", "rdia")]
    return pictures.lines(
        f"validation-{name}", f"{name}: test loss at {RATE:.0%} noise", repeats,
        [Panel("test log loss", "validation rows", lines, {size: str(size) for size in points},
               log=True)])


def _verdicts(name: str, points: dict[int, list[Point]]) -> list[Verdict]:
    def by_size(part: str) -> list[float]:
        return [mean(getattr(point, part) for point in found).mean for found in points.values()]

    losses = by_size("rdia")
    text = _listed(losses)
    return [
        Verdict(name, "more validation rows, lower loss", text, "yes",
                all(a > b for a, b in pairwise(losses))),
        *(Verdict(name, f"RDIA beats {other} at every size", f"{text}; {_listed(rival)}", said,
                  all(a < b for a, b in zip(losses, rival, strict=True)))
          for other, rival, said in (("UIDS", by_size("uids"), "yes"),
                                     ("Dropout", by_size("dropout"), None)))]


def _listed(losses: list[float]) -> str:
    return ", ".join(f"{loss:.4f}" for loss in losses)
