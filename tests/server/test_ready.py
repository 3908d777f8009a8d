"""Routes and the session agree on which queries can be shown; one that cannot is asked for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cincer.server.service import scoring
from cincer.session.queries import ready
from cincer.session.state import Query
from cincer.types import ExampleId, Label, Position, QueryId, QueryKind


@pytest.mark.parametrize("kind", list(QueryKind))
@pytest.mark.parametrize("predicted", [0, 1])
@pytest.mark.parametrize("picked", [None, 7])
def test_both_say_the_same(kind: QueryKind, predicted: int, picked: int | None) -> None:
    query = replace(QUERY, kind=kind, predicted=Label(predicted), picked=picked)
    assert ready(query) == scoring.ready(query)


def test_a_suspicion_that_was_given_up_is_shown_alone() -> None:
    assert ready(replace(QUERY, predicted=QUERY.given or Label(0)))


QUERY = Query(
    id=QueryId("q-1"), kind=QueryKind.SUSPICIOUS, example=ExampleId("e"), position=Position(0),
    given=Label(0), predicted=Label(1), margin=0.5, beliefs=(), opened_at=0.0, in_training=False)
