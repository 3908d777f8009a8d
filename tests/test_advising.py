"""Suggestions, answers to them and weights in `cincer.Session`; what it does by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from blobs import CLASSES, blobs

import cincer
from cincer.errors import Conflict, InvalidInput

FIRST, COUNT = 120, 220


def taught(count: int = COUNT, **settings: Any) -> tuple[cincer.Session, Any, Any]:
    """A session that nobody was asked about the first arrivals of, and that was told the truth
    about all later ones."""
    x, truth, given = blobs(count, 0.3)
    session = cincer.Session("logreg", CLASSES, bootstrap=FIRST, ask_threshold=-1.0,
                             pending="hold", **settings)
    for row, label in zip(x, given, strict=True):
        asked = session.receive(row, int(label))
        if asked is not None:
            session.reply(asked, example_label=int(truth[int(asked.example)]))
    return session, truth, given


def wrong(session: cincer.Session, truth: Any) -> int:
    return sum(CLASSES.index(str(label)) != truth[int(name)]
               for name, label in session.labels().items())


def test_suggestions_find_labels_that_are_wrong_and_say_why() -> None:
    session, truth, given = taught(relabel_policy="relabel")
    found = session.suggestions()
    assert (found.chosen, found.note) == ("relabel", "")
    assert len(found) > 10
    assert found.trusted >= 20
    right = [given[int(one.id)] != truth[int(one.id)] for one in list(found)[:15]]
    assert np.mean(right) > 0.9
    gains = [one.gain for one in found]
    assert gains == sorted(gains, reverse=True)
    for one in found:
        assert int(one.id) < FIRST, "whatever a person has settled is left alone"
        assert one.interval[0] <= one.gain <= one.interval[1]
        assert one.label == session.labels()[one.id] != one.proposed
        assert 0 < len(one.reasons) <= 3
        assert all(int(reason) >= FIRST for reason in one.reasons)


def test_the_chooser_says_how_each_action_did() -> None:
    session, _, _ = taught()
    found = session.suggestions()
    assert set(found.losses) == {"nothing", "drop", "unlearn", "relabel"}
    assert found.chosen in {*found.losses, "ask"}


def test_below_twenty_labels_it_says_so() -> None:
    session, _, _ = taught(FIRST + 12)
    found = session.suggestions()
    assert (len(found), found.chosen) == (0, "nothing")
    assert "of 20" in found.note


@pytest.mark.parametrize("policy", ["relabel", "drop", "unlearn"])
def test_accepting_is_an_act_that_can_be_undone(policy: str) -> None:
    session, truth, _ = taught(relabel_policy=policy)
    before, x = wrong(session, truth), blobs(COUNT, 0.3)[0]
    probs = session.predict_proba(x)
    chosen = [one.id for one in list(session.suggestions())[:10]]
    done = session.accept([*chosen, "nix"], by="cara")
    assert done.done == tuple(chosen)
    assert "suggested" in done.left["nix"]
    assert np.abs(session.predict_proba(x) - probs).max() > 0.01
    row = session.export()[int(chosen[0])]
    assert row["treatment"] == {"relabel": "ce"}.get(policy, policy)
    assert (wrong(session, truth) < before) == (policy == "relabel")
    assert not {one.id for one in session.suggestions()} & set(chosen)
    assert set(session.undo_act("cara").done) == set(chosen)
    assert wrong(session, truth) == before


def test_what_is_rejected_is_not_suggested_again_and_what_is_asked_is_a_question() -> None:
    session, truth, _ = taught(relabel_policy="relabel")
    first, second, *_ = session.suggestions()
    assert session.reject(first.id).done == (first.id,)
    assert session.ask(second.id).done == (second.id,)
    (question,) = session.pending
    assert question.example == second.id
    later = {one.id for one in session.suggestions()}
    assert not later & {first.id, second.id}
    session.reply(question, example_label=int(truth[int(second.id)]))
    assert session.export()[int(second.id)]["human"] is not None


def test_a_persons_word_goes_before_an_accepted_suggestion() -> None:
    session, _, _ = taught(relabel_policy="unlearn")
    first = session.suggestions()[0]
    session.accept(first.id)
    session.resolve(first.id, "confirm", by="cara")
    row = session.export()[int(first.id)]
    assert (row["treatment"], row["effective"]) == ("ce", first.label)


def test_there_is_nothing_to_answer_before_looking() -> None:
    session, _, _ = taught(FIRST)
    with pytest.raises(Conflict, match="look at the suggestions"):
        session.accept("3")
    with pytest.raises(Conflict, match="nothing has been received"):
        cincer.Session("logreg", CLASSES).suggestions()


def test_weights_trust_right_labels_more_and_people_wholly() -> None:
    session, truth, given = taught(weight_policy="lsw", advice_every=0)
    found = session.weights()
    assert all(found[str(at)] == 1.0 for at in range(FIRST, COUNT))
    good = [found[str(at)] for at in range(FIRST) if given[at] == truth[at]]
    bad = [found[str(at)] for at in range(FIRST) if given[at] != truth[at]]
    assert np.mean(good) > np.mean(bad) + 0.3


def test_without_a_policy_everything_counts_the_same() -> None:
    session, _, _ = taught(FIRST)
    assert set(session.weights().values()) == {1.0}


def test_a_weight_policy_moves_the_model_by_itself() -> None:
    x = blobs(COUNT, 0.3)[0]
    plain, _, _ = taught()
    weighed, _, _ = taught(weight_policy="lsw")
    assert np.abs(weighed.predict_proba(x) - plain.predict_proba(x)).max() > 0.05


def test_accepted_without_a_person_within_bounds() -> None:
    plain, truth, _ = taught()
    alone, _, _ = taught(relabel_policy="relabel", auto_accept=1.0)
    bounded, _, _ = taught(relabel_policy="relabel", auto_accept=0.02)
    never, _, _ = taught(relabel_policy="relabel", auto_accept=1.0, auto_accept_gain=10.0)
    changed = [sum(row["machine"] is not None for row in one.export())
               for one in (plain, alone, bounded, never)]
    assert changed[0] == changed[3] == 0
    assert 0 < changed[2] <= 0.02 * COUNT < changed[1]
    assert wrong(alone, truth) < wrong(plain, truth)


def test_what_trains_from_scratch_does_nothing_by_itself() -> None:
    with pytest.raises(InvalidInput, match="training = live"):
        taught(FIRST, training="from_scratch", weight_policy="lsw")
    with pytest.raises(InvalidInput, match="uniform"):
        taught(FIRST, weight_policy="reweigher")
