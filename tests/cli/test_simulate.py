"""`cincer simulate`: its lines, its resumption, its refusals."""

from __future__ import annotations

import json
import sys
from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner

from cincer.cli import main
from cincer.suspicion import SUSPICIONS

FIELDS = {"selector", "repeat", "t", "queries", "labels_inspected", "cleaned", "cleaned_examples",
          "cleaned_counter_examples", "mislabelled_seen", "mislabelled_share", "f1", "f1_clean",
          "follow_ups"}


@pytest.fixture
def simulate(tmp_path):
    def run(*words, out="run.jsonl"):
        return CliRunner().invoke(main, [
            "simulate", "--data", "digits", "--arrivals", "12", "--repeats", "2",
            "--out", str(tmp_path / out), *words])

    run.folder = tmp_path
    return run


def _lines(simulate, out="run.jsonl"):
    return [json.loads(line) for line in (simulate.folder / out).read_text().splitlines()]


def test_one_line_a_selector_repeat_and_arrival(simulate):
    found = simulate("--selector", "default,no_ce", "--json")
    assert found.exit_code == 0, found.output
    head, *lines = _lines(simulate)
    assert head["plan"]["settings"]["loop"]["ask_threshold"] == 0.2
    assert head["selectors"]["default"] == "unlearned_influence"
    assert {"cincer", "torch", "numpy"} <= head["versions"].keys()
    assert [(x["selector"], x["repeat"], x["t"]) for x in lines] == [
        (s, r, t) for r in (1, 2) for s in ("default", "no_ce") for t in range(13)]
    assert all(x.keys() == FIELDS for x in lines)
    assert {row["selector"] for row in json.loads(found.stdout)["rows"]} == {"default", "no_ce"}


def test_counts_grow_and_no_pair_means_one_label_a_query(simulate):
    simulate("--selector", "no_ce")
    _, *lines = _lines(simulate)
    for before, after in pairwise(lines):
        if before["repeat"] == after["repeat"]:
            assert before["queries"] <= after["queries"] <= before["queries"] + 1
    assert all(x["labels_inspected"] == x["queries"] for x in lines)
    assert all(x["cleaned_counter_examples"] == 0 for x in lines)
    assert all(x["cleaned"] == x["cleaned_examples"] for x in lines)


def test_a_run_that_was_cut_off_goes_on_to_the_same_file(simulate):
    simulate("--selector", "default,random")
    whole = (simulate.folder / "run.jsonl").read_text()
    lines = whole.splitlines(keepends=True)
    (simulate.folder / "run.jsonl").write_text("".join(lines[:30]) + lines[30][:20])
    assert simulate("--selector", "default,random").exit_code == 0
    assert sorted((simulate.folder / "run.jsonl").read_text().splitlines()) == sorted(
        whole.splitlines())


def test_the_same_seed_gives_the_same_lines(simulate):
    simulate(out="a.jsonl")
    simulate(out="b.jsonl")
    assert _lines(simulate, "a.jsonl")[1:] == _lines(simulate, "b.jsonl")[1:]
    simulate("--seed", "2", out="c.jsonl")
    assert _lines(simulate, "a.jsonl")[1:] != _lines(simulate, "c.jsonl")[1:]


def test_a_file_of_other_settings_is_left_alone(simulate):
    simulate()
    before = (simulate.folder / "run.jsonl").read_text()
    found = simulate("--noise", "0.3")
    assert (found.exit_code, "other settings" in found.stderr) == (1, True)
    assert (simulate.folder / "run.jsonl").read_text() == before


