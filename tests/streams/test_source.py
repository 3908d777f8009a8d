"""Files as streams: each format's good case."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from making_files import (
    CSV,
    GREY,
    RED,
    X,
    Y,
    folder,
    read,
    save,
)

from cincer.errors import InvalidInput
from cincer.schema import Column, Schema
from cincer_streams.source import open_source


def test_csv(write: Any) -> None:
    source = open_source(write("people.csv", CSV))
    assert source.schema.classes == ("no", "yes")
    assert [(c.name, c.kind) for c in source.schema.columns] \
        == [("age", "numeric"), ("job", "categorical")]
    assert read(source) == [("a", {"age": 30, "job": "smith"}, "yes"),
                            ("b", {"age": 40, "job": "clerk"}, "no"),
                            ("c", {"age": None, "job": "smith"}, "yes")]
    assert (source.count, source.bad) == (3, [])
    assert read(source) == read(source)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_csv_with_other_marks_bom_and_windows_ends(write: Any, mark: str) -> None:
    text = "\ufeff" + CSV.replace(",", mark).replace("\n", "\r\n")
    assert len(read(open_source(write("people.csv", text)))) == 3


def test_columns_by_name_and_rows_without_label(write: Any) -> None:
    path = write("p.csv", "key,kind,x\n1,a,1\n2,b,2\n3,,3\n")
    found = read(open_source(path, "kind", "key"))
    assert found == [("1", {"x": 1}, "a"), ("2", {"x": 2}, "b"), ("3", {"x": 3}, None)]


def test_default_ids_are_stem_and_row(write: Any) -> None:
    found = read(open_source(write("my file.csv", "x,label\n1,a\n2,b\n")))
    assert [id for id, _, _ in found] == ["my file-2", "my file-3"]


def test_a_declared_schema_chooses_the_columns(write: Any) -> None:
    schema = Schema.declare("table", ["no", "yes"], columns={"job": Column(
        "job", "categorical", ("smith",))})
    source = open_source(write("p.csv", CSV), schema=schema)
    assert read(source)[1] == ("b", {"job": "clerk"}, "no")
    assert source.count is None
    lacking = Schema.declare("table", ["no", "yes"], columns={"height": "numeric"})
    with pytest.raises(InvalidInput, match="no column 'height'"):
        open_source(write("p.csv", CSV), schema=lacking)
    with pytest.raises(InvalidInput, match="kind vector"):
        open_source(write("p.csv", CSV), schema=Schema.declare("vector", ["no", "yes"],
                                                               columns=2))


def test_no_label_column(write: Any) -> None:
    with pytest.raises(InvalidInput, match="name the label column"):
        open_source(write("p.csv", "a,b\n1,2\n"))
    with pytest.raises(InvalidInput, match="no label column 'z'"):
        open_source(write("p.csv", CSV), "z")


def test_jsonl_flat_and_apart(write: Any) -> None:
    flat = open_source(write("a.jsonl", '{"x":1,"label":7,"id":"p"}\n\n{"x":2,"label":8}\n'))
    assert read(flat) == [("p", {"x": 1}, "7"), ("a-3", {"x": 2}, "8")]
    rows = [{"content": [1, 2], "label": "b", "at": 5, "meta": {"w": "z"}},
            {"content": [3, 4], "label": "a"}]
    apart = open_source(write("b.ndjson", "\n".join(map(json.dumps, rows))))
    first = next(iter(apart))
    assert (apart.schema.kind, first.content, first.at, first.meta) \
        == ("vector", [1, 2], 5.0, {"w": "z"})


def test_npz_vectors_tables_images(tmp_path: Path) -> None:
    vectors = open_source(save(tmp_path / "v.npz", X=X, y=Y))
    assert (vectors.schema.kind, vectors.schema.classes, vectors.count) == ("vector", ("0", "1"), 4)
    assert read(vectors)[1] == ("v-2", [3.0, 4.0, 5.0], "1")
    table = open_source(save(tmp_path / "t.npz", X=X, y=Y, columns=["a", "b", "c"],
                             classes=["no", "yes"]))
    assert read(table)[1] == ("t-2", {"a": 3.0, "b": 4.0, "c": 5.0}, "yes")
    pixels = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)
    images = open_source(save(tmp_path / "i.npz", X_train=pixels, y_train=["a", "b"]))
    assert (images.schema.size, images.schema.high) == ((4, 4), 255.0)
    assert read(images)[0] == ("i-1", pixels[0].tolist(), "a")


def test_image_folder(tmp_path: Path) -> None:
    source = open_source(folder(tmp_path / "f", cat__a__png=GREY, dog__b__png=GREY))
    assert (source.schema.classes, source.schema.size, source.count) == (("cat", "dog"), (3, 4), 2)
    assert read(source) == [("cat/a.png", [[51] * 4] * 3, "cat"),
                            ("dog/b.png", [[51] * 4] * 3, "dog")]


def test_image_folder_of_mixed_sizes(tmp_path: Path) -> None:
    source = open_source(folder(tmp_path / "f", cat__a__png=GREY, dog__b__jpg=RED.resize((90, 80))))
    assert (source.schema.size, source.schema.resize) == ((32, 32, 3), True)
    found = read(source)
    assert len(found) == 2
    assert all(base64.b64decode(content["png"])[1:4] == b"PNG" for _, content, _ in found)
