"""Work in processes: everything comes back, errors too, and nobody is left running."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator

import pytest

from cincer.errors import UnknownName
from cincer_experiments.jobs import Told, dealt, spread


def test_whole_repeats_are_dealt():
    keys = [("a", 1), ("b", 1), ("a", 2), ("a", 3), ("b", 3)]
    assert dealt(keys, 2, lambda key: key[1]) == [
        [("a", 1), ("b", 1), ("a", 3), ("b", 3)], [("a", 2)]]
    assert [len(part) for part in dealt(keys, 9, lambda key: key[1])] == [2, 1, 2]
    assert dealt([], 2, lambda key: key[1]) == []


def squares(numbers: list[int], told: Told) -> Iterator[int]:
    for number in numbers:
        told(str(number), 1)
        yield number * number


def wrong(name: str, told: Told) -> Iterator[int]:
    yield 1
    raise UnknownName("fruit", name, ["apple", "pear"])


def dies(share: int, told: Told) -> Iterator[int]:
    yield 1
    os._exit(3)


def test_all_that_is_found_comes_back() -> None:
    told: list[tuple[str, int]] = []
    found = list(spread(squares, [[1, 2], [3], []], lambda *words: told.append(words)))
    assert sorted(found) == [1, 4, 9]
    assert sorted(told) == [("1", 1), ("2", 1), ("3", 1)]
    assert not multiprocessing.active_children()


def test_an_error_is_the_same_error_here() -> None:
    with pytest.raises(UnknownName, match=r"did you mean 'apple'\?") as caught:
        list(spread(wrong, ["aple"], lambda *_: None))
    assert caught.value.data["name"] == "aple"
    assert not multiprocessing.active_children()


def test_a_process_that_dies_is_noticed() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        list(spread(dies, [1], lambda *_: None))


def test_who_stops_listening_stops_the_work() -> None:
    found = spread(squares, [[1], [2]], lambda *_: None)
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()
