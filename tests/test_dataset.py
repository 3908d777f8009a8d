"""Label layers: who wins, and undo that removes exactly one assertion."""

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from cincer.dataset import Dataset, Treatment
from cincer.errors import Conflict, InvalidInput, NotFound
from cincer.types import NO_LABEL, Entry, Role, Status


def one(given=1, classes=5):
    data = Dataset(classes)
    return data, data.add(given)


def test_effective_is_human_else_accepted_machine_else_given():
    data, x = one(given=1)
    assert data.effective(x) == 1
    assert data.suggest(x, 2, "rdia", version=3) == 1
    assert data.accept_suggestion(x) == 2
    assert data.assert_label(x, 4, "q1", "ann") == 4
    layers = data.labels(x)
    assert (layers.given, layers.human, layers.machine, layers.effective) == (1, 4, 2, 4)
    assert layers.suggestion is not None
    assert layers.suggestion.accepted
    assert data.retract(x, "q1") == 2
    assert data.accept_suggestion(x, accepted=False) == 1
    assert data.drop_suggestion(x) == 1
    assert data.labels(x).machine == NO_LABEL


def test_a_new_suggestion_counts_only_once_accepted_again():
    data, x = one(given=1)
    data.suggest(x, 2, "rdia", 1)
    data.accept_suggestion(x)
    assert data.suggest(x, 3, "rdia", 2) == 1


def test_undo_of_an_earlier_assertion_keeps_the_later_one():
    data, x = one(given=0)
    data.assert_label(x, 1, "q1", "ann")
    data.assert_label(x, 2, "q2", "bob")
    assert data.retract(x, "q1") == 2
    assert [a.query for a in data.labels(x).assertions] == ["q2"]
    assert data.retract(x, "q2") == 0
    assert data.labels(x).human == NO_LABEL


def test_keeping_the_given_label_is_an_assertion_too():
    data, x = one(given=3)
    data.assert_label(x, 3, "q1", "ann")
    assert data.labels(x).human == 3


@drawn(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 5)), max_size=40))
def test_the_human_layer_is_the_latest_word_not_taken_back(steps):
    data, x = one(given=0)
    model: list[tuple[str, int]] = []
    for says, label, number in steps:
        query = f"q{number}"
        held = [q for q, _ in model]
        if says and query not in held:
            data.assert_label(x, label, query, "ann")
            model.append((query, label))
        elif not says and query in held:
            data.retract(x, query)
            model = [pair for pair in model if pair[0] != query]
        assert data.effective(x) == (model[-1][1] if model else 0)


def test_one_query_says_one_thing():
    data, x = one()
    data.assert_label(x, 2, "q1", "ann")
    with pytest.raises(Conflict, match="already labelled"):
        data.assert_label(x, 3, "q1", "ann")
    with pytest.raises(NotFound, match="said nothing"):
        data.retract(x, "q2")
    assert data.effective(x) == 2


def test_columns_grow_and_are_read_only():
    data = Dataset(3)
    assert data.extend(np.arange(1000) % 3, Status.KNOWN) == range(1000)
    assert len(data) == 1000
    assert data.column("given").tolist() == (np.arange(1000) % 3).tolist()
    assert (data.column("weight") == 1).all()
    assert (data.column("entry") == -1).all()
    with pytest.raises(ValueError, match="read-only"):
        data.column("given")[0] = 2


def test_status_entry_role_treatment_weight_round_trip():
    data, x = one()
    for status in Status:
        data.set_status(x, status)
        assert data.status(x) is status
        assert data.positions(status).tolist() == [x]
    assert data.entry(x) is None
    for entry in Entry:
        data.set_entry(x, entry)
        assert data.entry(x) is entry
    for role in Role:
        data.set_role(x, role)
        assert data.role(x) is role
    for treatment in Treatment:
        data.set_treatment(x, treatment)
        assert data.treatment(x) is treatment
    data.set_weight(x, 0.25)
    assert data.weight(x) == 0.25
    data.set_entry(x, None)
    assert data.entry(x) is None


def test_class_counts_are_by_effective_label():
    data = Dataset(3)
    data.extend([0, 1, 1, NO_LABEL], Status.KNOWN)
    data.add(2, Status.WAITING)
    data.assert_label(1, 2, "q", "ann")
    assert data.class_counts().tolist() == [1, 1, 1]


@pytest.mark.parametrize("bad", [-2, 5, 1000])
def test_labels_out_of_range_are_refused(bad):
    data, x = one()
    with pytest.raises(InvalidInput, match="from 0 to 4"):
        data.add(bad)
    with pytest.raises(InvalidInput, match="from 0 to 4"):
        data.assert_label(x, bad, "q", "ann")
    with pytest.raises(InvalidInput, match="from 0 to 4"):
        data.suggest(x, bad, "rdia", 1)
    assert len(data) == 1
    assert data.labels(x).assertions == ()


@pytest.mark.parametrize("position", [-1, 1, 300])
def test_unknown_positions_are_refused(position):
    data, _ = one()
    for call in (data.labels, data.effective, data.status, data.role, data.drop_suggestion,
                 lambda p: data.set_status(p, Status.KNOWN), lambda p: data.retract(p, "q"),
                 lambda p: data.assert_label(p, 1, "q", "ann")):
        with pytest.raises(NotFound, match="no example at position"):
            call(position)


def test_bad_weights_and_class_numbers_are_refused():
    data, x = one()
    for weight in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InvalidInput, match="weight"):
            data.set_weight(x, weight)
    with pytest.raises(InvalidInput, match="from 2"):
        Dataset(1)
    with pytest.raises(NotFound, match="no suggestion"):
        data.accept_suggestion(x)
