"""The board that is kept up to date act by act is the board that a restart would make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from server.live_world import ANN, World, world

from cincer.errors import CincerError
from cincer.server.commands import Act, Actor, Lease, RedoAct, UndoAct
from cincer.server.curation import Curation
from cincer.session.acts import WORDS
from cincer.session.queries import ready
from cincer.types import AnnotatorId, Deed, ExampleId

CARA, CARL = Actor(AnnotatorId("cara")), Actor(AnnotatorId("carl"))
SEEN = 10**9

step = st.tuples(
    st.sampled_from(["act", "act", "act", "undo", "redo", "arrive", "answer"]),
    st.sampled_from([CARA, CARL]), st.sampled_from(list(WORDS)),
    st.lists(st.integers(0, 11), min_size=1, max_size=4, unique=True), st.integers(0, 2))


def held(view: Curation) -> dict[str, Any]:
    """Everything a reader could see."""
    with view.lock:
        board, count = view.board, len(view.ids)
        placed = board.standing != 0
        return {
            "counts": board.counts.tolist(), "bars": board.bars.tolist(),
            "settled": board.settled.tolist(), "standing": board.standing.tolist(),
            "given": board.given[placed].tolist(), "predicted": board.predicted[placed].tolist(),
            "iies": board.iies[placed].round(5).tolist(), "ids": list(view.ids), "seq": view.seq,
            "status": view.columns.status[:count].tolist(), "relabelled": view.relabelled,
            "observed": view.columns.observed[:count].tolist()}


def act(found: World, who: Actor, deed: Deed, ids: list[int], label: int, key: str) -> Any:
    kept = next(n for n in range(12) if n not in ids)
    return found.do(Act(
        who, key, deed, tuple(ExampleId(f"e{n}") for n in ids), SEEN,
        label if deed is Deed.RELABEL else None,
        ExampleId(f"e{kept}") if deed is Deed.DUPLICATE else None))


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, min_size=3, max_size=14))
def test_whatever_happens_the_board_is_what_a_restart_makes(
    steps: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with world(tmp_path_factory.mktemp("board"), ask_threshold=0.2) as found:
        found.receive(0, 1, 2, 0, 1, 2)
        found.receive(1, 1, 0, 0, None, 2, wait=5.0)
        for number, (what, who, deed, ids, label) in enumerate(steps):
            try:
                if what == "act":
                    act(found, who, deed, ids, label, f"k{number}")
                elif what in ("undo", "redo"):
                    found.do((UndoAct if what == "undo" else RedoAct)(who, f"k{number}"))
                elif what == "arrive":
                    found.receive(label, wait=5.0)
                elif found.service.stats().waiting:
                    found.do(Lease(ANN, 1, "lease"))
                    query = found.service.held(ANN.name)[0]
                    if ready(query):
                        found.show(query)
                        found.reply(query, label, f"k{number}")
            except CincerError:
                pass
        now = held(found.service.curation)
        found.service.close()
        again = World(found.service.folder, ask_threshold=0.2)
        again.service.start()
        try:
            after = held(again.service.curation)
        finally:
            again.service.close()
        assert {**after, "seq": 0} == {**now, "seq": 0}


def test_a_commit_that_failed_leaves_no_trace_on_the_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world(tmp_path, ask_threshold=1.0) as found:
        found.receive(0, 1, 2, 0, 1, 2)
        found.receive(1, 2, wait=5.0)
        act(found, CARA, Deed.RELABEL, [6], 0, "k1")
        before = held(found.service.curation)
        core = found.service._core
        assert core is not None
        with monkeypatch.context() as broken:
            broken.setattr(core.live.ledger, "_commit", _refuse)
            with pytest.raises(CincerError):
                act(found, CARA, Deed.REMOVE, [7], 0, "k2")
        assert held(found.service.curation) == before
        assert act(found, CARA, Deed.REMOVE, [7], 0, "k2").done == ("e7",)
        assert found.do(UndoAct(CARA, "u")).act == "a-2"


def _refuse(batch: Any) -> None:
    raise OSError("the disk is full")


def test_a_curator_is_not_taken_for_an_annotator(tmp_path: Path) -> None:
    with world(tmp_path, ask_threshold=1.0) as found:
        found.receive(0, 1, 2, 0, 1, 2)
        act(found, CARA, Deed.CONFIRM, [1], 0, "k1")
        assert not found.service.stats().people
        found.do(Act(ANN, "k2", Deed.CONFIRM, (ExampleId("e1"),), SEEN))
        assert found.service.curation.board.counts.sum() == 5
        assert np.isin(found.service.curation.board.standing, (1, 2)).all()


def test_a_mistake_on_the_board_harms_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world(tmp_path, ask_threshold=1.0) as found:
        found.receive(0, 1, 2, 0, 1, 2)
        core = found.service._core
        assert core is not None
        with monkeypatch.context() as broken:
            broken.setattr(core.curating, "_move", lambda where, group: 1 / 0)
            assert act(found, CARA, Deed.CONFIRM, [1], 0, "k1").done == ("e1",)
        found.receive(0)
        assert found.service.curation.board.settled.tolist() == [0, 1, 0]


def test_who_is_answered_sees_what_they_did(tmp_path: Path) -> None:
    with world(tmp_path, ask_threshold=1.0) as found:
        found.receive(0, 1, 2, 0, 1, 2)
        for number in range(6):
            act(found, CARA, Deed.CONFIRM, [number], 0, f"k{number}")
            assert found.service.curation.board.settled.sum() == number + 1
