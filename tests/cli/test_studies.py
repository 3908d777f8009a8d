"""`cincer experiment q1 | q2 | q3 | selectors`: small runs from beginning to end."""

from __future__ import annotations

import json
from importlib.util import find_spec

import pytest
from click.testing import CliRunner

from cincer.cli import main, reporting
from cincer.config import ModelSettings
from cincer_experiments.studies.study import STUDIES

TINY = ("--data", "digits", "--model", "mlp", "--epochs", "2", "--arrivals", "5", "--repeats", "1")
SHOWN = "nearest,largest_loss"


def experiment(name, folder, *words):
    return CliRunner().invoke(
        main, ["experiment", name, *TINY, "--out", str(folder), *words])


@pytest.mark.parametrize("name", STUDIES)
def test_from_beginning_to_end(name, tmp_path):
    found = experiment(name, tmp_path, "--selectors", SHOWN, "--json")
    assert found.exit_code == 0, found.output
    printed = json.loads(found.stdout)
    assert printed == json.loads((tmp_path / "study.json").read_text())
    assert (printed["study"], printed["finished"]) == (name, True)
    [pair] = printed["settings"]["pairs"]
    assert pair["selectors"] == SHOWN.split(",")
    assert (pair["data"], pair["model"], pair["repeats"]) == ("digits", "mlp", 1)
    assert (tmp_path / "runs-digits-mlp.jsonl").exists()
    files = {path.name for path in tmp_path.iterdir()}
    drawn = {figure[kind] for figure in printed["figures"] for kind in ("svg", "png")}
    assert drawn
    assert files == drawn | {"study.json", "table.md", "runs-digits-mlp.jsonl"}


def test_for_people(tmp_path):
    found = experiment("selectors", tmp_path, "--selectors", SHOWN)
    assert found.exit_code == 0, found.output
    for word in ("largest_loss", "digits mlp", str(tmp_path)):
        assert word in found.stdout


def test_what_is_there_is_gone_on_with(tmp_path):
    experiment("q2", tmp_path, "--selectors", SHOWN, "--json")
    runs = tmp_path / "runs-digits-mlp.jsonl"
    whole = runs.read_text()
    kept = whole.splitlines(keepends=True)[:-3]
    runs.write_text("".join(kept))
    found = experiment("q2", tmp_path, "--selectors", SHOWN, "--report-only", "--json")
    assert [row[0] for row in json.loads(found.stdout)["tables"][0]["rows"]] == [
        "nearest", "true labels"]
    assert runs.read_text() == "".join(kept)
    assert experiment("q2", tmp_path, "--selectors", SHOWN, "--json").exit_code == 0
    assert sorted(runs.read_text().splitlines()) == sorted(whole.splitlines())


def test_the_default_strategy_goes_by_its_name(tmp_path):
    found = experiment("q1", tmp_path, "--selectors", "default,nearest", "--json")
    default = ModelSettings().counter_example
    assert json.loads(found.stdout)["settings"]["pairs"][0]["selectors"] == [default, "nearest"]


def test_other_settings_in_the_same_folder_are_refused(tmp_path):
    experiment("q1", tmp_path, "--selectors", SHOWN)
    found = experiment("q1", tmp_path, "--selectors", SHOWN, "--seed", "2")
    assert (found.exit_code, "other settings" in found.stderr) == (1, True)


@pytest.mark.parametrize(("words", "told"), [
    (("--selectors", "top_fischer"), "did you mean 'top_fisher'"),
    (("--data", "nothing"), "nothing"),
    (("--model", "forest"), "forest"),
    (("--arrivals", "99999"), "examples"),
])
@pytest.mark.parametrize("name", ["q1", "q3"])
def test_what_cannot_be_run_is_said_in_one_line(name, words, told, tmp_path):
    found = experiment(name, tmp_path / "out", *words)
    assert found.exit_code == 2, found.output
    assert told in found.stderr
    assert not (tmp_path / "out" / "study.json").exists()


def test_json_needs_no_matplotlib(tmp_path, monkeypatch):
    monkeypatch.setattr(
        reporting, "find_spec", lambda name: None if name == "matplotlib" else find_spec(name))
    found = experiment("q1", tmp_path, "--selectors", SHOWN)
    assert (found.exit_code, "matplotlib" in found.stderr) == (2, True)
    found = experiment("q1", tmp_path, "--selectors", SHOWN, "--json")
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["figures"] == []
