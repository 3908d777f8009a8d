"""What a study found that trains on problems, one table each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..document import Table, Verdict, content
from .report import Picture


@dataclass(frozen=True, slots=True)
class Findings:
    """Filled while the study goes on."""

    study: str
    title: str
    question: str
    settings: dict[str, Any]
    tables: list[Table] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

    def document(self, figures: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
        """The content of `study.json`; `figures` as drawn."""
        return content(self.study, self.title, self.question,
                       self.settings | {"notes": self.notes}, self.tables, self.verdicts, figures)
