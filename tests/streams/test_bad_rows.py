"""Rows that are refused while their neighbours are not: D10, D12 to D15, D17 to D22, D28, and what
the HTTP catalogue (H) says of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from making_files import (
    CSV,
    GREY,
    RED,
    X,
    encoded,
    folder,
    read,
    save,
)
from PIL import Image

from cincer.errors import InvalidInput, UnknownName
from cincer.schema import Schema
from cincer_streams import files
from cincer_streams.source import open_source

GOOD = "".join(f"g{n},{n},{'ab'[n % 2]}\n" for n in range(20))
BAD_CSV = {
    "D12 long cell": (b"b," + b"1" * 200_000 + b",a\n", "field larger|longer than"),
    "D12 long cell below the parser's limit": (b"b," + b"1" * 120_000 + b",a\n", "longer than"),
    "long line": (b"b," + b"1" * 3_000_000 + b",a\n", "line is longer"),
    "D13 short": (b"b,1\n", "2 cells under 3"),
    "D13 long": (b"b,1,a,2\n", "4 cells under 3"),
    "D14 NUL": (b"b,1\x00,a\n", "NUL"),
    "D14 Latin-1": (b"b,1,caf\xe9\n", "not UTF-8"),
    "text among numbers": (b"b,many,a\n", "x must be a number"),
    "infinity": (b"b,inf,a\n", "finite"),
    "overflow": (b"b,1e999,a\n", "finite"),
    "quote": (b'b,"1"x,a\n', "expected"),
    "H26 id": ("b\u202e,1,a\n".encode(), "id holds"),
    "H25 id": (b"b" * 300 + b",1,a\n", "id must have"),
    "id twice": (b"g3,1,a\n", "stands twice"),
    "label that is no name": (b"b,1," + b"z" * 300 + b"\n", "unknown class"),
}


@pytest.mark.parametrize("case", BAD_CSV)
@pytest.mark.parametrize("at", ["first", "middle", "last"])
def test_bad_csv_rows(case: str, at: str, write: Any) -> None:
    row, words = BAD_CSV[case]
    lines = GOOD.encode().splitlines(keepends=True)
    where = {"first": 4, "middle": 10, "last": 20}[at]
    text = b"id,x,label\n" + b"".join([*lines[:where], row, *lines[where:]])
    source = open_source(write("a.csv", text))
    assert [id for id, _, _ in read(source)] == [f"g{n}" for n in range(20)]
    assert source.bad_count == 1
    assert source.bad[0].number == where + 2
    assert re.search(words, source.bad[0].reason)


BAD_JSON = {
    "D28 not JSON": (b"{", "not valid JSON"),
    "H3 not an object": (b"[1]", "object in braces"),
    "H8 NaN": (b'{"x": NaN, "label": "a"}', "NaN"),
    "H9 Infinity": (b'{"x": -Infinity, "label": "a"}', "Infinity"),
    "H9 1e999": (b'{"x": 1e999, "label": "a"}', "too large"),
    "H10 twice": (b'{"x": 1, "x": 2, "label": "a"}', "given twice"),
    "H11 deep": (b"[" * 100_000, "nested deeper"),
    "H12 digits": (b'{"x": ' + b"9" * 5000 + b', "label": "a"}', "beyond 64 bits"),
    "H13 big": (b'{"x": 1' + b"0" * 100 + b', "label": "a"}', "beyond 64 bits"),
    "H14 id as float": (b'{"x": 1, "label": "a", "id": 9007199254740993.0}', "id must be text"),
    "id as truth": (b'{"x": 1, "label": "a", "id": true}', "id must be text"),
    "H24 empty id": (b'{"x": 1, "label": "a", "id": ""}', "id must have"),
    "H15 surrogate": (b'{"x": 1, "label": "a", "id": "\\ud800"}', "surrogate"),
    "H16 NUL": (b'{"x": 1, "label": "a", "id": "a\\u0000"}', "NUL"),
    "H6 bytes": (b'{"x": 1, "label": "\xff"}', "UTF-8"),
    "H19 truth as label": (b'{"x": 1, "label": true}', "class name, not bool"),
    "label list": (b'{"x": 1, "label": ["a"]}', "class name, not list"),
    "column nobody else has": (b'{"x": 1, "zz": 2, "label": "a"}', "unknown column"),
    "text as number": (b'{"x": "many", "label": "a"}', "must be a number"),
    "key beside content": (b'{"content": {"x": 1}, "other": 1}', "beside content"),
    "H37 year 9999": (b'{"content": {"x": 1}, "at": 1e15}', "9999"),
    "H37 negative": (b'{"content": {"x": 1}, "at": -1}', "9999"),
    "at as text": (b'{"content": {"x": 1}, "at": "now"}', "9999"),
    "meta": (b'{"content": {"x": 1}, "meta": [1]}', "meta"),
}


@pytest.mark.parametrize("case", BAD_JSON)
def test_bad_json_lines(case: str, write: Any) -> None:
    row, words = BAD_JSON[case]
    good = "".join(json.dumps({"x": n, "label": "ab"[n % 2]}) + "\n" for n in range(200)).encode()
    lines = good.splitlines(keepends=True)
    source = open_source(write("a.jsonl", b"".join([*lines[:50], row, b"\n", *lines[50:]])))
    assert len(read(source)) == 200
    assert [b.number for b in source.bad] == [51]
    assert re.search(words, source.bad[0].reason)


def test_d10_rows_that_are_no_numbers(tmp_path: Path) -> None:
    x = np.random.default_rng(0).standard_normal((30, 2))
    x[4, 1], x[9, 0], x[11, 0] = np.nan, np.inf, 1e300
    source = open_source(save(tmp_path / "a.npz", X=x, y=np.arange(30) % 2))
    assert len(read(source)) == 27
    assert [b.number for b in source.bad] == [5, 10, 12]


def test_npz_labels_outside_their_names(tmp_path: Path) -> None:
    source = open_source(save(tmp_path / "a.npz", X=X, y=np.array([0, 1, 2, -1]),
                              classes=["no", "yes"]),
                         schema=Schema.declare("vector", ["no", "yes"], columns=3))
    assert len(read(source)) == 2
    assert [b.number for b in source.bad] == [3, 4]


def test_d15_formula_cells_are_text(write: Any) -> None:
    text = "x,label\n" + "=1+1,a\n@SUM(A1),b\n" * 5
    assert {c["x"] for _, c, _ in read(open_source(write("a.csv", text)))} == {"=1+1", "@SUM(A1)"}


BAD_IMAGES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "D17 many pixels": ("png", lambda: encoded(Image.new("1", (13_000, 13_000)), "PNG"),
                        "13000 x 13000"),
    "D18 truncated png": ("png", lambda: encoded(GREY.resize((64, 64)), "PNG")[:60], "readable"),
    "D18 truncated jpeg": ("jpg", lambda: encoded(RED.resize((64, 64)), "JPEG")[:-100],
                           "readable"),
    "D19 wrong ending": ("png", lambda: encoded(RED, "JPEG"), "readable PNG"),
    "D20 tiff": ("tiff", lambda: encoded(GREY, "TIFF"), "ends in .tiff"),
    "D20 eps": ("eps", lambda: encoded(GREY, "EPS"), "ends in .eps"),
    "D20 tiff as png": ("png", lambda: encoded(GREY, "TIFF"), "readable PNG"),
    "D20 gif": ("gif", lambda: encoded(GREY, "GIF"), "ends in .gif"),
    "D21 animated": ("png", lambda: encoded(GREY, "PNG", save_all=True,
                                            append_images=[Image.new("L", (4, 3), 9)]), "animated"),
    "D27 empty": ("png", lambda: b"", "is empty"),
    "16 bit": ("png", lambda: encoded(Image.new("I;16", (4, 3)), "PNG"), "mode"),
    "other size": ("png", lambda: encoded(GREY.resize((5, 5)), "PNG"), "must have 3 entries"),
    "text": ("txt", lambda: b"hello", "ends in .txt"),
}


@pytest.mark.parametrize("case", BAD_IMAGES)
def test_bad_images(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ending, build, words = BAD_IMAGES[case]
    monkeypatch.setattr("cincer_streams.image_folder.LOOKED_AT", 1)
    good = {f"{kind}__{n}__png": GREY for kind in ("cat", "dog") for n in range(3)}
    root = folder(tmp_path / "f", **good, **{f"cat__z__{ending}": build()})
    source = open_source(root)
    assert len(read(source)) == 6
    assert [b.number for b in source.bad] == [4]
    assert re.search(words, source.bad[0].reason)


def test_d22_a_link_among_images(tmp_path: Path) -> None:
    root = folder(tmp_path / "f", cat__a__png=GREY, dog__b__png=GREY)
    (root / "cat" / "z.png").symlink_to(root / "dog" / "b.png")
    source = open_source(root)
    assert len(read(source)) == 2
    assert "symbolic link" in source.bad[0].reason


def test_many_bad_rows_are_counted_and_not_all_kept(write: Any) -> None:
    source = open_source(write("a.csv", CSV + "x\n" * 1500))
    assert len(read(source)) == 3
    assert (source.bad_count, len(source.bad)) == (1500, 1000)


def test_unknown_ending_lists_what_is_read(write: Any) -> None:
    with pytest.raises(UnknownName, match=r"\.csv, \.jsonl, \.ndjson, \.npz, \.tsv"):
        open_source(write("a.xlsx", b"PK"))


def test_a_new_file_under_an_old_name_is_another_file(write: Any) -> None:
    path = write("a.csv", CSV)
    stamp = files.stamp_of(path)
    path.rename(path.with_name("old.csv"))
    write("a.csv", CSV)
    with pytest.raises(InvalidInput, match="changed"), files.opened(path, stamp):
        pass
