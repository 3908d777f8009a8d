"""Which queries can be shown; one that never can is leased in circles for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cincer.session.queries import ready
from cincer.session.state import Query
from cincer.types import ExampleId, Label, Position, QueryId, QueryKind

QUERY = Query(
    id=QueryId("q-1"), kind=QueryKind.SUSPICIOUS, example=ExampleId("e"), position=Position(0),
    given=Label(0), predicted=Label(1), margin=0.5, beliefs=(), opened_at=0.0, in_training=False)


@pytest.mark.parametrize("kind", list(QueryKind))
@pytest.mark.parametrize("predicted", [0, 1])
def test_only_a_doubted_label_waits_for_its_pair(kind: QueryKind, predicted: int) -> None:
    query = replace(QUERY, kind=kind, predicted=Label(predicted))
    pairs = kind in (QueryKind.SUSPICIOUS, QueryKind.FOLLOW_UP)
    assert ready(query) == (not pairs or predicted == 0)
    assert ready(replace(query, picked=7))
