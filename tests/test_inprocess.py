"""`cincer.Session`: the ten-line example, answers by name, and everything that can be wrong."""

from __future__ import annotations

import doctest
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from blobs import CLASSES, blobs

import cincer
from cincer import inprocess
from cincer.errors import Conflict, InvalidInput, NotFound, UnknownName
from cincer.types import QueryId


def a_session(**settings: Any) -> cincer.Session:
    return cincer.Session("logreg", CLASSES, bootstrap=30, **settings)


def fed(count: int = 80, noise: float = 0.25, **settings: Any) -> tuple[cincer.Session, Any]:
    x, truth, given = blobs(count, noise)
    session = a_session(**settings)
    for row, label in zip(x, given, strict=True):
        session.receive(row, int(label))
    return session, truth


def test_the_example_in_its_docstring() -> None:
    found = doctest.testmod(inprocess)
    assert found.attempted > 2
    assert not found.failed


def test_a_model_of_ones_own() -> None:
    x, truth, given = blobs(100, 0.2)
    model = torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.Tanh(), torch.nn.Linear(16, 3))
    session = cincer.Session(model, classes=3, bootstrap=30)
    for row, label in zip(x, given, strict=True):
        question = session.receive(row, label)
        if question:
            right = truth[int(question.example)]
            session.reply(question, example_label=right)
    found = np.array(list(session.labels().values()), dtype=int)
    assert (found != truth).sum() < (given != truth).sum()
    assert session.predict_proba(x).shape == (100, 3)


def test_a_network_with_a_trunk_is_trained_as_the_stream_grows() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (160, 2)).astype(np.float32)
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    session = cincer.Session("mlp", classes=2, bootstrap=40, ask_threshold=1.0)
    for row, label in zip(x, y, strict=True):
        session.receive(row, label)
    assert session._running.loop.state.model == 2
    session.retrain()
    assert session._running.loop.state.model == 3
    engine = session._running.engine
    assert engine.learned is not None
    assert not bool(engine.learned.of(engine.known).isnan().any())
    assert (session.predict_proba(x).argmax(axis=1) == y).mean() > 0.9


def test_why_a_label_is_doubted() -> None:
    session, _ = fed()
    question = session.pending[0]
    assert question.counter_example is not None
    told = session.explain(question)
    assert (told.example, told.label) == (question.example, question.label)
    assert told.counter_example.examples == (question.counter_example.id,)
    assert told.counter_example.predicted == pytest.approx(
        question.counter_example.predicted_change, rel=1e-4)
    assert told.probability == pytest.approx(
        question.counter_example.given_probability, abs=1e-4)
    assert told.counter_example.exact
    assert told.counter_example.real != told.counter_example.predicted
    if told.group is not None:
        assert told.group.examples[0] == question.counter_example.id
    labels = session.labels()
    assert session.explain(question.id) == told
    assert session.labels() == labels
    with pytest.raises(NotFound):
        session.explain("q-999")


def test_a_question_without_a_counter_example_has_nothing_to_explain() -> None:
    session, _ = fed(counter_example="no_ce")
    question = session.pending[0]
    with pytest.raises(Conflict, match="no counter-example"):
        session.explain(question)


def test_what_is_pending_and_how_it_is_answered() -> None:
    session, _ = fed()
    first = session.pending[0]
    assert [q.margin for q in session.pending] == sorted(
        (q.margin for q in session.pending), reverse=True)
    assert first.counter_example is not None
    assert first.counter_example.label == first.predicted
    answered = session.reply(first.id, example_label=first.predicted, counter_example="keep")
    assert answered.counted
    assert answered.changed == {first.example: (first.label, first.predicted)}
    assert session.labels()[first.example] == first.predicted
    assert first.id not in {q.id for q in session.pending}


def test_a_reply_can_be_taken_back() -> None:
    session, _ = fed()
    before, first = session.labels(), session.pending[0]
    session.reply(first.id, "relabel", example_label=first.predicted)
    again = session.undo()
    assert (again.id, again.example) == (first.id, first.example)
    assert session.labels() == before
    with pytest.raises(NotFound):
        session.undo()


