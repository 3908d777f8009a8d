"""`cincer experiment fsr | imbalance`, on digits: files, JSON, what comes out, errors."""

import json

import pytest
from click.testing import CliRunner

from cincer.cli import main
from cincer.errors import UnknownName
from cincer_experiments.fast_reweighting.measured import Measured, Setting, table, verdict
from cincer_experiments.fast_reweighting.methods import METHODS, OVER_CACHE, Outcome, Plan, run
from cincer_experiments.fast_reweighting.problems import noisy

QUICK = ("--data", "digits", "--repeats", "1", "--model", "logreg", "--epochs", "4")


def command(*words):
    return CliRunner().invoke(main, ["experiment", *words])


def test_few_labels_as_json_and_as_files(tmp_path):
    found = command("fsr", *QUICK, "--labels", "10", "--rates", "0.4", "--rows", "600", "--methods",
                    "uniform,fsr", "--json", "--out", str(tmp_path))
    assert found.exit_code == 0, found.stderr
    document = json.loads(found.stdout)
    assert document == json.loads((tmp_path / "study.json").read_text())
    rows = document["tables"][0]["rows"]
    assert [row[:1] + row[2:3] for row in rows] == [
        ["10 labels a class", "uniform"], ["10 labels a class", "fsr"],
        ["40% symmetric", "uniform"], ["40% symmetric", "fsr"]]
    assert [row[-1] for row in rows] == [56.3, 67.6, None, None]
    assert all(50 < row[3] < 100 for row in rows)
    assert [row[5] is None for row in rows] == [True, False, True, False]
    assert len(document["verdicts"]) == 2
    assert {path.name for path in tmp_path.iterdir()} == {
        "study.json", "table.md", "fsr-digits.svg", "fsr-digits.png"}
    assert [figure["svg"] for figure in document["figures"]] == ["fsr-digits.svg"]


def test_long_tails_as_json(tmp_path):
    found = command("imbalance", *QUICK, "--factors", "5,50", "--json", "--out", str(tmp_path))
    assert found.exit_code == 0, found.stderr
    document = json.loads(found.stdout)
    rows = document["tables"][0]["rows"]
    assert [row[-1] for row in rows if row[2] == "fsr_shifted"] == [93.4, 81.7]
    assert {row[2] for row in rows} == {
        "uniform", "class_balanced", "fsr_shifted", "fsr_shifted_released"}
    assert (tmp_path / "imbalance-digits.png").stat().st_size > 1000


def test_as_text(tmp_path):
    found = command("imbalance", *QUICK, "--factors", "5", "--methods", "uniform", "--out",
                    str(tmp_path))
    assert "ratio 5" in found.stdout
    assert f"written to {tmp_path}" in found.stdout


@pytest.mark.parametrize("name", [*METHODS, *OVER_CACHE])
def test_every_method_learns(name):
    problem = noisy("digits", 600, 0.3, 1)
    found = run(name, problem, Plan("logreg", 12, 1))
    assert found.accuracy > 0.7
    assert 0 < found.rare <= 1
    if name.startswith("fsr") and "shifted" not in name:
        assert found.purity is None or found.purity > 0.75


def test_methods_start_alike_and_draw_alike():
    problem = noisy("digits", 300, 0.3, 1)
    plan = Plan("logreg", 3, 1)
    assert run("fsr", problem, plan) == run("fsr", problem, plan)
    with pytest.raises(UnknownName, match="did you mean 'uniform'"):
        run("unifrom", problem, plan)


def test_verdicts_are_of_differences_on_the_same_problems():
    setting = Setting("s", 1, lambda seed: None)
    found = Measured([setting], ["a", "b"], {
        ("s", "a"): [Outcome(share, 0.2, None) for share in (0.5, 0.7)],
        ("s", "b"): [Outcome(share, 0.2, 0.5) for share in (0.4, 0.65)]}, {"s": [0.1, 0.3]})
    gap = found.difference(setting, "a", "b")
    assert gap.mean == pytest.approx(7.5)
    assert gap.error == pytest.approx(2.5)
    said = verdict("d", found, setting, "a", "b", "a is ahead")
    assert said.holds is True
    assert said.ours == "60.00 v 52.50 (+7.50 ± 2.50)"
    assert verdict("d", found, setting, "b", "a", "b is ahead").holds is False
    rows = table("d", found, lambda setting, method: None).rows
    assert rows[0][:5] == ["s", pytest.approx(20), "a", pytest.approx(60), pytest.approx(10)]
    assert [row[5] for row in rows] == [None, pytest.approx(50)]
    rare = table("d", found, lambda setting, method: None, rare=True).rows
    assert [row[5] for row in rare] == [pytest.approx(20)] * 2


@pytest.mark.parametrize(("words", "text"), [
    (("fsr", "--methods", "fst"), "unknown method 'fst'"),
    (("fsr", "--rates", "1.5"), "rates must be numbers from 0 to below 1"),
    (("fsr", "--labels", "many"), "not 'many'"),
    (("fsr", "--model", "resnet"), "unknown model"),
    (("imbalance", "--factors", "0.5"), "factors must be"),
    (("imbalance", "--data", "digit"), "did you mean 'digits'")])
def test_bad_options_are_one_line(words, text, tmp_path):
    found = command(*words, "--repeats", "1", "--out", str(tmp_path))
    assert found.exit_code == 2
    assert text in found.stderr
