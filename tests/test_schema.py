"""What content is accepted, what it becomes, and what each bad content is told."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cincer.errors import InvalidInput, UnknownName
from cincer.protocols import Arrival
from cincer.schema import Column, Schema, classes_of, separation, typed
from cincer.types import ExampleId

TABLE = Schema.declare("table", ["no", "yes"], columns={
    "age": Column("age", shift=40, scale=10, spread=10),
    "job": ["clerk", "smith"],
    "sex": Column("sex", "categorical", ("f", "m"), missing="fill", fill="f", unknown=False,
                  binary=True),
    "id": Column("id", missing="refuse"),
})
VECTOR = Schema.declare("vector", ["a", "b"], columns=3)
IMAGE = Schema.declare("image", ["0", "1"], size=(2, 2), high=16)
COLOUR = Schema.declare("image", ["0", "1"], size=(1, 2, 3))
FULL = {"age": 50, "job": "smith", "sex": "m", "id": 1}
HUGE = 10**400


def png(size: tuple[int, int], value: Any = 255, mode: str = "L", **save: Any) -> dict[str, str]:
    out = io.BytesIO()
    Image.new(mode, size, value).save(out, "PNG", **save)
    return {"png": base64.b64encode(out.getvalue()).decode()}


def arrivals(contents: list[Any], labels: list[str | None] | None = None) -> list[Arrival]:
    named = labels or ["a", "b"] * len(contents)
    return [Arrival(ExampleId(str(n)), c, named[n]) for n, c in enumerate(contents)]


def test_table_row() -> None:
    assert TABLE.width == 2 + 4 + 1 + 1
    assert TABLE.encode(FULL).tolist() == [1, 0, 0, 1, 0, 0, 1, 1]
    assert TABLE.encode(FULL).dtype == np.float32


@pytest.mark.parametrize(("change", "part", "expected"), [
    ({"age": None}, slice(0, 2), [0, 1]),
    ({"age": "?"}, slice(0, 2), [0, 1]),
    ({"age": "30"}, slice(0, 2), [-1, 0]),
    ({"age": 1e14}, slice(0, 2), [100, 0]),
    ({"job": "baker"}, slice(2, 6), [0, 0, 1, 0]),
    ({"job": " clerk "}, slice(2, 6), [1, 0, 0, 0]),
    ({"job": ""}, slice(2, 6), [0, 0, 0, 1]),
    ({"sex": None}, slice(6, 7), [0]),
])
def test_table_rules(change: dict[str, Any], part: slice, expected: list[float]) -> None:
    assert TABLE.encode(FULL | change)[part].tolist() == expected


def test_an_absent_column_is_missing() -> None:
    row = {k: v for k, v in FULL.items() if k != "age"}
    assert TABLE.encode(row)[:2].tolist() == [0, 1]


@pytest.mark.parametrize(("change", "field"), [
    ({"age": "old"}, "age"), ({"age": True}, "age"), ({"age": [1]}, "age"), ({"age": {}}, "age"),
    ({"age": float("nan")}, "age"), ({"age": float("inf")}, "age"), ({"age": HUGE}, "age"),
    ({"age": 1e16}, "age"), ({"age": "9" * 100}, "age"), ({"age": "1_0"}, "age"),
    ({"age": "1e999"}, "age"),
    ({"job": 1.5}, "job"), ({"job": ["clerk"]}, "job"), ({"job": "x" * 201}, "job"),
    ({"job": "a\x00b"}, "job"), ({"id": None}, "id"), ({"id": ""}, "id"),
])
def test_bad_cells_name_their_column(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        TABLE.encode(FULL | change)
    assert caught.value.data["field"] == field


def test_a_closed_category_and_an_unknown_column_list_what_there_is() -> None:
    with pytest.raises(UnknownName, match="valid: f, m"):
        TABLE.encode(FULL | {"sex": "x"})
    with pytest.raises(UnknownName, match="did you mean 'age'"):
        TABLE.encode(FULL | {"agee": 1})


@pytest.mark.parametrize("content", [None, 3, "row", [50, "smith", "m", 1], [("age", 3)], b"x"])
def test_a_row_is_a_mapping(content: Any) -> None:
    with pytest.raises(InvalidInput):
        TABLE.encode(content)


def test_vector() -> None:
    assert VECTOR.encode([1, 2.5, -3]).tolist() == [1, 2.5, -3]
    assert VECTOR.encode(np.array([1, 2, 3], np.float32)).tolist() == [1, 2, 3]
    assert VECTOR.encode([1e9, 0, -1e9]).tolist() == [100, 0, -100]


BAD_VECTORS = [
    ([1, 2], "content"), ([1, 2, 3, 4], "content"), ([], "content"), (None, "content"),
    ("abc", "content"), ({"x0": 1}, "content"), ([1, "2", 3], "content[1]"),
    ([1, 2, None], "content[2]"), ([True, 2, 3], "content[0]"), ([1, float("nan"), 3],
    "content[1]"), ([1, 2, float("inf")], "content[2]"), ([1, 2, 1e300], "content[2]"),
    ([HUGE, 2, 3], "content"), ([[1], 2, 3], "content[0]"), (np.array([1j, 2, 3]), "content"),
    (np.array(["1", "2", "3"]), "content"), (np.zeros((3, 1)), "content[0]"),
    (np.array([True, False, True]), "content"),
]


@pytest.mark.parametrize(("content", "field"), BAD_VECTORS)
def test_bad_vectors(content: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        VECTOR.encode(content)
    assert caught.value.data["field"] == field


def test_pixels_become_shares_of_white() -> None:
    assert IMAGE.encode([[0, 16], [8, 4.0]]).tolist() == [0, 1, 0.5, 0.25]
    assert IMAGE.encode(np.array([[0, 16], [8, 4]], np.uint8)).tolist() == [0, 1, 0.5, 0.25]
    assert COLOUR.encode([[[255, 0, 0], [0, 0, 255]]]).tolist() == [1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(("content", "field"), [
    ([[0, 1]], "content"), ([[0, 1], [2]], "content[1]"), ([[0, 1], [2, 3], [4, 5]], "content"),
    ([[0, 1], [2, 3, 4]], "content[1]"), ([[0, 1], [2, None]], "content[1][1]"),
    ([[0, 1], [2, float("nan")]], "content[1][1]"), ([[0, 17], [0, 0]], "content[0][1]"),
    ([[-1, 0], [0, 0]], "content[0][0]"), ([[0, HUGE], [0, 0]], "content"),
    ([[0, True], [0, 0]], "content[0][1]"), ([0, 1], "content[0]"), ([0, 1, 2, 3], "content"), (None, "content"),
    (7, "content"), ([[0, [1]], [0, 0]], "content[0][1]"), (np.zeros((2, 3)), "content"),
    (np.zeros((2, 2), bool), "content"), ({"jpeg": "x"}, "content"),
    ({"png": "x", "more": 1}, "content"), ({"png": 3}, "content.png"),
    ({"png": "***"}, "content.png"), ({"png": "aGVsbG8="}, "content"), ({"png": ""}, "content"),
])
def test_bad_images(content: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        IMAGE.encode(content)
    assert caught.value.data["field"] == field


def test_png() -> None:
    assert IMAGE.encode(png((2, 2), 51)).tolist() == pytest.approx([0.2] * 4)
    assert COLOUR.encode(png((2, 1), (255, 0, 0), "RGB")).tolist() == [1, 0, 0] * 2
    fits = Schema.declare("image", ["0", "1"], size=(2, 2), resize=True)
    assert fits.encode(png((50, 40), 51)).tolist() == pytest.approx([0.2] * 4)


@pytest.mark.parametrize("content", [
    png((3, 2)), png((2, 2), 70_000 % 65536, "I;16"), png((3000, 3000), 0, "1"),
    png((2, 2), save_all=True, append_images=[Image.new("L", (2, 2), 9)]),
])
def test_refused_pngs(content: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        IMAGE.encode(content)


def test_a_truncated_png_is_refused_while_pixels_are_lacking() -> None:
    whole = base64.b64decode(png((9, 9), 77)["png"])
    schema = Schema.declare("image", ["0", "1"], size=(9, 9))
    accepted = []
    for length in range(len(whole)):
        try:
            found = schema.encode({"png": base64.b64encode(whole[:length]).decode()})
        except InvalidInput:
            continue
        accepted.append(length)
        assert found.tolist() == pytest.approx([77 / 255] * 81)
    assert min(accepted, default=len(whole)) >= len(whole) - 24


def test_encode_many_is_encode_of_each() -> None:
    rows = [FULL, FULL | {"age": None}]
    assert np.array_equal(TABLE.encode_many(rows), np.stack([TABLE.encode(r) for r in rows]))
    assert TABLE.encode_many([]).shape == (0, TABLE.width)


DIGITS = Schema.declare("vector", ["0", "7", "Zürich Süd"], columns=1)


@pytest.mark.parametrize(("name", "index"), [
    ("7", 1), (7, 1), (7.0, 1), (np.int64(0), 0), ("zürich  süd", 2), ("\uff17", 1)])
def test_label_index(name: object, index: int) -> None:
    assert DIGITS.label_index(name) == index


@pytest.mark.parametrize("name", [True, False, None, 7.5, float("nan"), float("inf"), [7], b"7",
                                  pytest.param(10**5000, id="5001 digits"), 1e300])
def test_what_is_no_class_name(name: object) -> None:
    with pytest.raises(InvalidInput, match="class name"):
        DIGITS.label_index(name)


@pytest.mark.parametrize("name", ["8", 8, -1, "", "7.0", "x" * 1_000_000])
def test_unknown_class_lists_the_classes(name: object) -> None:
    with pytest.raises(UnknownName, match="0, 7, Zürich Süd") as caught:
        DIGITS.label_index(name)
    assert len(str(caught.value)) < 400


def test_class_name() -> None:
    assert [DIGITS.class_name(n) for n in range(3)] == list(DIGITS.classes)
    for outside in (-1, 3):
        with pytest.raises(InvalidInput):
            DIGITS.class_name(outside)


@pytest.mark.parametrize("classes", [
    [], ["one"], ["a", "a"], ["Cat", "cat"], ["cat ", "cat"], ["ﬁx", "fix"], ["a", ""], ["a", " "],
    ["a", "b\n"], ["a", "b\u202e"], ["a", "\ud800"], ["a", "x" * 201], ["a", 7], ["a", None],
    [str(n) for n in range(10_001)], "ab",
])
def test_bad_classes(classes: Any) -> None:
    with pytest.raises(InvalidInput):
        Schema.declare("vector", classes, columns=1)


def test_many_classes() -> None:
    schema = Schema.declare("vector", [str(n) for n in range(10_000)], columns=1)
    assert schema.label_index(9_999) == 9_999


@pytest.mark.parametrize("arguments", [
    {"kind": "text"}, {"kind": "vector", "columns": 0}, {"kind": "vector", "columns": True},
    {"kind": "vector", "columns": {"a": ["x", "y"]}}, {"kind": "table", "columns": {"a": "int"}},
    {"kind": "table", "columns": [Column("a"), Column("A")]}, {"kind": "table"},
    {"kind": "image", "size": (8,)}, {"kind": "image", "size": (8, 8, 4)},
    {"kind": "image", "size": (0, 8)}, {"kind": "image", "size": (8, 2000)},
    {"kind": "image", "size": (8, 8), "high": 0}, {"kind": "image", "size": (8.0, 8)},
    {"kind": "image", "size": (8, 8), "columns": 3}, {"kind": "image", "size": (1024, 1024)},
])
def test_bad_declarations(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Schema.declare(classes=["a", "b"], **arguments)


@pytest.mark.parametrize("arguments", [
    {"name": ""}, {"kind": "date"}, {"missing": "maybe"}, {"scale": 0}, {"scale": -1.0},
    {"spread": float("nan")}, {"shift": "x"}, {"values": ("a",)}, {"fill": "x"}, {"binary": True},
    {"kind": "categorical"}, {"kind": "categorical", "values": ("a", "a")},
    {"kind": "categorical", "values": ("a", "b"), "fill": "c"},
    {"kind": "categorical", "values": ("a", "b"), "binary": True},
    {"kind": "categorical", "values": ("a", "b", "c"), "binary": True, "unknown": False},
])
def test_bad_columns(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        Column(**({"name": "c"} | arguments))


names = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=12)
statistics = st.floats(1e-6, 1e6)
numeric = st.builds(
    Column, names, missing=st.sampled_from(["indicator", "fill", "refuse"]),
    fill=st.none() | st.floats(-1e6, 1e6), shift=st.floats(-1e6, 1e6), scale=statistics,
    spread=statistics)
categorical = st.builds(
    Column, names, st.just("categorical"),
    st.lists(names, min_size=1, max_size=5, unique=True).map(tuple),
    missing=st.sampled_from(["indicator", "fill"]), unknown=st.booleans())


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    from cincer.schema import normalised
    classes = draw(st.lists(names, min_size=2, max_size=5, unique_by=normalised))
    columns = draw(st.lists(numeric | categorical, min_size=1, max_size=5,
                            unique_by=lambda c: normalised(c.name)))
    return Schema("table", tuple(classes), tuple(columns))


@settings(max_examples=60, deadline=None)
@given(schemas())
def test_json_round_trip(schema: Schema) -> None:
    text = schema.to_json()
    assert Schema.from_json(text) == schema == Schema.from_json(json.loads(text))
    assert Schema.from_json(text).to_json() == text


@settings(max_examples=60, deadline=None)
@given(schemas(), st.data())
def test_whatever_is_accepted_is_finite_and_bounded(schema: Schema, data: st.DataObject) -> None:
    value = st.none() | st.floats(allow_nan=True) | st.integers() | st.text(max_size=5)
    row = {c.name: data.draw(value | st.sampled_from(c.values or ("1",))) for c in schema.columns}
    try:
        encoded = schema.encode(row)
    except InvalidInput:
        return
    assert encoded.shape == (schema.width,)
    assert np.all(np.abs(encoded) <= 100)


@pytest.mark.parametrize("schema", [TABLE, VECTOR, IMAGE, COLOUR], ids=lambda s: s.kind)
def test_every_kind_round_trips(schema: Schema) -> None:
    assert Schema.from_json(schema.to_json()) == schema


@pytest.mark.parametrize("source", [
    "", "{", "[]", "null", "3", "{}", '{"kind": "table"}', "[" * 100_000,
    '{"kind": "vector", "classes": ["a", "b"], "columns": 3}',
    '{"kind": "vector", "classes": ["a", "b"], "columns": [{"name": "x", "size": 1}]}',
    '{"kind": "vector", "classes": ["a", "b"], "columns": ["x"]}',
    '{"kind": "image", "classes": ["a", "b"], "size": [2, 2], "extra": 1}',
    '{"kind": "image", "classes": 3, "size": [2, 2]}',
])
def test_what_is_no_schema(source: str) -> None:
    with pytest.raises(InvalidInput):
        Schema.from_json(source)


def test_infer_table() -> None:
    rows = [{"age": n, "job": "ab"[n % 2], "gap": n if n % 3 else None, "same": 5}
            for n in range(60)]
    schema = Schema.infer(arrivals(rows, ["yes", "no"] * 30))
    age, job, gap, same = schema.columns
    assert schema.classes == ("no", "yes")
    assert (age.kind, age.missing) == ("numeric", "fill")
    assert (job.kind, job.values, job.fill) == ("categorical", ("a", "b"), "a")
    assert (gap.missing, same.scale) == ("indicator", 1.0)
    assert job.spread == pytest.approx(0.5)
    encoded = schema.encode_many(rows)[:, 0]
    assert encoded.mean() == pytest.approx(0, abs=1e-6)
    assert encoded.std() == pytest.approx(1, abs=1e-6)


def test_infer_is_not_led_astray_by_a_few_bad_rows() -> None:
    good = [[float(n), 2.0 * n] for n in range(50)]
    bad = [[1.0], [float("nan"), 1.0], None, "x", [[1]], {"a": 1}, [1.0, "x"]]
    assert Schema.infer(arrivals(bad + good)) == Schema.infer(arrivals(good))
    rows = [{"age": str(n)} for n in range(50)]
    schema = Schema.infer(arrivals([{"age": "old"}, *rows]))
    assert schema.columns[0].kind == "numeric"
    assert schema.columns[0].shift == pytest.approx(24.5)


def test_infer_vector_and_image() -> None:
    assert Schema.infer(arrivals([[1, 2, 3], [3, 4, 5]])).columns[1].shift == 3
    image = Schema.infer(arrivals([[[0, 16], [3, 4]]] * 2))
    assert (image.kind, image.size, image.high) == ("image", (2, 2), 16.0)
    assert Schema.infer(arrivals([[[0, 17], [3, 4]]] * 2)).high == 255.0
    assert Schema.infer(arrivals([[[0, 1], [0.5, 0]]] * 2)).high == 1.0


def test_infer_from_image_files() -> None:
    assert Schema.infer(arrivals([png((8, 9))] * 3)).size == (9, 8)
    mixed = Schema.infer(arrivals([png((8, 9)), png((80, 9), (1, 2, 3), "RGB")]))
    assert (mixed.size, mixed.resize) == ((32, 32, 3), True)
    assert mixed.encode(png((8, 9))).shape == (32 * 32 * 3,)


@pytest.mark.parametrize("contents", [[], ["text"], [None], [[]], [[[[[1]]]]], [{}],
                                      [{"t": f"text {n}"} for n in range(1001)],
                                      [{"png": "zzz"}]])
def test_nothing_to_infer_from(contents: list[Any]) -> None:
    with pytest.raises(InvalidInput):
        Schema.infer(arrivals(contents), classes=["a", "b"])


def test_classes_in_natural_order() -> None:
    assert classes_of(["10", "9", "b", None, "a", "9", "A", "x\n", ""]) == ("9", "10", "A", "b")


@pytest.mark.parametrize(("text", "value"), [
    ("39", 39), ("-4", -4), ("2.5", 2.5), ("1e3", 1000.0), ("", None), ("NA", None)])
def test_typed_numbers(text: str, value: float | None) -> None:
    found = typed(Column("x"), text)
    assert found == value
    assert type(found) is type(value)


def test_typed_categories_keep_their_zeros() -> None:
    assert typed(Column("x", "categorical", ("01",)), " 01 ") == "01"


def test_separation_is_in_spreads() -> None:
    a, b = TABLE.encode(FULL), TABLE.encode(FULL | {"age": 20, "job": "clerk", "id": 1.5})
    assert separation(TABLE, a, b) == [("age", 3.0), ("job", 1.0), ("id", 0.5), ("sex", 0.0)]
    assert separation(TABLE, b, a) == separation(TABLE, a, b)
    assert {d for _, d in separation(TABLE, a, a)} == {0.0}
    gone = TABLE.encode(FULL | {"age": None})
    assert dict(separation(TABLE, a, gone))["age"] == 1.0


def test_a_binary_column_separates_alike_as_number_and_as_category() -> None:
    rows = [{"n": n % 2, "c": "ab"[n % 2]} for n in range(10)]
    schema = Schema.declare("table", ["0", "1"], columns={"n": "numeric", "c": ["a", "b"]})
    schema = schema.fitted(rows)
    apart = dict(separation(schema, *schema.encode_many(rows[:2])))
    assert apart["n"] == pytest.approx(apart["c"]) == pytest.approx(2.0)


def test_separation_refuses() -> None:
    with pytest.raises(InvalidInput):
        separation(IMAGE, np.zeros(4, np.float32), np.zeros(4, np.float32))
    with pytest.raises(InvalidInput):
        separation(VECTOR, np.zeros(4, np.float32), np.zeros(3, np.float32))
