"""Exports carry names, survive spreadsheets, and say what they hold."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from ledger.story import Story, decided, filled, judged, long_story, received, started

from cincer.errors import Unavailable, UnknownName
from cincer.ledger import Ledger
from cincer.ledger.export import FORMATS, export, safe, write, write_binary
from cincer.session import events as ev
from cincer.types import ActId, Action, AnnotatorId, Deed, Entry, Remedy, Status


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    long_story(folder / "l.db")
    with Ledger.open(folder / "l.db", readonly=True) as ledger:
        export(ledger, folder / "out")
    return folder / "out"


def table(path: Path) -> dict[str, dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["id"]: row for row in rows}


def test_labels_have_all_layers_by_name(files: Path) -> None:
    rows = table(files / "labels.csv")
    assert len(rows) == 40
    assert {k: rows["ex-0"][k] for k in ("label", "given_label", "human_label", "status")} == {
        "label": "dog", "given_label": "cat", "human_label": "dog", "status": "known"}
    assert rows["ex-4"]["label"] == "'=cmd"
    assert rows["ex-1"]["human_label"] == ""
    assert rows["ex-9"]["status"] == "removed"
    assert rows["ex-0"]["received_at"] == "1970-01-01T00:00:02+00:00"


def test_datalab_columns_and_directions(files: Path) -> None:
    rows = table(files / "datalab.csv")
    issue = {name: row["is_label_issue"] for name, row in rows.items()}
    assert issue["ex-0"] == "True"
    assert issue["ex-3"] == "False"
    assert issue["ex-9"] == "True"
    assert issue["ex-12"] == "True"
    assert issue["ex-1"] == "False"
    assert issue["ex-4"] == "True"
    assert (issue["ex-31"], issue["ex-34"]) == ("True", "False")
    assert float(rows["ex-0"]["label_score"]) == 0.5
    assert float(rows["ex-1"]["label_score"]) == 0.9
    assert rows["ex-0"]["predicted_label"] == "dog"


def test_crowd_table_has_every_word_that_counts(files: Path) -> None:
    with (files / "crowd.csv").open(newline="", encoding="utf-8") as file:
        rows = [tuple(row) for row in csv.reader(file)]
    assert rows == [("task", "worker", "label"), ("ex-0", "ann", "dog"), ("ex-3", "bo", "cat"),
                    ("ex-4", "bo", "'=cmd"), ("ex-6", "ann", "'=cmd"), ("ex-31", "cara", "dog"),
                    ("ex-32", "cara", "dog")]


def test_history_says_who_when_why_and_from_what_to_what(files: Path) -> None:
    lines = [json.loads(line) for line in (files / "history.jsonl").read_text().splitlines()]
    assert [line["seq"] for line in lines] == sorted(line["seq"] for line in lines)
    assert sum(line["what"] == "received" for line in lines) == 40
    first = next(line for line in lines if line["what"] == "asserted")
    assert (first["id"], first["by"], first["from"], first["to"], first["action"], first["why"],
            first["comment"]) == ("ex-0", "ann", "cat", "dog", "relabel", "suspicious", "=sure")
    back = [line for line in lines if line["what"] == "retracted"]
    assert [(line["id"], line["to"]) for line in back] == [
        ("ex-12", "cat"), ("ex-31", "cat"), ("ex-32", "cat"), ("ex-35", "cat")]
    acted = next(line for line in lines if line["id"] == "ex-31" and line["what"] == "asserted")
    assert (acted["by"], acted["to"], acted["query"], acted["why"], acted["comment"]) == (
        "cara", "dog", "a-1", "relabel", "all dogs")


def test_history_has_the_answers_to_suggestions(files: Path) -> None:
    lines = [json.loads(line) for line in (files / "history.jsonl").read_text().splitlines()]
    said = [(line["id"], line["what"], line["by"], line["from"], line["to"], line["action"],
             line["query"], line["why"]) for line in lines
            if line["what"] in ("suggested", "withdrawn")]
    assert said == [
        ("ex-28", "suggested", "cara", "cat", "=cmd", "relabel", "a-4", "accept"),
        ("ex-29", "suggested", "cara", "cat", "cat", "drop", "a-5", "accept"),
        ("ex-37", "suggested", "cara", "cat", "cat", "unlearn", "a-6", "reject"),
        ("ex-38", "suggested", "cara", "cat", "cat", "relabel", "a-7", "ask"),
        ("ex-38", "withdrawn", "cara", "cat", "cat", "relabel", "a-7", None)]


def test_words_follow_on_an_accepted_label(tmp_path: Path) -> None:
    """What a machine's label was changed to, and what it comes back to, goes by that label."""
    with Ledger.open(tmp_path / "l.db") as ledger:
        story = Story(ledger)
        story.tell(started(), *(received(n)[0] for n in range(3)))
        story.tell(*(decided(n, margin=0.1)[0] for n in range(3)))
        known, cara = ev.Stood(Status.KNOWN, Entry.ACCEPTED), AnnotatorId("cara")
        accepted = judged(0, known, proposal=ev.Proposal(Remedy.RELABEL, 2, "rdia", 1, "accepted"))
        word = judged(0, known, shown=2, decision=ev.Decision(Action.RELABEL, 1))
        story.tell(
            ev.Resolved(ActId("a-1"), cara, Deed.ACCEPT, (accepted,), 10.0),
            ev.Resolved(ActId("a-2"), cara, Deed.RELABEL, (word,), 11.0),
            ev.ActUndone(ActId("a-2"), cara, (), 12.0),
            ev.ActUndone(ActId("a-1"), cara, (), 13.0))
        export(ledger, tmp_path / "out", ["history.jsonl"])
    lines = [json.loads(line) for line in
             (tmp_path / "out" / "history.jsonl").read_text().splitlines()]
    assert [(line["what"], line["from"], line["to"]) for line in lines if line["id"] == "ex-0"] == [
        ("received", None, "cat"), ("suggested", "cat", "=cmd"), ("asserted", "=cmd", "dog"),
        ("retracted", "dog", "=cmd"), ("withdrawn", "=cmd", "cat")]


