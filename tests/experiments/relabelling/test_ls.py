"""`cincer experiment rdia-ls`, on the digits that scikit-learn ships."""

import json
from dataclasses import replace

import pytest
import torch
from click.testing import CliRunner

from cincer.cli import main
from cincer.errors import UnknownName
from cincer_experiments.relabelling.ls_table import (
    FULL,
    GAMMAS,
    METHODS,
    NETWORKS,
    Plan,
    images,
    one,
    short,
)


def run(*words):
    return CliRunner().invoke(main, ["experiment", "rdia-ls", *words])


def test_accuracy_and_purity_by_epoch(tmp_path):
    found = run("--data", "digits", "--rates", "0.4", "--epochs", "20", "--methods",
                "erm,rdia_ls,co_teaching", "--json", "--out", str(tmp_path))
    assert found.exit_code == 0, found.stderr
    document = json.loads(found.stdout)
    last, curve = (table["rows"] for table in document["tables"])
    accuracy = {row[0]: row[3] for row in last}
    purity = {row[0]: row[5] for row in last}
    assert accuracy["rdia_ls"] > accuracy["erm"]
    assert purity["erm"] == pytest.approx(60, abs=0.1)
    assert purity["rdia_ls"] > 80
    assert [row[2] for row in curve if row[0] == "erm"] == list(range(1, 21))
    assert "20 epochs instead of the paper's 200" in document["settings"]["notes"][0]
    assert json.loads((tmp_path / "study.json").read_text()) == document


def test_the_rate_can_be_estimated(tmp_path):
    found = run("--data", "digits", "--rates", "0.4", "--epochs", "2", "--methods", "rdia_ls",
                "--noise-rate", "estimated", "--json", "--out", str(tmp_path))
    assert 0.35 < json.loads(found.stdout)["tables"][0]["rows"][0][2] < 0.7


def test_same_seed_same_curve():
    plan = Plan(short(2), ("rdia_ls",), (0.2,))
    curves = [one(images("digits", 0.2, 1), "rdia_ls", 0.2, 1, plan) for _ in range(2)]
    assert curves[0] == curves[1]


def test_gamma_is_chosen_without_the_truth():
    """The gold part and what is right are for the curve alone."""
    plan = Plan(short(2), ("rdia_ls",), (0.4,))
    known = images("digits", 0.4, 1)
    hidden = replace(known, test_y=torch.zeros_like(known.test_y),
                     right=torch.zeros_like(known.right))
    chosen = [one(found, "rdia_ls", 0.4, 1, plan).gamma for found in (known, hidden)]
    assert chosen[0] == chosen[1]
    assert chosen[0] in GAMMAS


def test_gamma_can_be_given():
    plan = Plan(short(1), gamma=0.35)
    assert one(images("digits", 0.4, 1), "rdia_ls", 0.4, 1, plan).gamma == 0.35
    assert one(images("digits", 0.4, 1), "erm", 0.4, 1, plan).gamma is None


def test_the_full_setting_is_the_papers():
    assert (FULL.epochs, FULL.ramp, FULL.decay_from, FULL.batch) == (200, 10, 80, 128)
    assert short(200) == FULL
    assert (short(10).ramp, short(10).decay_from) == (5, 4)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_give_logits(name):
    assert NETWORKS[name]((784,), 10)(torch.zeros(3, 784)).shape == (3, 10)


@pytest.mark.parametrize(("words", "text"), [
    (("--methods", "rdia"), "unknown batch loss"), (("--rates", "1.5"), "0 to below 1"),
    (("--rates", "much"), "not 'much'"), (("--network", "resnet"), "unknown network"),
    (("--data", "mnits"), "did you mean 'mnist'")])
def test_bad_options_are_one_line(words, text, tmp_path):
    found = run(*words, "--out", str(tmp_path))
    assert found.exit_code == 2
    assert text in found.stderr


def test_every_method_is_known():
    assert Plan(FULL).methods == METHODS
    with pytest.raises(UnknownName):
        Plan(FULL, ("nothing",))
