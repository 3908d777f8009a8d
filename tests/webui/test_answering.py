"""A person with a keyboard answers: what is sent, what is said, what can be taken back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from . import mock_server, samples
from .conftest import Open
from .mock_server import Mock

pytestmark = pytest.mark.browser


def until(true: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait until `true()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def grown(things: list[Any], count: int) -> None:
    """Wait until there are `count` things."""
    until(lambda: len(things) == count)


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def shown(page: Any) -> str:
    return str(page.get_attribute(".question", "data-query"))


def single(what: str, kind: str = "image", count: int = 10) -> Mock:
    names = samples.classes(count)
    return Mock([samples.question(i, kind, names, what=what, alone=True) for i in range(1, 6)],
                names, kind)


def test_every_answer_by_key_alone(open_page: Open) -> None:
    page, mock = open_page()
    press(page, "a", "u", "ArrowLeft", "Enter")
    until(lambda: len(mock.replies) == 3)
    both, unsure, left = mock.replies
    assert both["example"] == both["counter_example"] == {"action": "keep"}
    assert unsure["example"] == unsure["counter_example"] == {"action": "unsure"}
    third = samples.question(3, "image", mock.classes)["example"]
    assert left["example"] == {"action": "relabel", "label": third["predicted_label"]}
    assert left["counter_example"] == {"action": "keep"}
    assert [r["query"] for r in mock.replies] == ["q-1", "q-2", "q-3"]
    assert shown(page) == "q-4"
    press(page, " ")
    until(lambda: shown(page) == "q-5")
    press(page, "f")
    until(lambda: mock.skips and mock.flags)
    assert mock.skips[0]["query"] == "q-4"
    assert mock.flags[0]["query"] == "q-5"
    assert shown(page) == "q-5"


def test_a_digit_answers_at_once_on_the_side_that_is_wrong(open_page: Open) -> None:
    page, mock = open_page()
    wrong = samples.question(1, "image", mock.classes)["counter_example"]["given_label"]
    other = next(name for name in mock.classes if name != wrong)
    press(page, "ArrowRight", wrong)
    assert "it is right" in page.inner_text(".lastline")
    press(page, other)
    until(lambda: mock.replies)
    assert mock.replies[0]["counter_example"] == {"action": "relabel", "label": other}
    assert mock.replies[0]["example"] == {"action": "keep"}


def test_a_digit_without_a_side_answers_nothing(open_page: Open) -> None:
    page, mock = open_page()
    press(page, "7")
    assert "which side" in page.inner_text(".lastline")
    assert shown(page) == "q-1"
    assert not mock.replies


def test_both_wrong_asks_twice_and_escape_goes_back(open_page: Open) -> None:
    page, mock = open_page()
    press(page, "b", "Enter", "Escape", "Escape")
    page.wait_for_selector(".actions")
    press(page, "b", "Enter", "Enter")
    until(lambda: mock.replies)
    assert mock.replies[0]["example"]["action"] == "relabel"
    assert mock.replies[0]["counter_example"]["action"] == "relabel"


def test_the_line_says_what_it_did(open_page: Open) -> None:
    page, _ = open_page()
    press(page, "ArrowLeft", "Enter")
    until(lambda: "12 others" in page.inner_text(".lastline"))
    assert page.inner_text(".lastline p").startswith("digits-0401 is now ")


def test_undo_shows_the_pair_again_ten_deep(open_page: Open) -> None:
    page, mock = open_page()
    for n in range(12):
        until(lambda n=n: shown(page) == f"q-{n + 1}")
        press(page, "a")
        grown(mock.replies, n + 1)
    for n in range(10):
        press(page, "Backspace")
        grown(mock.undone, n + 1)
        until(lambda n=n: shown(page) == f"q-{12 - n}")
    press(page, "Backspace")
    until(lambda: "Nothing to take back" in page.inner_text(".lastline"))
    press(page, "a")
    until(lambda: len(mock.replies) == 13)
    assert mock.replies[-1]["query"] == "q-3"


def test_undo_button_says_what_it_takes_back(open_page: Open) -> None:
    page, mock = open_page()
    press(page, "a")
    button = page.get_by_role("button", name="undo: Both labels stay")
    button.click()
    until(lambda: mock.undone == ["q-1"] or (not mock.replies and shown(page) == "q-1"))
    assert shown(page) == "q-1"


def test_a_comment_goes_with_the_answer_and_letters_stay_letters(open_page: Open) -> None:
    page, mock = open_page()
    press(page, "c")
    page.keyboard.type("a smudge, b or u?")
    assert not mock.replies
    press(page, "Enter", "a")
    until(lambda: mock.replies)
    assert mock.replies[0]["comment"] == "a smudge, b or u?"


def test_type_ahead_among_a_hundred_classes(open_page: Open) -> None:
    page, mock = open_page(mock_server.make("image", 100))
    press(page, "ArrowLeft")
    page.wait_for_selector(".filter:focus")
    page.keyboard.type("gull gr")
    assert page.locator("[role=option]").all_inner_texts() == ["gull grey", "gull great"]
    press(page, "ArrowDown", "Enter")
    until(lambda: mock.replies)
    assert mock.replies[0]["example"] == {"action": "relabel", "label": "gull great"}


def test_with_two_classes_wrong_means_the_other_one(open_page: Open) -> None:
    page, mock = open_page(mock_server.make("table", 2))
    press(page, "ArrowLeft", "b")
    until(lambda: len(mock.replies) == 2)
    for reply, both in zip(mock.replies, (False, True), strict=True):
        view = samples.question(int(reply["query"][2:]), "table", mock.classes)
        other = {"benign": "malignant", "malignant": "benign"}
        new, known = view["example"]["given_label"], view["counter_example"]["given_label"]
        assert reply["example"] == {"action": "relabel", "label": other[new]}
        kept, turned = {"action": "keep"}, {"action": "relabel", "label": other[known]}
        assert reply["counter_example"] == (turned if both else kept)


def test_more_removes_or_judges_one_side(open_page: Open) -> None:
    page, mock = open_page()
    press(page, "x")
    page.click("[data-judge=right-remove]")
    press(page, "x")
    page.click("[data-judge=left-bad]")
    until(lambda: len(mock.replies) == 2)
    assert mock.replies[0]["counter_example"] == {"action": "remove"}
    assert mock.replies[0]["example"] == {"action": "keep"}
    assert mock.replies[1]["example"] == {"action": "bad"}


def test_a_single_example_has_words_that_fit(open_page: Open) -> None:
    page, mock = open_page(single("audit"))
    assert "spot check" in page.inner_text(".sentence")
    words = page.locator(".answer-button").all_inner_texts()
    assert [w.split("\n")[-1] for w in words] == ["label is wrong", "label is right"]
    press(page, "a", "ArrowLeft", "Enter")
    until(lambda: len(mock.replies) == 2)
    assert mock.replies[0]["example"] == {"action": "keep"}
    assert mock.replies[0]["counter_example"] is None


def test_an_unlabelled_example_is_answered_by_its_digit(open_page: Open) -> None:
    page, mock = open_page(single("unlabelled"))
    press(page, "8")
    until(lambda: mock.replies)
    assert mock.replies[0]["example"] == {"action": "relabel", "label": "8"}


def test_keys_can_be_changed_and_are_kept(open_page: Open) -> None:
    page, mock = open_page()
    press(page, "?")
    page.click("[data-command=keep].keycap")
    press(page, "j", "Escape")
    assert page.locator(".answer-button[data-command=keep] kbd").inner_text() == "J"
    page.reload()
    page.wait_for_selector("main[data-screen=ask]")
    press(page, "a", "j")
    until(lambda: mock.replies)
    assert len(mock.replies) == 1
    assert mock.replies[0]["example"] == {"action": "keep"}


def test_buttons_answer_too_and_space_still_skips(open_page: Open) -> None:
    page, mock = open_page()
    page.click(".answer-button[data-command=keep]")
    press(page, " ")
    until(lambda: mock.replies and mock.skips)
    assert len(mock.replies) == 1


def test_what_is_on_the_screen_is_told(open_page: Open) -> None:
    page, mock = open_page()
    until(lambda: mock.displayed == ["q-1"])
    press(page, "a")
    until(lambda: mock.displayed == ["q-1", "q-2"])


def test_a_pair_that_changes_under_the_eyes_takes_no_key_meant_for_the_old(open_page: Open) -> None:
    page, mock = open_page()
    other = samples.question(1, "image", mock.classes)
    other["counter_example"]["id"] = "digits-9999"
    other["epoch"] = 2
    mock.push("query:push", query=other)
    page.wait_for_selector("[data-side=right][aria-label$='digits-9999']")
    press(page, "a")
    assert shown(page) == "q-1"
    page.wait_for_timeout(450)
    press(page, "a")
    until(lambda: len(mock.replies) == 1)


def test_the_whole_page_in_another_language(open_page: Open) -> None:
    page, _ = open_page()
    page.get_by_role("button", name="EN: language").click()
    assert page.get_attribute("html", "lang") == "de"
    assert "links ist falsch" in page.inner_text(".actions")