def test_a_second_answer_does_not_count() -> None:
    session, _ = fed()
    first = session.pending[0]
    session.reply(first)
    assert not session.reply(first, example_label=first.predicted).counted


def test_a_pair_that_has_changed_is_not_judged_unseen() -> None:
    session, _ = fed()
    old = session.pending[0]
    assert old.counter_example is not None
    now = session._shown[QueryId(old.id)]
    assert now.counter_example is not None
    another = replace(now.counter_example, label=(now.counter_example.label + 1) % 3)
    session._shown[now.id] = replace(now, counter_example=another)
    with pytest.raises(Conflict, match="has changed"):
        session.reply(old.id, counter_example="keep")
    assert session.reply(old.id).counted


def test_every_layer_of_every_label_is_exported() -> None:
    session, _ = fed()
    first = session.pending[0]
    session.reply(first.id, example_label=first.predicted)
    rows = {row["id"]: row for row in session.export()}
    row = rows[first.example]
    assert (row["given"], row["human"], row["machine"], row["effective"]) == (
        first.label, first.predicted, None, first.predicted)
    assert (row["status"], row["entry"]) == ("known", "relabelled")
    assert row["said"] == [{"by": "me", "action": "relabel", "label": first.predicted}]
    assert len(rows) == session.stats["received"] == 80
    assert session.stats["known"] + session.stats["waiting"] == 80


def test_before_anything_has_come() -> None:
    session = a_session()
    assert (session.pending, session.labels(), session.export()) == ([], {}, [])
    assert session.stats == {"received": 0}
    with pytest.raises(NotFound):
        session.undo()
    with pytest.raises(Conflict, match="nothing has been received"):
        session.retrain()
    for act in (lambda: session.reply("q1"), lambda: session.predict_proba([[0.0, 0.0]])):
        with pytest.raises(Conflict, match="nothing has been received"):
            act()


@pytest.mark.parametrize(("arguments", "error"), [
    ({"label": "leftt"}, UnknownName), ({"label": 3}, InvalidInput), ({"label": -1}, InvalidInput),
    ({"label": 1.0}, InvalidInput), ({"x": [1.0]}, InvalidInput), ({"id": "0"}, Conflict),
])
def test_arrivals_that_cannot_be(arguments: dict[str, Any], error: type[Exception]) -> None:
    session = a_session()
    session.receive([0.0, 1.0], "left")
    with pytest.raises(error):
        session.receive(**{"x": [0.0, 1.0], "label": "left", **arguments})
    assert session.stats["received"] == 1
    assert session.receive([0.0, 2.0], np.int64(1), id="mine") is None
    assert list(session.labels()) == ["0", "mine"]


@pytest.mark.parametrize(("arguments", "error"), [
    ({"example": "kept"}, UnknownName), ({"example_label": "nope"}, UnknownName),
    ({"example": "relabel"}, InvalidInput), ({"query": "q999"}, NotFound),
    ({"example": "keep", "example_label": "left"}, InvalidInput),
])
def test_replies_that_cannot_be(arguments: dict[str, Any], error: type[Exception]) -> None:
    session, _ = fed()
    first = session.pending[0]
    before = session.labels()
    with pytest.raises(error):
        session.reply(**{"query": first.id, **arguments})
    assert session.labels() == before
    assert session.reply(first).counted


@pytest.mark.parametrize("classes", [None, 1, ["only"], [1, 2]])
def test_classes_that_cannot_be(classes: Any) -> None:
    with pytest.raises(InvalidInput, match="classes"):
        cincer.Session("logreg", classes)


def test_an_unknown_setting_names_the_known() -> None:
    with pytest.raises(UnknownName, match="ask_threshold"):
        a_session(ask_treshold=0.3)


def test_a_schema_turns_content_into_numbers() -> None:
    class Schema:
        classes = CLASSES

        def encode(self, content: Any) -> Any:
            return np.array([content["x"], content["y"]], dtype=np.float32)

    session = cincer.Session(schema=Schema())
    session.receive({"x": 1, "y": 2}, "top")
    assert session.labels() == {"0": "top"}
    assert session.predict_proba([{"x": 1, "y": 2}]).shape == (1, 3)


