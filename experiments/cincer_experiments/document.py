"""What a study writes: `study.json` for the page of the studies, `table.md` for people.

Both are put in place whole, so that a reader never sees half of one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cincer.durable import place

Cell = str | float | int | None

HOLDS = {True: "yes", False: "no", None: "–"}


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


def content(
    study: str, title: str, question: str, settings: Mapping[str, Any], tables: Sequence[Table],
    verdicts: Sequence[Verdict], figures: Sequence[Mapping[str, str]] = (), finished: bool = True,
) -> dict[str, Any]:
    """The content of `study.json`. `settings` may hold `rules` and `notes`, lists of texts."""
    return {
        "study": study, "title": title, "question": question, "finished": finished,
        "made": datetime.now(UTC).isoformat(timespec="seconds"), "settings": dict(settings),
        "tables": [{"title": table.title, "columns": list(table.columns),
                    "rows": [list(row) for row in table.rows]} for table in tables],
        "figures": list(figures), "verdicts": [asdict(verdict) for verdict in verdicts]}


def write(found: Mapping[str, Any], folder: Path) -> None:
    """Puts both files of the content `found` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / "table.md", markdown(found))
    _put(folder / "study.json", json.dumps(found, indent=1))


def markdown(found: Mapping[str, Any]) -> str:
    """The tables, verdicts, rules and notes of a `study.json` as Markdown."""
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
        if texts := found["settings"].get(name):
            parts += [f"## {name.capitalize()}", "\n".join(f"* {text}" for text in texts)]
    return "\n\n".join(parts) + "\n"


def _grid(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)


def cell(value: Cell) -> str:
    """A figure as people read it: five significant digits."""
    if value is None:
        return ""
    return f"{value:.5g}" if isinstance(value, float) else str(value).replace("|", "\\|")


def _put(target: Path, text: str) -> None:
    partial = target.with_name(f".{target.name}.partial")
    partial.write_text(text, encoding="utf-8")
    place(partial, target)
