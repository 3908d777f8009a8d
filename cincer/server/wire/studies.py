"""Results of studies: what `study.json` holds (`StudyFile`), and what is told of it.

A file may say more than is known here, so that newer studies stay readable.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .base import Count, Message

Cell = str | int | float | bool | None
FigureName = Annotated[str, Field(max_length=200, pattern=r"^[^/\\\x00-\x1f\x7f]+$")]


class Piece(BaseModel):
    """A part of a study; nothing is coerced, what is not known is left out."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False, extra="ignore",
                              json_schema_serialization_defaults_required=True)


class StudyTable(Piece):
    """A table; every row has a cell a column."""

    title: str
    columns: list[str]
    rows: list[list[Cell]]

    @model_validator(mode="after")
    def _rectangular(self) -> StudyTable:
        for at, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"row {at} has {len(row)} cells for {len(self.columns)} columns")
        return self


class StudyFigure(Piece):
    """A figure and the names of its files; None = there is no such file (yet)."""

    title: str
    caption: str = ""
    svg: FigureName | None = None
    png: FigureName | None = None


class StudyVerdict(Piece):
    """Whether a claim holds; None = undecided. `ours` and `published` are written figures."""

    row: str
    claim: str
    ours: str
    published: str | None = None
    holds: bool | None = None


class StudyFile(Piece):
    """What `study.json` holds."""

    study: str
    title: str
    question: str = ""
    finished: bool
    made: str
    settings: dict[str, Any] = {}
    tables: list[StudyTable] = []
    figures: list[StudyFigure] = []
    verdicts: list[StudyVerdict] = []

    @field_validator("made")
    @classmethod
    def _a_time(cls, value: str) -> str:
        datetime.fromisoformat(value)
        return value


class StudyData(Piece):
    """A file of a study's runs."""

    name: str
    bytes: Count


class StudyBrief(Piece):
    """A study in the list. `holds`, `fails`, `undecided` count verdicts. `error`: why the study
    cannot be read; then only `name` says anything."""

    name: str
    study: str = ""
    title: str = ""
    question: str = ""
    made: str = ""
    finished: bool = False
    holds: Count = 0
    fails: Count = 0
    undecided: Count = 0
    error: str | None = None


class StudiesView(Message):
    """`GET /studies`: newest first, those that cannot be read last."""

    ok: Literal[True] = True
    studies: list[StudyBrief]


class StudyView(Message):
    """`GET /studies/{name}`: all a study found. `made`: ISO time; `data`: the files of its runs."""

    ok: Literal[True] = True
    name: str
    study: str
    title: str
    question: str
    finished: bool
    made: str
    settings: dict[str, Any]
    tables: list[StudyTable]
    figures: list[StudyFigure]
    verdicts: list[StudyVerdict]
    data: list[StudyData]


OUTGOING: tuple[type[Message], ...] = (StudiesView, StudyView)
