"""How queries look on the wire."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from server.fakes import Payload

from cincer.schema import Column, Schema
from cincer.server.views import Views
from cincer.session.events import Counter
from cincer.session.queries import ready
from cincer.session.state import Lease, Query
from cincer.types import AnnotatorId, ExampleId, Position, QueryId, QueryKind


class Shelf:
    """An archive of payloads; counts how often it is asked."""

    def __init__(self, *contents: Any) -> None:
        self.contents, self.asked = contents, 0

    def payloads(self, positions: Any) -> list[Payload | None]:
        self.asked += 1
        found = [self.contents[p] for p in positions]
        return [None if content is None else Payload(content, {}) for content in found]


def views(schema: Schema, *contents: Any) -> tuple[Views, Shelf]:
    shelf = Shelf(*contents)
    return Views(shelf, schema), shelf  # type: ignore[arg-type]


def query(pair: bool = True, **changes: Any) -> Query:
    other = Counter(ExampleId("b"), Position(1), 0, 1, ((0, 0.1), (1, 0.9)), 0.4)
    return Query(**{
        "id": QueryId("q-1"), "kind": QueryKind.SUSPICIOUS, "example": ExampleId("a"),
        "position": Position(0), "given": 1, "predicted": 0, "margin": 0.6,
        "beliefs": ((1, 0.2), (0, 0.8)), "opened_at": 1.0, "epoch": 4, "picked": 9,
        "counter_example": other if pair else None,
        "lease": Lease(AnnotatorId("anna"), 4, 99.0)} | changes)


def _pixels(url: str) -> Any:
    data = base64.b64decode(url.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.mark.parametrize(("size", "high"), [((8, 8), 16), ((1, 1), 255), ((3, 5), 1),
                                            ((28, 28), 255), ((4, 6, 3), 255)])
def test_images_come_back_pixel_by_pixel(size: tuple[int, ...], high: int) -> None:
    schema = Schema.declare("image", ["x", "y"], size=size, high=high)
    raw = np.random.default_rng(1).integers(0, high + 1, size)
    shown = views(schema, raw.tolist())[0].contents([Position(0)])[0]
    assert shown.kind == "image"
    assert (shown.width, shown.height) == (size[1], size[0])
    assert np.array_equal(_pixels(shown.url), np.rint(raw / high * 255).astype(np.uint8))


def test_a_pair() -> None:
    schema = Schema.declare("image", ["x", "y"], size=(1, 2), high=1)
    found, shelf = views(schema, [[0, 1]], [[1, 0]])
    view = found.query(query())
    assert (view.query, view.kind, view.epoch, view.deadline) == ("q-1", "suspicious", 4, 99.0)
    assert (view.example.given_label, view.example.predicted_label) == ("y", "x")
    assert [(b.label, b.p) for b in view.example.beliefs] == [("x", 0.8), ("y", 0.2)]
    assert view.counter_example is not None
    assert (view.counter_example.id, view.counter_example.given_label) == ("b", "x")
    assert (view.score, view.model) == (0.4, 9)
    found.query(query())
    assert shelf.asked == 2


def test_the_cache_is_bounded() -> None:
    schema = Schema.declare("image", ["x", "y"], size=(1, 1), high=1)
    shelf = Shelf(*[[[0]]] * 10)
    found = Views(shelf, schema, keep=3)  # type: ignore[arg-type]
    for position in range(10):
        found.contents([Position(position)])
    assert len(found._images) == 3
    found.contents([Position(0)])
    assert shelf.asked == 11


def test_rows_show_first_what_tells_them_apart() -> None:
    columns = [Column("age", shift=40, scale=10, spread=10), Column("hours", scale=5, spread=5),
               Column("work", "categorical", ("a", "b"))]
    schema = Schema.declare("table", ["x", "y"], columns=columns)
    one = {"age": 40, "hours": 10, "work": "a"}
    two = {"age": 41, "hours": 60.5, "work": None}
    left, right = views(schema, one, two)[0].contents([Position(0), Position(1)])
    assert [f.name for f in left.fields] == ["hours", "work", "age"]
    assert [f.name for f in right.fields] == ["hours", "work", "age"]
    assert [f.value for f in right.fields] == ["60.5", "", "41"]
    assert [f.number for f in right.fields] == [60.5, None, 41.0]
    assert left.fields[0].separation == pytest.approx(10.1)


def test_a_single_row_keeps_its_order_and_vectors_are_rows() -> None:
    schema = Schema.declare("vector", ["x", "y"], columns=3)
    shown = views(schema, [1, 2.5, -3])[0].contents([Position(0)])[0]
    assert [(f.name, f.value, f.separation) for f in shown.fields] == [
        ("x0", "1", None), ("x1", "2.5", None), ("x2", "-3", None)]


@pytest.mark.parametrize("kind", ["image", "vector"])
def test_an_erased_example_is_said_to_be_erased(kind: Any) -> None:
    schema = (Schema.declare("image", ["x", "y"], size=(1, 1)) if kind == "image"
              else Schema.declare("vector", ["x", "y"], columns=1))
    pair = views(schema, None, [[1]] if kind == "image" else [1])[0].query(query())
    assert pair.example.content.kind == "text"


def test_what_can_be_shown() -> None:
    assert ready(query())
    assert not ready(query(False, picked=None))
    assert ready(query(False, picked=None, kind=QueryKind.AUDIT))
    schema = Schema.declare("vector", ["x", "y"], columns=1)
    view = views(schema, [1])[0].query(query(False, lease=None, given=None, margin=None))
    assert (view.counter_example, view.example.given_label, view.deadline) == (None, None, 0.0)
