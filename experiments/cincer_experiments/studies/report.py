"""What a study says: tables, figures and verdicts, and the files they are written to.

`study.json` is what the page of the studies reads; `table.md` is for people. Both are put in place
whole, so that a reader never sees half of one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cincer.durable import place

from .study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Table:
    """Cells are texts or numbers, one row a list."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float | int | None]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that is drawn when it is written. `name`: its files', without ending."""

    name: str
    title: str
    caption: str
    draw: Callable[[], Figure]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim held for a row; `holds` None where there is nothing to hold it against."""

    row: str
    claim: str
    ours: str
    published: str | None
    holds: bool | None


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
    return {
        "study": study.name, "title": study.title, "question": study.question,
        "finished": finished, "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "settings": settings,
        "tables": [{"title": table.title, "columns": list(table.columns),
                    "rows": [list(row) for row in table.rows]} for table in report.tables],
        "figures": list(figures),
        "verdicts": [asdict(verdict) for verdict in report.verdicts]}


def write(
    study: Study, report: Report, folder: Path, *, finished: bool, figures: bool = True
) -> dict[str, Any]:
    """Writes `study.json`, `table.md` and, with `figures`, the pictures into `folder`; without,
    those drawn before stay listed. Returns the content of `study.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [_drawn(picture, folder, figures) for picture in report.pictures]
    found = document(study, report, [each for each in drawn if each], finished)
    _put(folder / "table.md", markdown(found))
    _put(folder / "study.json", json.dumps(found, indent=1))
    return found


def markdown(found: Mapping[str, Any]) -> str:
    """The tables and verdicts of a `study.json` as Markdown."""
    parts = [f"# {found['title']}", found["question"]]
    if not found["finished"]:
        parts.append("Not finished: some runs are still missing.")
    for table in found["tables"]:
        parts += [f"## {table['title']}", _grid(table["columns"], table["rows"])]
    if found["verdicts"]:
        rows = [[v["row"], v["claim"], v["ours"], v["published"], HOLDS[v["holds"]]]
                for v in found["verdicts"]]
        parts += ["## Verdicts", _grid(("row", "claim", "ours", "published", "holds"), rows)]
    for name in ("rules", "notes"):
        if found["settings"][name]:
            parts += [f"## {name.capitalize()}",
                      "\n".join(f"* {text}" for text in found["settings"][name])]
    return "\n\n".join(parts) + "\n"


HOLDS = {True: "yes", False: "no", None: "–"}


def _grid(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|")


def _drawn(picture: Picture, folder: Path, draw: bool) -> dict[str, str] | None:
    """The picture's entry, drawn now or before."""
    names = {kind: f"{picture.name}.{kind}" for kind in ("svg", "png")}
    if draw:
        from .plotting import save

        save(picture.draw(), folder / names["svg"], folder / names["png"])
    elif not all((folder / name).exists() for name in names.values()):
        return None
    return {"title": picture.title, "caption": picture.caption, **names}


def _put(target: Path, text: str) -> None:
    partial = target.with_name(f".{target.name}.partial")
    partial.write_text(text, encoding="utf-8")
    place(partial, target)
