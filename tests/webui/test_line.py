"""The line breaks, the page reloads, another tab opens: nothing is lost and nothing doubled."""

from __future__ import annotations

from typing import Any

import pytest

from . import samples
from .conftest import Open
from .mock_server import Mock
from .test_answering import press, shown, until

pytestmark = pytest.mark.browser


def offline(page: Any, mock: Mock) -> None:
    mock.cut()
    page.wait_for_selector(".status[data-link=offline]")


def test_answers_given_without_a_line_are_sent_when_it_is_back(open_page: Open) -> None:
    page, mock = open_page()
    until(lambda: len(mock.held) == 3)
    offline(page, mock)
    press(page, "a", "u")
    assert "2 answers kept, sent when back" in page.inner_text(".status")
    assert shown(page) == "q-3"
    mock.mend()
    until(lambda: len(mock.replies) == 2, 10)
    assert [r["query"] for r in mock.replies] == ["q-1", "q-2"]
    page.wait_for_selector(".status[data-link=live]")


def test_a_reply_whose_answer_was_lost_is_sent_again_and_counts_once(open_page: Open) -> None:
    page, mock = open_page()
    mock.swallow = True
    press(page, "a")
    page.wait_for_selector(".status[data-link=offline]")
    assert len(mock.replies) == 1
    mock.mend()
    page.wait_for_selector(".status[data-link=live]", timeout=10_000)
    until(lambda: page.evaluate("localStorage.getItem('cincer.outbox')") == "[]")
    assert len(mock.replies) == 1


def test_a_reload_keeps_what_was_not_acknowledged(open_page: Open) -> None:
    page, mock = open_page()
    offline(page, mock)
    press(page, "ArrowLeft", "Enter")
    page.reload()
    page.wait_for_selector(".status[data-link=offline]")
    assert "1 answer kept" in page.inner_text(".status")
    mock.mend()
    until(lambda: len(mock.replies) == 1, 10)
    assert mock.replies[0]["example"]["action"] == "relabel"


def test_an_answer_taken_back_before_it_was_sent_is_never_sent(open_page: Open) -> None:
    page, mock = open_page()
    offline(page, mock)
    press(page, "a", "Backspace")
    assert shown(page) == "q-1"
    mock.mend()
    page.wait_for_selector(".status[data-link=live]", timeout=10_000)
    page.wait_for_timeout(200)
    assert not mock.replies
    assert not mock.undone


def test_the_pairs_run_out_without_a_line(open_page: Open) -> None:
    page, mock = open_page()
    until(lambda: len(mock.held) == 3)
    offline(page, mock)
    press(page, "a", "a", "a")
    page.wait_for_selector("main[data-screen=offline]")
    assert "safe in this browser" in page.inner_text("main")


def test_an_ended_login_says_how_to_get_in(open_page: Open) -> None:
    page, mock = open_page()
    mock.denied = True
    offline_or_denied = ".status[data-link=denied]"
    mock.cut()
    mock.mend()
    page.wait_for_selector(offline_or_denied, timeout=10_000)
    assert "cincer token" in page.inner_text("main")


def test_a_reader_is_told_that_it_may_not_answer(open_page: Open) -> None:
    names = samples.classes(10)
    mock = Mock([samples.question(1, "image", names)], names, roles=("reader",))
    page, _ = open_page(mock, wait="main[data-screen=role]")
    assert "role annotator" in page.inner_text("main")


def test_only_one_tab_answers(open_page: Open) -> None:
    page, mock = open_page()
    second = page.context.new_page()
    second.goto(mock.url)
    second.wait_for_selector("main[data-screen=ask]")
    page.wait_for_selector("main[data-screen=tab]")
    press(page, "a")
    page.get_by_role("button", name="Answer here").click()
    page.wait_for_selector("main[data-screen=ask]")
    second.wait_for_selector("main[data-screen=tab]")
    assert not mock.replies


def test_an_empty_queue_fills_by_itself(open_page: Open) -> None:
    names = samples.classes(10)
    page, mock = open_page(Mock([], names), wait="main[data-screen=waiting]")
    mock.add(samples.question(1, "image", names))
    page.wait_for_selector("main[data-screen=ask]")


@pytest.mark.parametrize(("screen", "changes"), [
    ("starting", {"received": 40, "asked": 0, "audits": 0, "known": 40}),
    ("finished", {"finished": True, "waiting": 0})])
def test_states_without_a_question(open_page: Open, screen: str, changes: dict[str, Any]) -> None:
    mock = Mock([], samples.classes(10), stats=samples.stats(**changes))
    page, _ = open_page(mock, wait=f"main[data-screen={screen}]")
    assert page.locator("main h2").count() == 1
