"""The folder of the studies: every folder in it that holds `study.json` is one.

Names come from the folders' own listings, and links are not followed, so that nothing outside can
be reached.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from ..errors import CincerError, InvalidInput, NotFound, Unavailable
from ..strictjson import parse
from .problems import describe
from .wire.studies import StudyBrief, StudyData, StudyFigure, StudyFile, StudyView

STUDY = "study.json"
MAX_STUDY = 8_000_000
"""Bytes of `study.json` at most."""
KINDS = {".svg": "image/svg+xml", ".png": "image/png", ".jsonl": "application/x-ndjson"}
"""Media types of the files that are handed out."""


class Unreadable(CincerError, ValueError):
    """A `study.json` that is not as it should be."""

    code = "unreadable"
    status = 422


@dataclass(frozen=True, slots=True)
class Studies:
    """The studies in `folder`, read afresh at every call."""

    folder: Path

    def all(self) -> list[StudyBrief]:
        """Newest first; unreadable ones last, by name, with the reason."""
        found = [self._brief(name) for name in self._names()]
        found.sort(key=lambda brief: brief.name)
        return sorted(found, key=lambda brief: (brief.error is not None, -_when(brief.made)))

    def one(self, name: str) -> StudyView:
        """Raises `NotFound`, or `Unreadable` with the reason."""
        self._known(name)
        study, files = self._read(name), self._files(name)
        told = {field: getattr(study, field) for field in StudyFile.model_fields}
        data = [StudyData(name=file, bytes=size) for file, size in files.items()
                if file.endswith(".jsonl")]
        figures = [_present(figure, files) for figure in study.figures]
        return StudyView(**told | {"name": name, "data": data, "figures": figures})

    def file(self, name: str, file: str) -> tuple[Path, str]:
        """Path and media type of a figure or of the runs' records."""
        self._known(name)
        if file not in self._files(name):
            raise NotFound(f"study {name!r} has no such file")
        return self.folder / name / file, KINDS[Path(file).suffix]

    def _names(self) -> list[str]:
        try:
            found = _listing(self.folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Unavailable(
                f"the folder of the studies cannot be read: {error.strerror}") from None
        return [name for name, is_file in found.items() if not is_file and self._holds(name)]

    def _holds(self, name: str) -> bool:
        with suppress(OSError):
            return _listing(self.folder / name).get(STUDY, False)
        return False

    def _known(self, name: str) -> None:
        if name not in self._names():
            raise NotFound(f"no study {name[:200]!r}")

    def _files(self, name: str) -> dict[str, int]:
        """Bytes of the files that may be handed out, by name."""
        folder = self.folder / name
        return {file: (folder / file).stat().st_size
                for file, is_file in sorted(_listing(folder).items())
                if is_file and Path(file).suffix in KINDS}

    def _read(self, name: str) -> StudyFile:
        path = self.folder / name / STUDY
        try:
            if path.stat().st_size > MAX_STUDY:
                raise Unreadable(f"{STUDY} is larger than {MAX_STUDY} bytes")
            return StudyFile.model_validate(parse(path.read_bytes()))
        except InvalidInput as error:
            raise Unreadable(f"{STUDY}: {error.message}") from None
        except ValidationError as error:
            raise Unreadable(f"{STUDY}: {describe(error)}") from None
        except OSError as error:
            raise Unreadable(f"{STUDY} cannot be read: {error.strerror}") from None

    def _brief(self, name: str) -> StudyBrief:
        try:
            study = self._read(name)
        except Unreadable as error:
            return StudyBrief(name=name, error=error.message)
        holds = [verdict.holds for verdict in study.verdicts]
        return StudyBrief(
            name=name, study=study.study, title=study.title, question=study.question,
            made=study.made, finished=study.finished, holds=holds.count(True),
            fails=holds.count(False), undecided=holds.count(None))


def _listing(folder: Path) -> dict[str, bool]:
    """Names of the files (True) and folders (False) there, without links and hidden ones."""
    with os.scandir(folder) as entries:
        return {entry.name: entry.is_file(follow_symlinks=False) for entry in entries
                if not entry.name.startswith(".") and not entry.is_symlink()}


def _present(figure: StudyFigure, files: dict[str, int]) -> StudyFigure:
    return figure.model_copy(update={
        kind: name if name in files and str(name).endswith(f".{kind}") else None
        for kind, name in (("svg", figure.svg), ("png", figure.png))})


def _when(made: str) -> float:
    """Seconds since 1970; a time without a zone is taken as UTC."""
    if not made:
        return 0.0
    time = datetime.fromisoformat(made)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
