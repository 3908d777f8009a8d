"""What a study says: tables, figures and verdicts, and the pictures that it draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..document import Table, Verdict, content
from ..document import write as put_in_place
from .study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that is drawn when it is written. `name`: its files', without ending."""

    name: str
    title: str
    caption: str
    draw: Callable[[], Figure]


@dataclass(frozen=True, slots=True)
class Report:
    """All a study says of the runs there are so far. `rules`: how verdicts are reached, in words.
    """

    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()
    verdicts: Sequence[Verdict] = ()
    rules: Sequence[str] = ()
    notes: Sequence[str] = field(default=())


def document(
    study: Study, report: Report, figures: Sequence[Mapping[str, str]], finished: bool
) -> dict[str, Any]:
    """The content of `study.json`."""
    settings = {
        "pairs": [{**asdict(pair), "selectors": list(pair.selectors)} for pair in study.pairs],
        "seed": study.seed, "arrivals": study.arrivals, "epochs": study.epochs,
        "streams": "published", "rules": list(report.rules), "notes": list(report.notes)}
    return content(study.name, study.title, study.question, settings, report.tables,
                   report.verdicts, figures, finished)


def write(
    study: Study, report: Report, folder: Path, *, finished: bool, figures: bool = True
) -> dict[str, Any]:
    """Writes `study.json`, `table.md` and, with `figures`, the pictures into `folder`; without,
    those drawn before stay listed. Returns the content of `study.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    found = document(study, report, draw(report.pictures, folder, figures), finished)
    put_in_place(found, folder)
    return found


def draw(
    pictures: Sequence[Picture], folder: Path, figures: bool = True
) -> list[dict[str, str]]:
    """The pictures' entries for `study.json`, drawn into `folder` now (with `figures`) or before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [_drawn(picture, folder, figures) for picture in pictures]
    return [each for each in drawn if each]


def _drawn(picture: Picture, folder: Path, draw: bool) -> dict[str, str] | None:
    """The picture's entry, drawn now or before."""
    names = {kind: f"{picture.name}.{kind}" for kind in ("svg", "png")}
    if draw:
        from .plotting import save

        save(picture.draw(), folder / names["svg"], folder / names["png"])
    elif not all((folder / name).exists() for name in names.values()):
        return None
    return {"title": picture.title, "caption": picture.caption, **names}
