"""Schemas from examples, some of them bad."""

from __future__ import annotations

from typing import Any

import pytest
from making_files import png

from cincer.errors import InvalidInput
from cincer.protocols import Arrival
from cincer.schema import Schema
from cincer.types import ExampleId


def arrivals(contents: list[Any], labels: list[str | None] | None = None) -> list[Arrival]:
    named = labels or ["a", "b"] * len(contents)
    return [Arrival(ExampleId(str(n)), c, named[n]) for n, c in enumerate(contents)]


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