def wrong_pair(session: cincer.Session, truth: Any) -> cincer.Question:
    """A question whose counter-example is mislabelled."""
    return next(
        q for q in session.pending if q.counter_example
        and q.counter_example.label != CLASSES[truth[int(q.counter_example.id)]])


def test_a_counter_example_found_wrong_is_followed_up() -> None:
    session, truth = fed(150, 0.3, rounds=3)
    asked = wrong_pair(session, truth)
    assert asked.counter_example
    right = CLASSES[truth[int(asked.counter_example.id)]]
    done = session.reply(asked, counter_example_label=right)
    (follow,) = done.follow_ups
    assert (follow.kind, follow.depth) == ("follow_up", 2)
    assert (follow.example, follow.was, follow.label) == (
        asked.counter_example.id, asked.counter_example.label, right)
    assert follow.counter_example
    assert follow.counter_example.label == right
    assert follow.counter_example.predicted_change is None
    assert session.pending[0].id == follow.id
    with pytest.raises(InvalidInput, match="settled"):
        session.reply(follow, "remove", "keep")
    assert session.reply(follow, counter_example="keep").follow_ups == ()
    assert session.stats["follow_ups_answered"] == 1


def test_several_counter_examples_and_their_verdicts() -> None:
    session, _ = fed(counter_examples=3)
    asked = next(q for q in session.pending if len(q.others) == 2)
    assert asked.counter_example
    ids = [asked.counter_example.id, *(other.id for other in asked.others)]
    done = session.reply(asked, counter_example="keep", others=[None, ("relabel", "top")])
    labels = session.labels()
    assert set(done.changed) <= {*ids, asked.example}
    assert labels[ids[2]] == "top"
    said = {row["id"]: [word["action"] for word in row["said"]] for row in session.export()}
    assert (said[ids[0]], said[ids[1]]) == (["keep"], [])
    again = session.undo()
    with pytest.raises(InvalidInput, match="further"):
        session.reply(again, others=["keep", "keep", "keep"])
    with pytest.raises(UnknownName):
        session.reply(again, others=["fine"])


def test_a_curator_decides_without_being_asked() -> None:
    session, _ = fed()
    done = session.resolve(["3", "5", "nix"], "relabel", label="top", by="cara", comment="both")
    assert (done.act, done.done) == ("a-1", ("3", "5"))
    assert done.left == {"nix": "there is no such example"}
    assert [session.labels()[name] for name in done.done] == ["top", "top"]
    row = session.export()[3]
    assert (row["human"], row["said"][-1]["by"]) == ("top", "cara")
    assert session.resolve("3", "remove", by="carl").done == ("3",)
    assert session.undo_act("cara").left == {"3": "somebody else has spoken on it since"}
    assert session.redo_act("cara").done == ("5",)
    assert session.undo_act("carl").done == ("3",)
    assert session.export()[3]["status"] == "known"


def test_an_act_moves_the_model() -> None:
    session, _ = fed(noise=0.0)
    x, _, _ = blobs(80, 0.0)
    before = session.predict_proba(x)
    session.resolve([str(at) for at in range(20)], "remove")
    assert np.abs(session.predict_proba(x) - before).max() > 0.01
    session.undo_act()
    np.testing.assert_allclose(session.predict_proba(x), before, atol=1e-3)


def test_acts_that_cannot_be() -> None:
    session, _ = fed()
    with pytest.raises(UnknownName, match="confirm"):
        session.resolve("3", "confrim")
    with pytest.raises(UnknownName, match="valid"):
        session.resolve("3", "accept")
    with pytest.raises(InvalidInput, match="label is given with relabel"):
        session.resolve("3", "relabel")
    with pytest.raises(NotFound, match="no example 'nix'"):
        session.resolve("3", "duplicate", of="nix")
    with pytest.raises(NotFound, match="no act to take back"):
        session.undo_act()
    with pytest.raises(NotFound, match="no act to do again"):
        session.redo_act("bob")