def test_the_cleaned_data_with_provenance(files: Path) -> None:
    lines = {line["id"]: line for line in map(
        json.loads, (files / "cleaned.jsonl").read_text().splitlines())}
    assert not {"ex-9", "ex-29", "ex-34"} & set(lines)
    assert lines["ex-0"]["content"] == {"x": 0, "secret": "canary-0"}
    assert lines["ex-1"]["content"] is None
    columns = ("label", "given_label", "resolved_by", "resolved_how", "query", "changed", "method")
    assert {name: tuple(lines[name][c] for c in columns) for name in (
        "ex-0", "ex-2", "ex-28", "ex-31")} == {
        "ex-0": ("dog", "cat", "ann", "relabel", "q-1", True, None),
        "ex-2": ("cat", "cat", None, None, None, False, None),
        "ex-28": ("=cmd", "cat", None, None, None, True, "rdia"),
        "ex-31": ("dog", "cat", "cara", "relabel", "a-1", True, None)}
    assert lines["ex-31"]["comment"] == "all dogs"


def test_parquet_has_the_same_rows(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra (parquet)")
    long_story(tmp_path / "l.db")
    with Ledger.open(tmp_path / "l.db", readonly=True) as ledger:
        export(ledger, tmp_path / "out", ["cleaned.jsonl", "cleaned.parquet"])
    lines = [json.loads(line) for line in
             (tmp_path / "out" / "cleaned.jsonl").read_text().splitlines()]
    found = parquet.read_table(tmp_path / "out" / "cleaned.parquet").to_pylist()
    for row in found:
        row["content"], row["meta"] = json.loads(row["content"]), json.loads(row["meta"])
    assert found == lines
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["files"]["cleaned.parquet"]["rows"] == len(lines)


def test_parquet_without_pyarrow_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with filled(tmp_path / "l.db") as ledger, pytest.raises(Unavailable, match="parquet"):
        write_binary(ledger, "cleaned.parquet", io.BytesIO())
    with filled(tmp_path / "m.db") as ledger, pytest.raises(UnknownName, match=r"cleaned\.parquet"):
        write_binary(ledger, "cleaned.orc", io.BytesIO())


def test_labels_have_what_curators_decided(files: Path) -> None:
    rows = table(files / "labels.csv")
    columns = ("label", "machine_label", "treatment", "status", "reason")
    assert {name: tuple(rows[name][c] for c in columns) for name in (
        "ex-28", "ex-29", "ex-31", "ex-34", "ex-37")} == {
        "ex-28": ("'=cmd", "'=cmd", "ce", "known", ""),
        "ex-29": ("cat", "", "drop", "known", ""),
        "ex-31": ("dog", "", "ce", "known", ""),
        "ex-34": ("cat", "", "ce", "removed", "duplicate of ex-35"),
        "ex-37": ("cat", "", "ce", "known", "")}


def test_label_studio_tasks(files: Path) -> None:
    tasks: list[dict[str, Any]] = json.loads((files / "label_studio.json").read_text())
    by_id = {task["data"]["cincer_id"]: task for task in tasks}
    assert len(tasks) == len({task["id"] for task in tasks}) == 40
    assert by_id["ex-0"]["data"]["x"] == 0
    assert "x" not in by_id["ex-1"]["data"]
    annotation = by_id["ex-0"]["annotations"][0]
    assert annotation["result"][0]["value"] == {"choices": ["dog"]}
    assert annotation["result"][0]["type"] == "choices"
    assert (annotation["lead_time"], annotation["was_cancelled"]) == (2.5, False)
    acted = by_id["ex-31"]["annotations"][0]
    assert (acted["result"][0]["value"], acted["meta"]) == ({"choices": ["dog"]}, {
        "who": "cara", "action": "relabel", "comment": "all dogs", "query": "a-1"})
    assert (by_id["ex-34"]["data"]["cincer_reason"], by_id["ex-34"]["annotations"][0]["meta"][
        "action"]) == ("duplicate of ex-35", "duplicate")
    skipped = by_id["ex-15"]["annotations"]
    assert [(a["was_cancelled"], a["meta"]["who"]) for a in skipped] == [(True, "bo")]
    prediction = by_id["ex-0"]["predictions"][0]
    assert prediction["result"][0]["value"] == {"choices": ["dog"]}


def test_the_manifest_fits_the_files(files: Path) -> None:
    manifest = json.loads((files / "manifest.json").read_text())
    assert manifest["schema_version"] == 1
    assert set(manifest["files"]) == set(FORMATS)
    for name, told in manifest["files"].items():
        content = (files / name).read_bytes()
        assert told["sha256"] == hashlib.sha256(content).hexdigest()
        assert told["bytes"] == len(content)
    assert not list(files.glob("*.partial"))


def test_one_format_to_a_stream(tmp_path: Path) -> None:
    with filled(tmp_path / "l.db", 0) as ledger:
        sink = io.StringIO()
        assert write(ledger, "labels.csv", sink) == 0
        assert sink.getvalue().startswith("id,label,")
        empty = io.StringIO()
        assert write(ledger, "label_studio.json", empty) == 0
        assert json.loads(empty.getvalue()) == []
        with pytest.raises(UnknownName, match=r"labels\.csv"):
            write(ledger, "label.csv", sink)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_formulas_are_escaped(cell: str) -> None:
    assert safe(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["plain", "", -1.5, None, "a=b"])
def test_what_is_no_formula_stays(cell: object) -> None:
    assert safe(cell) is cell
