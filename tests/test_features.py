"""The feature matrix: what is appended is read, by others too; what is damaged is made again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cincer.errors import Closed, Conflict, Corrupt, InvalidInput, NotFound
from cincer.features import HEADER, FeatureMatrix


def numbers(start: int, count: int, width: int = 3) -> np.ndarray:
    return np.arange(start * width, (start + count) * width, dtype=np.float32).reshape(-1, width)


def test_rows_come_back_by_position(tmp_path: Path) -> None:
    matrix = FeatureMatrix.create(tmp_path / "f", 3)
    assert len(matrix) == 0
    assert matrix.rows([]).shape == (0, 3)
    assert matrix.append(numbers(0, 5)) == 0
    assert matrix.append(numbers(5, 1)[0]) == 5
    np.testing.assert_array_equal(matrix.rows(np.array([5, 0, 5])), numbers(0, 6)[[5, 0, 5]])
    matrix.close()
    again = FeatureMatrix.open(tmp_path / "f", 3, writable=True)
    again.append(numbers(6, 2))
    np.testing.assert_array_equal(again.rows(range(8)), numbers(0, 8))
    again.close()


def test_a_reader_sees_more_after_refresh_and_across_growth(tmp_path: Path) -> None:
    matrix = FeatureMatrix.create(tmp_path / "f", 3)
    matrix.append(numbers(0, 2))
    reader = FeatureMatrix.open(tmp_path / "f", 3)
    held = reader.rows([0, 1])
    for start in range(2, 5000, 700):
        matrix.append(numbers(start, 700))
    with pytest.raises(NotFound):
        reader.rows([2])
    assert reader.refresh() == len(matrix)
    np.testing.assert_array_equal(reader.rows(range(len(matrix))), numbers(0, len(matrix)))
    np.testing.assert_array_equal(held, numbers(0, 2))
    reader.close()
    matrix.close()


def test_another_process_reads_the_same(tmp_path: Path) -> None:
    matrix = FeatureMatrix.create(tmp_path / "f", 3)
    matrix.append(numbers(0, 4))
    code = ("import sys; from cincer.features import FeatureMatrix as F;"
            "m = F.open(sys.argv[1], 3); print(m.rows([3]).tolist()); m.close()")
    told = subprocess.run([sys.executable, "-c", code, str(tmp_path / "f")], check=True,
                          capture_output=True, text=True, cwd=Path(__file__).parents[1])
    assert told.stdout.strip() == str(numbers(3, 1).tolist())
    matrix.close()


@pytest.mark.parametrize("bad", [numbers(0, 1, 2), np.zeros((1, 1, 3)), 1.0])
def test_rows_of_another_width_are_refused(tmp_path: Path, bad: np.ndarray) -> None:
    matrix = FeatureMatrix.create(tmp_path / "f", 3)
    with pytest.raises(InvalidInput):
        matrix.append(bad)
    assert len(matrix) == 0
    matrix.close()


def test_unknown_positions_readers_that_write_and_closed_ones(tmp_path: Path) -> None:
    matrix = FeatureMatrix.create(tmp_path / "f", 3)
    matrix.append(numbers(0, 2))
    for position in (-1, 2):
        with pytest.raises(NotFound):
            matrix.rows([position])
    reader = FeatureMatrix.open(tmp_path / "f", 3)
    with pytest.raises(Conflict):
        reader.append(numbers(0, 1))
    reader.close()
    matrix.close()
    matrix.close()
    with pytest.raises(Closed):
        matrix.rows([0])
    with pytest.raises(Closed):
        matrix.refresh()


def damage(path: Path, at: int, value: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[at:at + len(value)] = value
    path.write_bytes(content)


@pytest.mark.parametrize(("at", "value"), [
    (0, b"x"), (8, b"\x07"), (12, b"\x07"), (16, b"\xff\xff\xff"), (24, b"\x01\x02\x03\x04"),
    (40, b"other"), (HEADER + 5, b"\xff"),
])
def test_damage_is_seen_and_repaired(tmp_path: Path, at: int, value: bytes) -> None:
    path = tmp_path / "f"
    matrix = FeatureMatrix.create(path, 3)
    matrix.append(numbers(0, 9))
    matrix.close()
    damage(path, at, value)
    with pytest.raises(Corrupt):
        FeatureMatrix.open(path, 3, writable=True)
    asked: list[int] = []

    def make(start: int) -> Iterator[np.ndarray]:
        asked.append(start)
        yield numbers(start, 4)
        yield numbers(start + 4, 9 - start - 4)

    again = FeatureMatrix.ensure(path, 3, 9, make)
    np.testing.assert_array_equal(again.rows(range(9)), numbers(0, 9))
    assert asked == [0]
    again.close()


@settings(max_examples=30, deadline=None)
@given(there=st.integers(0, 30), wanted=st.integers(0, 30))
def test_ensure_makes_only_what_is_missing(
    tmp_path_factory: pytest.TempPathFactory, there: int, wanted: int
) -> None:
    path = tmp_path_factory.mktemp("ensure") / "f"
    matrix = FeatureMatrix.create(path, 3)
    if there:
        matrix.append(numbers(0, there))
    matrix.close()
    asked: list[int] = []

    def make(start: int) -> list[np.ndarray]:
        asked.append(start)
        return [numbers(start, wanted - start)]

    again = FeatureMatrix.ensure(path, 3, wanted, make)
    np.testing.assert_array_equal(again.rows(range(wanted)), numbers(0, wanted))
    again.close()
    assert asked == ([there] if there < wanted else [])
    FeatureMatrix.open(path, 3, writable=True).close()


def test_ensure_refuses_a_maker_that_gives_too_little(tmp_path: Path) -> None:
    with pytest.raises(Corrupt, match="2 rows were made"):
        FeatureMatrix.ensure(tmp_path / "f", 3, 5, lambda start: [numbers(0, 2)])


def test_a_stamp_of_another_encoding_is_refused(tmp_path: Path) -> None:
    FeatureMatrix.create(tmp_path / "f", 3, b"one").close()
    FeatureMatrix.open(tmp_path / "f", 3, stamp=b"one").close()
    with pytest.raises(Corrupt, match="encoding"):
        FeatureMatrix.open(tmp_path / "f", 3, stamp=b"two")
    with pytest.raises(NotFound):
        FeatureMatrix.open(tmp_path / "none", 3)
