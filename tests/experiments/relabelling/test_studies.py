"""`cincer experiment rdia-*`: files, JSON, and errors."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from cincer.cli import main
from cincer_experiments.document import Table, Verdict, markdown
from cincer_experiments.studies.findings import Findings

KEYS = {"study", "title", "question", "finished", "made", "settings", "tables", "figures",
        "verdicts"}


def need():
    if not (Path(os.environ.get("CINCER_DATA", "")) / "tabular_small").is_dir():
        pytest.skip("tabular_small is not in the folder named by CINCER_DATA")


def run(*words):
    return CliRunner().invoke(main, ["experiment", *words])


def test_table_1_as_json_and_as_files(tmp_path):
    need()
    found = run("rdia-table1", "--data", "breast-cancer", "--repeats", "2", "--json",
                "--out", str(tmp_path))
    assert found.exit_code == 0, found.stderr
    document = json.loads(found.stdout)
    assert document.keys() == KEYS
    assert document == json.loads((tmp_path / "study.json").read_text())
    losses = {row[0]: row[3] for row in document["tables"][0]["rows"]}
    assert losses["erm"] == pytest.approx(0.0913842, abs=5e-8)
    assert losses["dropout"] == pytest.approx(0.0731010, abs=5e-8)
    assert losses["rdia, the paper's alpha"] == pytest.approx(0.0649718, abs=5e-8)
    assert losses["rdia, alpha by validation"] == pytest.approx(0.0662516, abs=5e-8)
    assert all(verdict["holds"] for verdict in document["verdicts"])
    text = (tmp_path / "table.md").read_text()
    assert "| rdia, alpha by validation | 0.003 | 26 | 0.066252 |" in text
    assert document["figures"] == [{
        "title": "breast-cancer: test loss by strategy",
        "caption": "Means over 2 draws, ± one standard error; crosses or diamonds: "
                   "as published.",
        "svg": "loss-breast-cancer.svg", "png": "loss-breast-cancer.png"}]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "loss-breast-cancer.png", "loss-breast-cancer.svg", "study.json", "table.md"]


def test_noise_says_that_rdia_with_noise_beats_none(tmp_path):
    need()
    found = run("rdia-noise", "--repeats", "1", "--json", "--out", str(tmp_path))
    verdicts = json.loads(found.stdout)["verdicts"]
    assert verdicts[0]["claim"] == "RDIA at 80% noise beats ERM at 0 %"
    assert verdicts[0]["holds"] is True


@pytest.mark.parametrize("study", ["rdia-alpha", "rdia-validation"])
def test_smaller_data_than_the_papers(study, tmp_path):
    need()
    found = run(study, "--data", "breast-cancer", "--repeats", "1", "--json", "--out",
                str(tmp_path))
    assert found.exit_code == 0, found.stderr
    document = json.loads(found.stdout)
    assert document["tables"][0]["rows"]
    assert all(row[-1] is None for row in document["tables"][0]["rows"])
    assert (tmp_path / document["figures"][0]["png"]).stat().st_size > 10_000


def test_unknown_data_is_one_line(tmp_path):
    found = run("rdia-table1", "--data", "pimas", "--out", str(tmp_path))
    assert found.exit_code == 2
    assert "did you mean 'pima'" in found.stderr


def test_markdown_has_tables_verdicts_and_notes():
    found = Findings("s", "Title", "Why?", {}, [Table("T", ("a", "b"), [["x|y", 0.123456789]])],
                     [Verdict("r", "c", "1", None, None)], ["note"])
    text = markdown(found.document())
    assert "| x\\|y | 0.12346 |" in text
    assert "| r | c | 1 |  | – |" in text
    assert "* note" in text
