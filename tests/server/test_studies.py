"""Studies over HTTP: the list, one of them, its files; bad folders and names that lead away."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server.fakes import Site, site

from cincer.server.gate import POLICY_OF_FIGURES
from cincer.server.studies import MAX_STUDY

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
LIST = "/api/v1/studies"


def study(**fields: Any) -> dict[str, Any]:
    """A valid `study.json`."""
    return {"study": "q1", "title": "Title", "question": "Why?", "finished": True,
            "made": "2026-11-20T10:00:00+00:00", "settings": {"seed": 1}, "tables": [],
            "figures": [], "verdicts": [], **fields}


def verdict(holds: bool | None) -> dict[str, Any]:
    return {"row": "breast", "claim": "more", "ours": "2", "published": None, "holds": holds}


def put(folder: Path, name: str, content: Any, **files: str) -> Path:
    """A study `name` in `folder`; `content` as JSON, or as it is."""
    place = folder / name
    place.mkdir(parents=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (place / "study.json").write_text(text, encoding="utf-8")
    for file, body in files.items():
        (place / file.replace("__", ".")).write_text(body)
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "studies"


@pytest.fixture
def here(tmp_path: Path, folder: Path) -> Iterator[Site]:
    with site(tmp_path / "data", server={"studies_dir": str(folder)}) as found:
        yield found


def told(here: Site, path: str = "") -> Any:
    return here.client("reader").get(LIST + path)


def test_no_folder_is_an_empty_list(here: Site) -> None:
    assert told(here).json == {"ok": True, "studies": []}


def test_newest_first_with_counted_verdicts(here: Site, folder: Path) -> None:
    put(folder, "old", study(made="2026-11-20T12:00:00+05:00"))
    put(folder, "new", study(made="2026-11-20T08:00:00", finished=False,
                             verdicts=[verdict(h) for h in (True, True, False, None)]))
    (folder / "empty").mkdir()
    (folder / "study.json").write_text(json.dumps(study()))
    put(folder, ".hidden", study())
    found = told(here).json["studies"]
    assert [brief["name"] for brief in found] == ["new", "old"]
    assert found[0] == {
        "name": "new", "study": "q1", "title": "Title", "question": "Why?",
        "made": "2026-11-20T08:00:00", "finished": False, "holds": 2, "fails": 1, "undecided": 1,
        "error": None}


def test_one_study_with_everything(here: Site, folder: Path) -> None:
    content = study(
        tables=[{"title": "T", "columns": ["name", "x"], "rows": [["a", 1.5], [None, 2]]}],
        figures=[{"title": "F", "caption": "c", "svg": "f.svg", "png": "f.png"},
                 {"title": "G", "caption": "", "svg": "later.svg", "png": "f.svg"}],
        verdicts=[verdict(True)], more="of a newer version")
    put(folder, "q1", content, f__svg=SVG, f__png="png", runs__jsonl="{}\n", table__md="#")
    found = told(here, "/q1").json
    assert found["tables"] == content["tables"]
    assert found["settings"] == {"seed": 1}
    assert found["figures"][0] == content["figures"][0]
    assert found["figures"][1] == {"title": "G", "caption": "", "svg": None, "png": None}
    assert found["verdicts"] == [verdict(True)]
    assert found["data"] == [{"name": "runs.jsonl", "bytes": 3}]
    assert "more" not in found


BAD: dict[str, tuple[Any, str]] = {
    "no json": ("{", "not valid JSON"),
    "not a number": (json.dumps(study(settings={"x": float("nan")})), "NaN"),
    "a list": ([], "study.json"),
    "no title": ({k: v for k, v in study().items() if k != "title"}, "title"),
    "wrong type": (study(finished="yes"), "finished"),
    "no time": (study(made="yesterday"), "made"),
    "ragged": (study(tables=[{"title": "T", "columns": ["a"], "rows": [[1], [1, 2]]}]),
               "row 1 has 2 cells for 1 columns"),
    "a path": (study(figures=[{"title": "F", "svg": "../x.svg"}]), "svg"),
    "huge": ('"' + "x" * MAX_STUDY + '"', "larger than"),
    "binary": ("\x00", "NUL"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_read_is_named_and_sinks_nobody(
    here: Site, folder: Path, kind: str
) -> None:
    content, reason = BAD[kind]
    put(folder, "bad", content, f__svg=SVG)
    put(folder, "good", study())
    found = told(here).json["studies"]
    assert [brief["name"] for brief in found] == ["good", "bad"]
    assert reason in found[1]["error"]
    alone = told(here, "/bad")
    assert (alone.status_code, alone.json["code"]) == (422, "unreadable")
    assert reason in alone.json["error"]
    assert str(folder) not in alone.text


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read(here: Site, folder: Path) -> None:
    put(folder, "good", study())
    put(folder, "closed", study()).chmod(0)
    assert [brief["name"] for brief in told(here).json["studies"]] == ["good"]
    folder.chmod(0)
    assert told(here).status_code == 503
    folder.chmod(0o700)


def test_files_and_their_policies(here: Site, folder: Path) -> None:
    put(folder, "q1", study(), f__svg=SVG, f__png="png", runs__jsonl="{}\n")
    svg = told(here, "/q1/files/f.svg")
    assert (svg.status_code, svg.mimetype, svg.text) == (200, "image/svg+xml", SVG)
    assert svg.headers.getlist("Content-Security-Policy") == [POLICY_OF_FIGURES]
    assert "script" not in POLICY_OF_FIGURES
    assert {"default-src 'none'", "sandbox"} <= set(POLICY_OF_FIGURES.split("; "))
    assert svg.headers["X-Content-Type-Options"] == "nosniff"
    assert svg.headers["Cache-Control"] == "private, no-cache"
    again = here.client("reader").get(
        f"{LIST}/q1/files/f.svg", headers={"If-None-Match": svg.headers["ETag"]})
    assert again.status_code == 304
    assert told(here, "/q1/files/f.png").mimetype == "image/png"
    runs = told(here, "/q1/files/runs.jsonl")
    assert runs.headers["Content-Disposition"] == "attachment; filename=runs.jsonl"


@pytest.mark.parametrize("path", [
    "/none", "/..", "/.", "/%2e%2e", "/q1/files/..%2f..%2fsecret.svg", "/q1/files/%2e%2e",
    "/q1/files/study.json", "/q1/files/table.md", "/q1/files/x.svg", "/q1/files/inner",
    "/q1/files/inner%2fx.svg", "/q1/files/link.svg", "/linked", "/linked/files/secret.svg",
    "/q1/files/.f.svg", "/%2fetc", "/q1/files/%2fetc%2fpasswd", "/q1%00"])
def test_names_lead_nowhere_else(here: Site, folder: Path, path: str) -> None:
    place = put(folder, "q1", study(), f__svg=SVG, table__md="#")
    (folder / "secret.svg").write_text("secret")
    outside = put(folder.parent, "outside", study(title="secret"), secret__svg="secret")
    (place / "inner").mkdir()
    (place / "inner" / "x.svg").write_text("secret")
    (place / ".f.svg").write_text("secret")
    (place / "link.svg").symlink_to(folder / "secret.svg")
    (folder / "linked").symlink_to(outside)
    response = told(here, path)
    assert response.status_code == 404
    assert "secret" not in response.text.replace("secret.svg", "")


def test_only_pictures_may_ask_for_their_policy(here: Site, folder: Path) -> None:
    put(folder, "q1", study())
    for path in ("", "/q1", "/q1/files/none.svg"):
        policies = told(here, path).headers.getlist("Content-Security-Policy")
        assert len(policies) == 1
        assert "script-src 'self'" in policies[0]
