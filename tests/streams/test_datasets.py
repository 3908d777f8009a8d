"""The named data sets: sizes, order, encoding; and the published streams drawn from them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cincer.errors import InvalidInput, UnknownName
from cincer_streams.dataset import DataSet
from cincer_streams.datasets import DATASETS, load
from cincer_streams.folder_sets import find
from cincer_streams.published import draws, published_streams
from cincer_streams.shelf import Shelf

SHIPPED = ("digits", "breast")
PUBLISHED = {
    "breast": [(19, 23), (25, 20), (24, 21), (21, 17), (23, 21)],
    "adult": [(12, 20), (16, 25), (19, 20), (23, 21), (17, 21)],
    "mnist": [(22, 17), (18, 21), (21, 20), (22, 18), (21, 21)],
}
SIZES = {
    "digits": (1437, 360, 64, 10), "breast": (455, 114, 30, 2), "mnist": (60000, 10000, 784, 10),
    "adult": (32561, 16281, 104, 2), "newsgroups20": (11314, 7532, 100, 20),
    "pima": (615, 153, 8, 2), "wisconsin": (560, 139, 9, 2),
    "breast_cancer_scale": (547, 136, 11, 2), "elec2": (36249, 9063, 6, 2),
}


def need(name: str) -> DataSet:
    """The data set, or a skip that says what is missing."""
    if name not in SHIPPED and not os.environ.get("CINCER_DATA"):
        pytest.skip(f"{name} needs CINCER_DATA to name a folder that holds it")
    return cached(name)


@cache
def cached(name: str) -> DataSet:
    return load(name)


@pytest.mark.parametrize("name", DATASETS)
def test_sizes_ids_and_encoding(name: str) -> None:
    found = need(name)
    train, test = found.train, found.test
    assert (len(train), len(test), found.schema.width, len(found.schema.classes)) == SIZES[name]
    assert len({*train.ids, *test.ids}) == len(train) + len(test)
    assert set(train.labels.tolist()) == set(range(len(found.schema.classes)))
    encoded = test.encoded(found.schema)
    assert encoded.shape == (len(test), found.schema.width)
    assert np.array_equal(encoded[:3], found.schema.encode_many(test.contents[:3]))
    assert np.abs(encoded).max() <= 2


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_counts_of_mislabelled(name: str) -> None:
    """(in the bootstrap, in the stream), repeats 1 to 5, as in the published runs."""
    found = need(name)
    counts = []
    for repeat in draws(found.train.labels, len(found.schema.classes)):
        wrong = repeat.given != found.train.labels
        assert wrong.sum() == round(0.2 * len(wrong))
        counts.append((wrong[repeat.bootstrap].sum(), wrong[repeat.stream].sum()))
    assert counts == PUBLISHED[name]


def test_digits_are_scikit_learns() -> None:
    shipped = pytest.importorskip("sklearn.datasets").load_digits()
    found = load("digits")
    for part in (found.train, found.test):
        rows = [int(id.removeprefix("digits-")) for id in part.ids]
        assert rows == sorted(rows)
        assert np.array_equal(part.labels, shipped.target[rows])
        assert np.array_equal(np.array(list(part.contents)), shipped.images[rows])


def test_breast_is_split_and_scaled_as_published() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    split = pytest.importorskip("sklearn.model_selection").train_test_split
    scaler = pytest.importorskip("sklearn.preprocessing").MinMaxScaler()
    shipped = datasets.load_breast_cancer()
    x, x_test, y, y_test = split(shipped.data, shipped.target, test_size=.2, random_state=1)
    found = load("breast")
    assert [c.name for c in found.schema.columns] == shipped.feature_names.tolist()
    assert list(found.schema.classes) == shipped.target_names.tolist()
    assert np.array_equal(found.train.labels, y)
    assert np.array_equal(found.test.labels, y_test)
    assert np.allclose(found.train.encoded(found.schema), scaler.fit_transform(x), atol=1e-6)
    assert np.allclose(found.test.encoded(found.schema), scaler.transform(x_test), atol=1e-6)


def test_published_stream_reads_as_arrivals() -> None:
    first = published_streams(load("breast"))[0]
    arrivals = list(first)
    assert len(arrivals) == len(first) == 200
    assert len({a.id for a in arrivals}) == 200
    true = first.truth.open("metrics")
    wrong = [first.schema.label_index(a.label) != true[a.id] for a in arrivals]
    assert (sum(wrong[:first.bootstrap]), sum(wrong[first.bootstrap:])) == (19, 23)
    assert len(first.holdout.labels) == 114


def test_draws_ask_for_no_more_than_there_is() -> None:
    with pytest.raises(InvalidInput, match="200 of 150"):
        draws(np.zeros(150, np.int64), 2)


def test_a_file_without_its_arrays_is_named(tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    np.savez(tmp_path / "mnist" / "mnist.npz", X=np.zeros(3))
    with pytest.raises(InvalidInput, match="lacks X_train"):
        load("mnist", Shelf(tmp_path))


def test_a_prepared_file_is_found_or_named(tmp_path: Path) -> None:
    (tmp_path / "streams").mkdir()
    (tmp_path / "streams" / "elec2.npz").write_bytes(b"x")
    assert find("streams", "elec2.npz", tmp_path) == tmp_path / "streams" / "elec2.npz"
    with pytest.raises(InvalidInput, match=r"streams/other[.]npz is not there"):
        find("streams", "other.npz", tmp_path)


def test_unknown_data_set() -> None:
    with pytest.raises(UnknownName, match="did you mean 'mnist'"):
        load("minst")


def test_contents_behave_as_a_sequence() -> None:
    rows = load("digits").train.contents
    assert len(rows) == 1437
    assert len(rows[10:20]) == 10
    assert rows[10:20][0] == rows[10]
    with pytest.raises(IndexError):
        rows[5000]
