"""Results of studies, and their files."""

from __future__ import annotations

from pathlib import Path

from flask import Response, send_file

from ..gate import POLICY_OF_FIGURES
from ..studies import Studies
from ..wire.studies import StudiesView, StudyView
from .route import Call, Route


def studies(call: Call) -> StudiesView:
    return StudiesView(studies=_shelf(call).all())


def study(call: Call) -> StudyView:
    return _shelf(call).one(call.path["name"])


def study_file(call: Call) -> Response:
    """A figure opens as nothing but a picture; records are saved, not shown."""
    path, kind = _shelf(call).file(call.path["name"], call.path["file"])
    response = send_file(path.resolve(), kind, as_attachment=path.suffix == ".jsonl",
                         download_name=path.name)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = POLICY_OF_FIGURES
    return response


def _shelf(call: Call) -> Studies:
    return Studies(Path(call.parts.settings.server.studies_dir))


ROUTES = (
    Route("GET", "/studies", "studies.read", studies,
          "The studies whose results are here, newest first.", StudiesView),
    Route("GET", "/studies/<name>", "studies.read", study,
          "What a study found: verdicts, tables, figures, settings.", StudyView),
    Route("GET", "/studies/<name>/files/<file>", "studies.read", study_file,
          "A figure (SVG, PNG) or the records (JSONL) of a study."),
)
