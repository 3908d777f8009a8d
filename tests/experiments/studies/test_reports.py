"""From lines to tables, figures, verdicts and files, on runs made by hand."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from study_runs import write

from cincer.errors import Conflict, InvalidInput
from cincer_experiments.document import markdown
from cincer_experiments.studies import claims, paper, q1, q2, selectors, tables
from cincer_experiments.studies.measures import mean_f1, nothing_wrong, share_cleaned
from cincer_experiments.studies.run import tell
from cincer_experiments.studies.runs import Runs, read
from cincer_experiments.studies.study import study
from cincer_experiments.summary import Mean, mean

SELECTORS = ("top_fisher", "as_published", "nearest", "no_ce", "drop_ce")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "runs-breast-mlp.jsonl", SELECTORS)
    return tmp_path


@pytest.fixture
def runs(folder: Path) -> Runs:
    [found] = read(folder.glob("*.jsonl"))
    return found


def lines(folder: Path) -> list[dict[str, float]]:
    return [json.loads(text) for text in
            (folder / "runs-breast-mlp.jsonl").read_text().splitlines()[1:]]


def test_a_table_has_the_means_of_the_last_lines(folder: Path, runs: Runs) -> None:
    table = tables.results(runs, list(SELECTORS))
    ends = [line for line in lines(folder) if line["t"] == 30]
    for row in table.rows[:-1]:
        own = [line for line in ends if line["selector"] == row[0]]
        for column, name in ((1, "cleaned"), (5, "queries"), (7, "labels_inspected")):
            right = [line[name] for line in own]
            error = np.std(right, ddof=1) / 2
            assert row[column] == f"{np.mean(right):.1f} ± {error:.1f}"
    assert table.rows[1][2] == "27.8 ± 1.2"
    assert table.rows[-1][10:12] == ["0.9000 ± 0.0000", "0.966 ± 0.003"]


def test_measures_of_a_run_by_hand(runs: Runs, folder: Path) -> None:
    run = runs.found["top_fisher", 2]
    own = [line for line in lines(folder)
           if line["selector"] == "top_fisher" and line["repeat"] == 2]
    idle = sum(now["queries"] > was["queries"] and now["cleaned"] == was["cleaned"]
               for was, now in pairwise(own))
    assert idle > 0
    assert nothing_wrong(run) == idle / own[-1]["queries"]
    assert mean_f1(run) == pytest.approx(sum(line["f1"] for line in own) / len(own))
    assert share_cleaned(run) == own[-1]["cleaned"] / 20


def test_half_a_run_does_not_count(folder: Path) -> None:
    path = folder / "runs-breast-mlp.jsonl"
    text = path.read_text().splitlines()
    path.write_text("\n".join([*text[:-3], text[-3][:40]]))
    [found] = read([path])
    assert len(found.found) == 5 * 4 - 1
    assert ("drop_ce", 4) not in found.found


def test_files_of_one_pair_are_read_as_one(folder: Path) -> None:
    write(folder / "runs-more.jsonl", ["random"], seed=7)
    [found] = read(folder.glob("*.jsonl"))
    assert found.selectors == [*SELECTORS, "random"]
    other = write(folder / "runs-other.jsonl", ["random"])
    head, *rest = other.read_text().splitlines()
    other.write_text("\n".join([head.replace('"noise": 0.2', '"noise": 0.3'), *rest]))
    with pytest.raises(Conflict, match="noise"):
        read(folder.glob("*.jsonl"))


@pytest.mark.parametrize("text", ["", "[]\n", "{}\n", "no\n", '{"plan": 3'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "runs.jsonl").write_text(text)
    with pytest.raises(InvalidInput, match="does not begin"):
        read([tmp_path / "runs.jsonl"])


@pytest.mark.parametrize("name", ["q1", "q2", "selectors"])
def test_a_study_from_its_lines(folder: Path, name: str) -> None:
    chosen = study(name, data=["breast"], selectors=SELECTORS, repeats=4, arrivals=30)
    found = tell(chosen, folder, finished=True, figures=True)
    written = json.loads((folder / "study.json").read_text())
    assert written == found
    assert found.keys() == {"study", "title", "question", "finished", "made", "settings", "tables",
                            "figures", "verdicts"}
    assert (found["study"], found["finished"]) == (name, True)
    assert found["figures"]
    for figure in found["figures"]:
        assert figure.keys() == {"title", "caption", "svg", "png"}
        root = ElementTree.parse(folder / figure["svg"]).getroot()
        assert root.tag.endswith("svg")
        with Image.open(folder / figure["png"]) as image:
            assert image.width == 1400
    for table in found["tables"]:
        assert table["rows"]
        assert {len(row) for row in table["rows"]} == {len(table["columns"])}
    assert {v["holds"] for v in found["verdicts"]} <= {True, False, None}
    assert found["settings"]["rules"]
    assert not list(folder.glob(".*"))
    text = (folder / "table.md").read_text()
    assert text == markdown(found)
    assert "| as_published | " in text
    assert "NaN" not in (folder / "study.json").read_text()


def test_the_same_runs_give_the_same_figures(folder: Path, runs: Runs) -> None:
    def drawn() -> bytes:
        chosen = study("q2", data=["breast"], selectors=SELECTORS, repeats=4, arrivals=30)
        tell(chosen, folder, finished=True, figures=True)
        return (folder / "strategies-breast-mlp.svg").read_bytes()

    assert drawn() == drawn()


def test_nothing_run_yet_is_a_report(tmp_path: Path) -> None:
    found = tell(study("q1"), tmp_path, finished=False, figures=True)
    assert (found["tables"], found["figures"], found["verdicts"]) == ([], [], [])
    assert "Not finished" in (tmp_path / "table.md").read_text()


def test_one_repeat_leaves_claims_open(tmp_path: Path) -> None:
    [runs] = read([write(tmp_path / "runs.jsonl", SELECTORS, repeats=1)])
    for made in (q1.report([runs]), q2.report([runs])):
        assert {verdict.holds for verdict in made.verdicts} == {None}
    assert selectors.report([runs]).verdicts


def test_a_claim_is_held_to_its_rule(runs: Runs) -> None:
    for a in ("as_published", "top_fisher"):
        [verdict] = claims.more(runs, a, "no_ce", "cleaned")
        gaps = [runs.found[a, r].last("cleaned") - runs.found["no_ce", r].last("cleaned")
                for r in range(1, 5)]
        right = mean(gaps)
        assert verdict.holds == (right.mean > 2 * right.error)
        assert verdict.ours == tables.shown(right, 1, True)
    assert verdict.published == "+11.2"
    assert list(claims.more(runs, "no_ce", "no_ce", "cleaned")) == []
    assert list(claims.more(runs, "no_ce", "kfac", "cleaned")) == []


@pytest.mark.parametrize(("found", "errors", "holds"), [
    (Mean(2.1, 1, 5), 2, True), (Mean(2, 1, 5), 2, False), (Mean(-2, 1, 5), -2, True),
    (Mean(-2.1, 1, 5), -2, False), (Mean(9, math.nan, 1), 2, None)])
def test_above(found: Mean, errors: float, holds: bool | None) -> None:
    assert claims.above(found, errors) is holds


def test_the_default_is_judged_against_the_published(tmp_path: Path) -> None:
    names = ("top_fisher", "as_published", "no_ce")
    [runs] = read([write(tmp_path / "runs.jsonl", names)])
    found = {v.claim: v for v in selectors.report([runs]).verdicts}
    ends = {name: [run.last("cleaned") for run in runs.of(name)] for name in names}
    assert found["15% more cleaned than as_published"].holds == (
        np.mean(ends["top_fisher"]) >= 1.15 * np.mean(ends["as_published"]))
    fewer = found["fewer queries with nothing wrong than as_published"]
    assert fewer.holds == (np.mean([nothing_wrong(run) for run in runs.of("top_fisher")])
                           < np.mean([nothing_wrong(run) for run in runs.of("as_published")]))
    assert {f"{what}: behind none at equal {cost}" for what in ("cleaned", "F1")
            for cost in ("queries", "labels")} <= found.keys()


def test_published_numbers() -> None:
    best = paper.result("breast", "mlp", "as_published")
    assert best is not None
    assert (best.cleaned.mean, best.queries.error, best.f1.mean) == (27.8, 1.2, 0.944)
    assert paper.result("breast", "mlp", "top_fisher") is best
    assert paper.result("digits", "mlp", "top_fisher") is None
    assert len(paper.results()) == 71
    for row in paper.results().values():
        if not math.isnan(row.cleaned.mean):
            parts = row.examples.mean + row.counter_examples.mean
            assert row.cleaned.mean == pytest.approx(parts, abs=0.11)
    at = paper.precision("mnist", "mlp", "influence_lissa")
    assert at is not None
    assert (at.at5.mean, at.at10.error, at.queries) == (0.133, 0.009, 189)
    assert len(paper.precisions()) == 26


def test_reporting_needs_no_matplotlib(folder: Path) -> None:
    code = ("import sys; sys.modules['matplotlib'] = None\n"
            "from pathlib import Path\n"
            "from cincer_experiments.studies.run import tell\n"
            "from cincer_experiments.studies.study import study\n"
            f"tell(study('selectors'), Path({str(folder)!r}), finished=True, figures=False)")
    subprocess.run([sys.executable, "-c", code], check=True)
    assert json.loads((folder / "study.json").read_text())["figures"] == []
