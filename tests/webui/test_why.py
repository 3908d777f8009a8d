"""Why this pair: the prediction, trying it for real, what can go wrong, and that nothing waits."""

from __future__ import annotations

from typing import Any

import pytest

from . import mock_server, samples
from .conftest import DESK, PHONE, Open
from .mock_server import Mock
from .test_answering import press
from .test_looks import COVERED, OVERFLOW, violations

pytestmark = pytest.mark.browser


def why(page: Any) -> str:
    return " ".join(page.inner_text(".why").split())


def asking(**changes: Any) -> Mock:
    """A mock whose one question says something else."""
    mock = mock_server.make(questions=3)
    mock.waiting = [view | changes for view in mock.waiting]
    return mock


def test_the_prediction_is_there_before_anybody_asks(open_page: Open) -> None:
    page, _ = open_page(asking(given_probability=0.08, predicted_change=0.23))
    assert "about 31% instead of 8%." in why(page)


def test_small_changes_get_the_decimals_that_show_them(open_page: Open) -> None:
    page, _ = open_page(asking(given_probability=0.121, predicted_change=0.003))
    assert "about 12.4% instead of 12.1%." in why(page)
    page, _ = open_page(asking(given_probability=0.12, predicted_change=1e-7))
    assert "would still give" in why(page)


def test_a_known_example_that_does_not_speak_against_it_is_not_blamed(open_page: Open) -> None:
    page, _ = open_page(asking(given_probability=0.12, predicted_change=-0.05))
    assert "not because of the example on the right" in page.inner_text(".sentence")
    assert "about 7% instead of 12%." in why(page)


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_w_tries_it_once(open_page: Open, size: tuple[int, int]) -> None:
    page, mock = open_page(size=size)
    press(page, "w")
    page.wait_for_selector(".why[data-status=done]")
    given = mock.held[0]["given_probability"]
    assert f"Tried: {given + 0.12:.0%}. Without 4 more like it: {given + 0.31:.0%}." in why(page)
    press(page, "w")
    assert mock.explained == [mock.held[0]["query"]]
    assert page.evaluate(OVERFLOW) == []
    assert page.evaluate(COVERED) == []


def test_the_button_does_what_the_key_does(open_page: Open) -> None:
    page, mock = open_page()
    page.click(".why button")
    page.wait_for_selector(".why[data-status=done]")
    assert len(mock.explained) == 1


def test_while_it_is_tried_one_can_go_on(open_page: Open) -> None:
    page, mock = open_page()
    mock.patience.clear()
    press(page, "w")
    page.wait_for_selector(".why[data-status=loading]")
    assert page.get_attribute(".why", "aria-busy") == "true"
    assert violations(page) == []
    press(page, "a")
    page.wait_for_selector(".question[data-query=q-2] .why[data-status=idle]")
    page.wait_for_function("() => document.querySelector('.lastline p').textContent")
    assert [reply["query"] for reply in mock.replies] == ["q-1"]
    mock.patience.set()
    page.wait_for_timeout(100)
    assert page.get_attribute(".why", "data-status") == "idle"


def test_a_failure_says_so_and_can_be_tried_again(open_page: Open) -> None:
    page, mock = open_page()
    mock.explain = lambda view: {"ok": False, "error": "the model is starting", "code": "x",
                                 "status": 503, "retry_after": 1.0}
    press(page, "w")
    page.wait_for_selector(".why[data-status=failed]")
    assert "could not be tried: the model is starting." in why(page)
    assert violations(page) == []
    mock.explain = samples.explained
    press(page, "w")
    page.wait_for_selector(".why[data-status=done]")


def test_what_was_stopped_early_is_told(open_page: Open) -> None:
    page, mock = open_page()
    mock.explain = lambda view: samples.explained(view, group=0, exact=False)
    press(page, "w")
    page.wait_for_selector(".why[data-status=done]")
    assert "Stopped early; 3e-7 nats were left." in why(page)
    assert "more like it" not in why(page)


def test_a_single_example_has_no_why(open_page: Open) -> None:
    mock = mock_server.make(questions=0)
    mock.waiting = [samples.question(1, "image", mock.classes, what="audit", alone=True)]
    page, _ = open_page(mock)
    press(page, "w")
    assert page.query_selector(".why") is None
    assert mock.explained == []
