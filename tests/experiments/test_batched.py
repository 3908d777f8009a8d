"""`simulate` with training from scratch: batched, resumable, and the same however it was cut."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cincer.config import LoopSettings, ModelSettings, Settings
from cincer.errors import InvalidInput, UnknownName
from cincer_experiments import batched, simulate
from cincer_experiments.simulate import Plan

FIELDS = {"selector", "repeat", "t", "queries", "labels_inspected", "cleaned", "cleaned_examples",
          "cleaned_counter_examples", "mislabelled_seen", "f1", "f1_clean"}


def plan() -> Plan:
    settings = Settings(
        loop=LoopSettings(bootstrap=40, audit_share=0.0),
        model=ModelSettings(model="mlp", training="from_scratch", epochs=10))
    return Plan("breast", ("no_ce", "largest_loss"), settings, arrivals=8, repeats=3,
                streams="published")


def lines(path: Path) -> list[dict[str, object]]:
    found = [json.loads(text) for text in path.read_text().splitlines()[1:]]
    return sorted(found, key=lambda line: (line["selector"], line["repeat"], line["t"]))


def test_training_from_scratch_is_batched(tmp_path: Path) -> None:
    told: list[int] = []
    last = list(simulate.run(plan(), tmp_path / "a.jsonl", lambda _, done, total: told.append(
        done * 100 // total)))
    assert len(last) == 6
    found = lines(tmp_path / "a.jsonl")
    assert len(found) == 6 * 9
    assert all(line.keys() >= FIELDS for line in found)
    assert told[-1] == 100
    assert all(isinstance(line["f1_clean"], float) for line in found)


def test_a_cut_off_run_goes_on(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl"
    list(simulate.run(plan(), whole))
    text = whole.read_text().splitlines()
    cut.write_text("\n".join(text[: 1 + 9 + 4]) + "\n")
    again = list(simulate.run(plan(), cut))
    assert len(again) == 6
    for found, right in zip(lines(cut), lines(whole), strict=True):
        assert found == pytest.approx(right, abs=1e-9)


def test_repeats_that_lack_the_same_are_one_grid() -> None:
    wanted = [batched.Wanted(r, None, None, {"no_ce": "no_ce"} | extra)  # type: ignore[arg-type]
              for r, extra in enumerate([{}, {}, {"random": "random"}, {}, {}], start=1)]
    grids = [[one.repeat for one in grid] for grid in batched._grids(wanted, 6)]
    assert grids == [[1, 2, 4], [5], [3]]


@pytest.mark.parametrize("change", [
    {"training": "live"}, {"model": "os:getcwd"}])
def test_what_does_not_fit_a_grid_runs_alone(change: dict[str, str]) -> None:
    settings = plan().settings
    assert batched.can_batch(settings)
    assert not batched.can_batch(replace(settings, model=replace(settings.model, **change)))
    assert not batched.can_batch(replace(settings, loop=LoopSettings()))
    budget = replace(settings.loop, query_budget=100.0)
    assert not batched.can_batch(replace(settings, loop=budget))


def test_a_device_must_be_there_and_have_something_to_train() -> None:
    with pytest.raises(UnknownName, match="cpu, cuda"):
        replace(plan(), device="tpu").checked()
    with pytest.raises(InvalidInput, match="from scratch"):
        replace(plan(), device="cuda", settings=Settings()).checked()
    if not torch.cuda.is_available():
        with pytest.raises(InvalidInput, match="no graphics card"):
            replace(plan(), device="cuda").checked()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a graphics card")
def test_a_graphics_card_finds_the_same(tmp_path: Path) -> None:
    here = list(simulate.run(plan(), tmp_path / "a.jsonl"))
    there = list(simulate.run(replace(plan(), device="cuda"), tmp_path / "b.jsonl"))
    for one, other in zip(here, there, strict=True):
        assert other == pytest.approx(one, abs=0.1)
