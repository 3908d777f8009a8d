"""Precision at k against rankings made by hand, and the runs that measure it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from cincer.errors import Conflict, InvalidInput
from cincer.protocols import Ranking, Suspect, TopLayer
from cincer_experiments.published.streams import streams
from cincer_experiments.published.training import Schedule
from cincer_experiments.studies import precision, q3
from cincer_experiments.studies.run import tell
from cincer_experiments.studies.study import Study, study
from cincer_streams.datasets import load
from cincer_streams.published import published_streams

TRUE = [0, 0, 0, 1, 1, 0, 0, 1, 1]
GIVEN = [0, 1, 1, 1, 1, 0, 0, 1, 1]
"""Rows 1 and 2 of a bootstrap of 6 are wrong; rows 6 to 8 arrive with their true labels."""

PREDICTED = [0, 1, 1, 1, 1, 0, 1, 0, 0]
"""Rows 6, 7 and 8 are doubted."""


class InThisOrder:
    """Ranks the candidates in a fixed order of rows."""

    def __init__(self, *order: int) -> None:
        self.order = order

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        found = [row for row in self.order if row in candidates.tolist()][:limit]
        return Ranking(torch.tensor(found), -torch.arange(len(found)))


def trained() -> precision.Trained:
    probs = torch.tensor([[0.9, 0.1] if label == 0 else [0.2, 0.8] for label in PREDICTED])
    labels = torch.tensor(GIVEN)
    return precision.Trained(
        torch.zeros(9, 2), torch.zeros(9, 3), probs, labels, torch.tensor(TRUE),
        precision.losses(probs, labels), 6, nn.Identity())


def test_static_is_what_the_ranking_by_hand_has() -> None:
    found = precision.queries(trained(), InThisOrder(1, 3, 2, 4, 0, 5, 6, 7), "static")
    # 6 is predicted 1: 1, 3, 2, 4 (1 and 2 wrong). 7 and 8 are predicted 0: 0, 5, 6, all right.
    assert found == {"t": [1, 2, 3], "candidates": [4, 3, 3], "wrong": [2, 0, 0],
                     "hits": [[1, 0, 1, 0], [0, 0, 0], [0, 0, 0]]}
    runs = [found]
    assert q3.values(runs, 5) == [2 / 5, 0, 0]
    assert q3.values(runs, 5, there=True) == [2 / 4, 0, 0]
    assert q3.values(runs, 2) == [1 / 2, 0, 0]
    assert q3.at(runs, 5).mean == pytest.approx(2 / 15)
    assert q3.best_possible(runs, 1).mean == pytest.approx(1 / 3)


def test_as_published_a_wrong_first_pick_is_set_right_and_leaves() -> None:
    order = InThisOrder(1, 2, 3, 4, 0, 5, 6, 7)
    once = trained()
    probs = once.probs.clone()
    probs[7:] = torch.tensor([0.2, 0.8])
    # rows 7 and 8 truly 0 here, predicted 1 as row 6 is: three queries with the same candidates
    again = precision.Trained(
        once.x, once.features, probs, torch.tensor([*GIVEN[:7], 0, 0]),
        torch.tensor([*TRUE[:7], 0, 0]), once.learning, 6, once.network)
    static = precision.queries(again, order, "static")
    assert static["hits"] == [[1, 1, 0, 0]] * 3
    cleaning = precision.queries(again, order, "as_published")
    assert cleaning["hits"] == [[1, 1, 0, 0], [1, 0, 0], [0, 0]]
    assert cleaning["candidates"] == [4, 3, 2]
    assert cleaning["wrong"] == [2, 1, 0]
    assert again.labels.tolist()[1:3] == [1, 1]


def test_an_arrival_without_a_candidate_is_no_query() -> None:
    once = trained()
    alone = precision.Trained(
        once.x, once.features, once.probs, torch.tensor([0] * 6 + [0, 1, 1]), once.true,
        once.learning, 6, once.network)
    assert precision.queries(alone, InThisOrder(*range(9)), "static")["t"] == [2, 3]


def test_a_label_set_right_is_not_what_was_learned() -> None:
    once = trained()
    labels = once.labels.clone()
    labels[1] = 0
    seen = once.seen(labels, 6)
    assert seen.learning is not None
    assert float(seen.learning[1]) == pytest.approx(float(-once.probs[1, 0].log()))
    assert torch.equal(seen.learning[2:], once.learning[2:6])


def test_training_knows_the_noisy_bootstrap_and_the_true_arrivals() -> None:
    found = streams(published_streams(load("breast"), bootstrap=40, stream=20, repeats=2))
    first, second = precision.train(found, (1, 2), "mlp", Schedule(epochs=30))
    true = found.true("metrics")
    assert torch.equal(first.labels[:40], found.given[0, :40])
    assert torch.equal(first.labels[40:], true[0, 40:])
    assert int((first.labels != true[0]).sum()) > 0
    [alone] = precision.train(
        streams(published_streams(load("breast"), bootstrap=40, stream=20, repeats=2)[1:]), (2,),
        "mlp", Schedule(epochs=30))
    torch.testing.assert_close(alone.probs, second.probs, rtol=0, atol=1e-5)
    assert float((second.probs.argmax(dim=1) == second.labels).double().mean()) > 0.5


def small() -> Study:
    return study("q3", data=["breast"], selectors=["nearest", "largest_loss"], repeats=2,
                 arrivals=15, epochs=5)


def test_a_cut_off_run_goes_on(tmp_path: Path) -> None:
    chosen = small()
    plan = chosen.plan(chosen.pairs[0])
    whole, cut = tmp_path / "runs-whole.jsonl", tmp_path / "runs-cut.jsonl"
    assert len(list(precision.run(plan, whole))) == 2 * 2 * 2
    text = whole.read_text()
    cut.write_text(text[: len(text) * 2 // 3])
    told: list[int] = []
    assert len(list(precision.run(plan, cut, lambda what, done, total: told.append(done)))) == 8
    assert 0 < len(told) < 8
    assert cut.read_text() == text
    assert len(list(precision.run(plan, whole))) == 8
    assert whole.read_text() == text


def test_the_file_is_the_same_for_any_number_of_jobs(tmp_path: Path) -> None:
    chosen = small()
    plan = chosen.plan(chosen.pairs[0])
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    list(precision.run(plan, one))
    assert len(list(precision.run(plan, two, jobs=3))) == 8
    assert two.read_text() == one.read_text()


def test_other_settings_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "runs.jsonl"
    out.write_text(json.dumps({"plan": {"data": "adult"}}) + "\n")
    chosen = small()
    with pytest.raises(Conflict, match="other settings"):
        list(precision.run(chosen.plan(chosen.pairs[0]), out))


def test_what_shows_nothing_has_no_precision(tmp_path: Path) -> None:
    chosen = study("q3", data=["breast"], selectors=["no_ce"])
    with pytest.raises(InvalidInput, match="no counter-example"):
        list(precision.run(chosen.plan(chosen.pairs[0]), tmp_path / "runs.jsonl"))


def test_what_is_said_of_runs_made_by_hand(tmp_path: Path) -> None:
    chosen = study("q3", data=["breast"], selectors=["as_published", "practical_fisher"])
    plan = chosen.plan(chosen.pairs[0])
    hits = {"as_published": [[1] * 5 + [0] * 5, [0, 0, 1]], "practical_fisher": [[0] * 10, [1, 0]]}
    texts = [json.dumps(plan.header())]
    for variant in precision.VARIANTS:
        for selector, rows in hits.items():
            texts.append(json.dumps({
                "variant": variant, "selector": selector, "repeat": 1, "t": [1, 2],
                "candidates": [20, 3], "wrong": [6, 1], "hits": rows}))
    (tmp_path / "runs-breast-mlp.jsonl").write_text("\n".join([*texts, '{"variant": "st']))
    found = tell(chosen, tmp_path, finished=True, figures=True)
    static, cleaning = found["tables"]
    assert static["rows"][0] == [
        "as_published", "0.600 ± 0.400", "–", "0.300 ± 0.200", "–", "0.667 ± 0.333",
        "0.417 ± 0.083", "0.500 ± 0.500", "–", "2"]
    assert static["rows"][2][:4] == ["best possible", "0.600 ± 0.400", "", "0.350 ± 0.250"]
    assert static["rows"][3][1] == "0.317 ± 0.017"
    assert cleaning["rows"][0][2] == "0.291 ± 0.031"
    assert len(cleaning["rows"]) == 2
    verdicts = {(v["row"], v["claim"]): v for v in found["verdicts"]}
    more = verdicts["breast mlp: as_published", "Pr@5 more than practical_fisher"]
    assert (more["ours"], more["published"], more["holds"]) == ("+0.500 ± 0.500", "+0.279", False)
    assert verdicts["breast mlp: as_published", "Pr@5 as published or better"]["holds"] is True
    assert {path.name for path in tmp_path.iterdir()} == {
        "runs-breast-mlp.jsonl", "study.json", "table.md", "precision-breast-mlp.svg",
        "precision-breast-mlp.png"}
