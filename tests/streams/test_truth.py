"""The seal: what it refuses, what it records, and that the library leaves it shut."""

from __future__ import annotations

import ast
import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from cincer.errors import Forbidden, InvalidInput, NotFound
from cincer.types import ExampleId
from cincer_streams.metrics import mislabelled, mislabelled_share
from cincer_streams.truth import PURPOSES, SealedTruth

LIBRARY = Path(__file__).parents[2] / "cincer"
MAY_OPEN = frozenset({"server/referee.py"})
"""Modules of the library, relative to it, that may open the truth themselves."""


@pytest.fixture
def truth() -> SealedTruth:
    return SealedTruth([ExampleId("a"), ExampleId("b"), ExampleId("c")], np.array([7, 8, 9]))


def test_opens_for_its_purposes_and_records_who(truth: SealedTruth) -> None:
    assert dict(truth.open("oracle")) == {"a": 7, "b": 8, "c": 9}
    truth.open("metrics")
    assert truth.openings == (("oracle", __name__), ("metrics", __name__))


def test_refuses_another_purpose_and_records_nothing(truth: SealedTruth) -> None:
    with pytest.raises(Forbidden, match="curiosity"):
        truth.open("curiosity")  # type: ignore[arg-type]
    assert truth.openings == ()


def test_shows_nothing(truth: SealedTruth) -> None:
    assert repr(truth) == str(truth) == "<SealedTruth>"
    assert not hasattr(truth, "__dict__")


def test_cannot_be_written_out(truth: SealedTruth) -> None:
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            attempt(truth)


def test_what_was_handed_out_cannot_be_changed(truth: SealedTruth) -> None:
    with pytest.raises(TypeError):
        truth.open("metrics")[ExampleId("a")] = 0  # type: ignore[index]


@pytest.mark.parametrize("ids", [["a", "b"], ["a", "b", "b"], ["a", "b", "c", "d"]])
def test_ids_match_labels(ids: list[str]) -> None:
    with pytest.raises(InvalidInput):
        SealedTruth([ExampleId(i) for i in ids], np.array([0, 1, 2]))


def test_mislabelled(truth: SealedTruth) -> None:
    labels = {ExampleId("c"): 9, ExampleId("b"): 0}
    assert mislabelled(truth, labels) == ("b",)
    assert mislabelled_share(truth, labels) == 0.5
    with pytest.raises(InvalidInput):
        mislabelled_share(truth, {})
    with pytest.raises(NotFound):
        mislabelled(truth, {ExampleId("z"): 0})


def openers(source: str) -> list[int]:
    """Lines of `source` that call a method `open` with a purpose of the truth, that read the
    seal's inside, or the labels of a data set's training part."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and (node.attr == "_reveal" or (
                node.attr == "labels" and getattr(node.value, "attr", "") == "train")):
            found.append(node.lineno)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) \
                and node.func.attr == "open":
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(a, ast.Constant) and a.value in PURPOSES for a in given):
                found.append(node.lineno)
    return sorted(found)


def test_the_search_finds_an_opening() -> None:
    assert openers("x = 1\ntruth.open('oracle')\ny.open(purpose='metrics')\nz._reveal()\n"
                   "data.train.labels") == [2, 3, 4, 5]
    assert openers("path.open('rb')\nopen('metrics')") == []


def test_the_library_does_not_open_the_truth() -> None:
    files = {str(path.relative_to(LIBRARY)): path for path in LIBRARY.rglob("*.py")}
    assert "errors.py" in files
    found = {name: lines for name, path in files.items()
             if name not in MAY_OPEN and (lines := openers(path.read_text(encoding="utf-8")))}
    assert found == {}
