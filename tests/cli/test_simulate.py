"""`cincer simulate`: its lines, its resumption, its refusals."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from click.testing import CliRunner

from cincer.cli import main

FIELDS = {"selector", "repeat", "t", "queries", "labels_inspected", "cleaned", "cleaned_examples",
          "cleaned_counter_examples", "mislabelled_seen", "mislabelled_share", "f1", "f1_clean"}


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
    assert head["selectors"]["default"] == "unlearned"
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


@pytest.mark.parametrize(("words", "told"), [
    (("--selector", "top_fischer"), "did you mean 'top_fisher'"),
    (("--data", "nothing"), "nothing"),
    (("--arrivals", "99999"), "training examples"),
    (("--noise", "1"), "noise"),
    (("--ask-threshold", "7"), "ask_threshold"),
    (("--model", "forest"), "forest"),
])
def test_what_cannot_be_run_is_said_in_one_line(simulate, words, told):
    found = simulate(*words)
    assert found.exit_code == 2, found.output
    assert told in found.stderr