def _own(path, rows=60, seed=0, bad=None):
    """A file of one's own: three clusters, classes by name."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % 3
    x = rng.normal(size=(rows, 4)) + 3 * y[:, None]
    if bad is not None:
        x[7, 1] = bad
    half = rows // 2
    name = np.array(["ant", "bee", "cat"])[y]
    np.savez(path, X_train=x[:half], y_train=name[:half], X_test=x[half:], y_test=name[half:])
    return str(path)


@pytest.mark.parametrize(("data", "told"), [
    ({"bad": np.nan}, "finite"), ({"rows": 40}, "fewer"), (None, "cannot open")])
def test_data_that_cannot_be_used_leaves_no_file_behind(simulate, data, told):
    path = simulate.folder / "own.npz"
    name = str(path) if data is None else _own(path, **data)
    found = simulate("--data", name, "--bootstrap", "10")
    assert found.exit_code != 0
    assert told in found.output
    assert not (simulate.folder / "run.jsonl").exists()


def test_a_file_of_one_s_own_is_told_by_what_it_holds(simulate):
    words = ("--data", _own(simulate.folder / "own.npz", rows=80), "--bootstrap", "10")
    assert simulate(*words).exit_code == 0
    whole = (simulate.folder / "run.jsonl").read_text()
    assert simulate(*words).exit_code == 0
    assert (simulate.folder / "run.jsonl").read_text() == whole
    _own(simulate.folder / "own.npz", rows=80, seed=1)
    found = simulate(*words)
    assert found.exit_code != 0
    assert "other settings" in found.output
    assert (simulate.folder / "run.jsonl").read_text() == whole


@pytest.mark.parametrize(("words", "told"), [
    (("--selector", "top_fischer"), "did you mean 'top_fisher'"),
    (("--data", "nothing"), "nothing"),
    (("--arrivals", "99999"), "training examples"),
    (("--noise", "1"), "noise"),
    (("--ask-threshold", "7"), "ask_threshold"),
    (("--model", "forest"), "forest"),
    (("--suspicion", "margn"), "did you mean 'margin'"),
    (("--early-stop", "papr"), "did you mean 'paper'"),
    (("--jobs", "0"), "--jobs"),
    (("--weight-policy", "reweigher"), "weight_policy"),
    (("--weight-policy", "lsw", "--training", "from_scratch"), "--training live"),
    (("--auto-accept", "1", "--training", "from_scratch"), "--training live"),
])
def test_what_cannot_be_run_is_said_in_one_line(simulate, words, told):
    found = simulate(*words)
    assert found.exit_code == 2, found.output
    assert told in found.stderr


@pytest.mark.parametrize("words", [
    ("--weight-policy", "lsw"), ("--auto-accept", "1", "--relabel-policy", "relabel")])
def test_policies_change_the_run(simulate, words):
    busy = ("--noise", "0.4", "--arrivals", "60", "--repeats", "1", "--ask-threshold", "0",
            "--advice-every", "5")
    assert simulate(*busy, *words).exit_code == 0
    assert simulate(*busy, out="alone.jsonl").exit_code == 0
    last, alone = (_lines(simulate, out)[-1] for out in ("run.jsonl", "alone.jsonl"))
    assert last["f1"] != alone["f1"]
    told = _lines(simulate)[0]["plan"]["settings"]["loop"]
    assert str(told[words[0][2:].replace("-", "_")]) in (words[1], f"{words[1]}.0")


FROM_SCRATCH = ("--training", "from_scratch", "--epochs", "4", "--bootstrap", "40")


@pytest.mark.parametrize("words", [("--model", "mlp", *FROM_SCRATCH), ()])
def test_the_file_is_the_same_for_any_number_of_jobs(simulate, words):
    words = ("--selector", "no_ce,largest_loss", "--repeats", "3", "--arrivals", "4", *words)
    for jobs in ("1", "2"):
        found = simulate(*words, "--jobs", jobs, out=f"{jobs}.jsonl")
        assert found.exit_code == 0, found.output
    one, two = ((simulate.folder / f"{jobs}.jsonl").read_bytes() for jobs in "12")
    assert one == two


def test_a_run_of_several_jobs_that_was_cut_off_goes_on(simulate):
    words = ("--selector", "no_ce,random", "--arrivals", "5")
    simulate(*words, "--jobs", "2")
    whole = (simulate.folder / "run.jsonl").read_text()
    (simulate.folder / "run.jsonl").write_text("".join(whole.splitlines(keepends=True)[:15]))
    assert simulate(*words, "--jobs", "3").exit_code == 0
    assert (simulate.folder / "run.jsonl").read_text() == whole


def test_what_fails_in_a_job_is_said_as_it_would_be_here(simulate):
    words = ("--model", "no.such:model", "--selector", "no_ce")
    for jobs in ("1", "2"):
        found = simulate(*words, "--jobs", jobs, out=f"{jobs}.jsonl")
        assert found.exit_code == 2, found.output
        assert "cannot load model 'no.such:model'" in found.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_model_of_one_s_own_is_trained_from_scratch(simulate, monkeypatch, jobs):
    (simulate.folder / f"own_model_{jobs}.py").write_text(
        "from torch import nn\n"
        "def make(shape, classes):\n"
        "    return nn.Sequential(nn.Linear(shape[0], 8), nn.Tanh(), nn.Linear(8, classes))\n")
    monkeypatch.chdir(simulate.folder)
    monkeypatch.setattr("sys.path", list(sys.path))
    found = simulate("--model", f"own_model_{jobs}:make", "--selector", "largest_loss", "--jobs",
                     jobs, "--arrivals", "6", "--ask-threshold", "0", *FROM_SCRATCH)
    assert found.exit_code == 0, found.output
    _, *lines = _lines(simulate)
    assert len(lines) == 2 * 7
    assert lines[6]["queries"] > 0


def test_audits_from_scratch_ask_about_what_the_model_does_not_doubt(simulate):
    words = ("--selector", "no_ce", "--model", "logreg", "--suspicion", "never", "--ask-threshold",
             "0.99", "--query-budget", "1000", *FROM_SCRATCH)
    simulate(*words, "--audit-share", "0.9", out="some.jsonl")
    simulate(*words, out="none.jsonl")
    assert _lines(simulate, "some.jsonl")[-1]["queries"] > 0
    assert _lines(simulate, "none.jsonl")[-1]["queries"] == 0


def test_early_stop_changes_what_is_learned(simulate):
    words = ("--data", "breast", "--selector", "no_ce", "--model", "mlp", "--noise", "0",
             "--training", "from_scratch", "--arrivals", "3")
    simulate(*words, out="all.jsonl")
    found = simulate(*words, "--early-stop", "paper", out="early.jsonl")
    assert found.exit_code == 0, found.output
    head, *lines = _lines(simulate, "early.jsonl")
    assert head["plan"]["settings"]["model"]["early_stop"] == "paper"
    assert lines != _lines(simulate, "all.jsonl")[1:]


def test_help_names_every_flag():
    found = CliRunner().invoke(main, ["simulate", "--help"])
    for flag in ("--data", "--model", "--selector", "--suspicion", "--ask-threshold", "--noise",
                 "--noise-model", "--bootstrap", "--arrivals", "--repeats", "--seed", "--training",
                 "--early-stop", "--oracle-error", "--audit-share", "--out", "--jobs", "--streams"):
        assert f"{flag} " in found.output
    said = " ".join(found.output.split())
    assert "whatever their margin. [default: 0.0]" in said
    assert all(name in said for name in SUSPICIONS)
