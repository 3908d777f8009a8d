"""What a study writes: `study.json` for the page of studies, `table.md` for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cincer.durable import place

Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """Cells are texts or numbers, one row a list; figures unrounded."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a claim held for a row; `holds` None where there is nothing to hold it against."""

    row: str
    claim: str
    ours: str
    published: str | None
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What one study found."""

    study: str
    title: str
    question: str
    settings: dict[str, Any]
    tables: list[Table] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The content of `study.json`."""
        return {
            "study": self.study, "title": self.title, "question": self.question, "finished": True,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "settings": self.settings | {"notes": self.notes},
            "tables": [asdict(table) for table in self.tables], "figures": [],
            "verdicts": [asdict(verdict) for verdict in self.verdicts]}


def write(found: Findings, folder: Path) -> dict[str, Any]:
    """Puts both files into `folder`, each whole or not at all; returns the content of
    `study.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    document = found.document()
    for name, text in (("table.md", markdown(found)), ("study.json", json.dumps(document,
                                                                                indent=1))):
        partial = folder / f".{name}.partial"
        partial.write_text(text, encoding="utf-8")
        place(partial, folder / name)
    return document


def markdown(found: Findings) -> str:
    """Tables, verdicts and notes."""
    parts = [f"# {found.title}", found.question]
    for table in found.tables:
        parts += [f"## {table.title}", _grid(table.columns, table.rows)]
    if found.verdicts:
        rows = [[v.row, v.claim, v.ours, v.published, HOLDS[v.holds]] for v in found.verdicts]
        parts += ["## Verdicts", _grid(("row", "claim", "ours", "published", "holds"), rows)]
    if found.notes:
        parts += ["## Notes", "\n".join(f"* {note}" for note in found.notes)]
    return "\n\n".join(parts) + "\n"


HOLDS = {True: "yes", False: "no", None: "–"}


def _grid(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    lines = [[*columns], ["---"] * len(columns), *([cell(each) for each in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cell(value: Cell) -> str:
    """A figure as people read it: five significant digits."""
    if value is None:
        return ""
    return f"{value:.5g}" if isinstance(value, float) else str(value).replace("|", "\\|")
