"""What a run does by itself: acts of the machine, weights, and nothing against people."""

from __future__ import annotations

import numpy as np
import pytest

from cincer import acts, weighing
from cincer.config import Settings, merge
from cincer.errors import UnknownName
from cincer.policies import MACHINE, Machine, Policies
from cincer.policies import machine as by_settings
from cincer.types import Position
from cincer_experiments.policies.run import Setting, _runner, asked, run
from cincer_streams.datasets import load
from cincer_streams.oracle import Oracle
from cincer_streams.stream import noisy_stream

BUSY = Setting(budget=300, audit_share=0.3, width=16, every=20)


def stream(arrivals=300, seed=1):
    return noisy_stream(load("digits"), "symmetric", 0.3, seed, limit=arrivals + 100)


def played(policies, arrivals=300):
    """A runner that has seen a stream and answers, and its machine before any look."""
    found = stream(arrivals)
    rows = found.contents.encoded(found.schema)
    runner = _runner(found, rows.shape[1], BUSY, 1)
    oracle = Oracle(found.truth, classes=10)
    for example, row, given in zip(found.ids, rows, found.given.tolist(), strict=True):
        query = runner.receive(example, row, given)
        if query is not None:
            asked(runner, query, oracle)
    return runner, Machine(runner, policies), found


@pytest.mark.parametrize("relabel", ["drop", "relabel", "unlearn", "chooser"])
def test_what_people_said_stays(relabel):
    runner, machine, _ = played(Policies(relabel=relabel))
    spoken = {at: runner.loop.data.effective(at) for at in runner.loop.all_settled()}
    assert spoken
    machine.look()
    assert {at: runner.loop.data.effective(at) for at in spoken} == spoken
    assert set(spoken) <= set(runner.loop.all_trained().tolist())


def test_each_look_takes_back_the_one_before():
    runner, machine, _ = played(Policies(relabel="drop"))
    machine.look()
    first = _touched(runner)
    assert first
    machine.look()
    assert len(runner.loop.state.acts[MACHINE].done) == 1
    assert _touched(runner) == first, "the same data gives the same acts"


def _touched(runner):
    return {at for at in range(len(runner.loop.ids))
            if runner.loop.proposal(Position(at)) is not None}


def test_leaving_out_what_harms_lowers_the_share_of_wrong_labels():
    runner, machine, found = played(Policies(relabel="drop"))
    true = found.truth.open("metrics")

    def wrong():
        trained = runner.loop.all_trained()
        return np.mean([true[runner.loop.ids[at]] != runner.loop.data.effective(at)
                        for at in trained.tolist()])

    before = wrong()
    machine.look()
    assert wrong() < before


@pytest.mark.parametrize("weight", ["held_out", "lsw", "fsr", "reweighter", "l2rw"])
def test_weights_reach_the_head_and_people_count_in_full(weight):
    runner, machine, _ = played(Policies(weight=weight))
    machine.look()
    known = runner.engine.known
    weights = dict(zip(known.positions[: known.count].tolist(),
                       known.weights[: known.count].tolist(), strict=True))
    settled = [weights[at] for at in runner.loop.all_settled() if weights.get(at)]
    assert settled
    assert set(settled) == {1.0}
    others = [w for at, w in weights.items() if at not in set(runner.loop.all_settled())]
    assert len(set(np.round(others, 6))) > 5


@pytest.mark.parametrize("best", ["held_out", "uniform"])
def test_where_weights_surely_help_labels_are_left_as_they_are(best, monkeypatch):
    runner, machine, _ = played(Policies(relabel="chooser", weight="chooser"))
    monkeypatch.setattr(weighing, "chosen", lambda *_: best)
    monkeypatch.setattr(machine, "_relabel", lambda: machine.chosen.append("asked"))
    machine.look()
    assert machine.chosen == [best if best != "uniform" else "asked"]
    known = runner.engine.known
    counts = {round(w, 6) for w in known.weights[: known.count].tolist() if w > 0}
    assert (len(counts) > 5) == (best == "held_out")


def test_nothing_happens_without_enough_trusted_labels():
    found = stream(30)
    one = run(found, Policies(relabel="chooser"), Setting(budget=20, width=8), 1)
    assert set(one.chosen) == {"nothing"}
    assert one.changed == 0


def test_unknown_policies_are_refused():
    with pytest.raises(UnknownName, match="relabel policy"):
        Policies(relabel="guess")
    with pytest.raises(UnknownName, match="weight policy"):
        Policies(weight="guess")


def test_bounds_hold_the_machine_back():
    runner, _, _ = played(Policies())
    counts = []
    for bounds in ({}, {"share": 0.02}, {"sure": True}, {"least": 100.0}):
        Machine(runner, Policies(relabel="drop", **bounds)).look()
        counts.append(len(_touched(runner)))
        if counts[-1]:
            runner.act(acts.act_undone(runner.loop, MACHINE, runner.now()))
    assert counts[3] == 0 < counts[1] <= 0.02 * 400 < counts[0]
    assert 0 < counts[2] < counts[0]


def test_unlearning_is_not_leaving_out():
    said = []
    for action in ("drop", "unlearn"):
        runner, machine, found = played(Policies(relabel=action))
        machine.look()
        assert bool(len(runner.loop.all_unlearned())) == (action == "unlearn")
        said.append(runner.engine.predict(found.contents.encoded(found.schema)))
    assert np.abs(said[0] - said[1]).max() > 0.01


def test_settings_without_policies_have_no_machine():
    runner, _, _ = played(Policies(), 60)
    assert by_settings(runner, Settings()) is None
    weighed = merge(Settings(), {"weight_policy": "lsw", "advice_every": 5})
    made = by_settings(runner, weighed)
    assert made is not None
    assert made.policies == Policies(weight="lsw", every=5, share=0.0, sure=True)
    assert by_settings(runner, merge(weighed, {"advice_every": 0})) is None
    alone = merge(Settings(), {"auto_accept": 0.1, "relabel_policy": "drop"})
    assert Policies.of(alone.loop) == Policies(relabel="drop", share=0.1, sure=True)
