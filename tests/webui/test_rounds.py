"""Follow-ups and several known examples, by keyboard and by touch, as a person sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from . import samples
from .conftest import DESK, PHONE, Open
from .mock_server import Mock
from .test_answering import press
from .test_looks import OVERFLOW, violations

pytestmark = pytest.mark.browser
KEEP = {"action": "keep"}


def asked(kind: str = "image", count: int = 10, **more: Any) -> Mock:
    """One question of several known examples, then a plain one."""
    names = samples.classes(count)
    views = [samples.question(7, kind, names, **{"known": 3, **more}),
             samples.question(8, kind, names)]
    return Mock(views, names, kind)


def following(kind: str = "image", count: int = 10, **more: Any) -> Mock:
    names = samples.classes(count)
    return Mock([samples.follow_up(7, kind, names, **more), samples.question(8, kind, names)],
                names, kind)


def answered(page: Any, mock: Mock, count: int = 1) -> dict[str, Any]:
    """The newest reply, once so many have come."""
    for _ in range(100):
        if len(mock.replies) == count:
            return mock.replies[-1]
        page.wait_for_timeout(20)
    raise AssertionError(f"{len(mock.replies)} replies")


def test_a_follow_up_says_why_and_asks_one_thing(open_page: Open) -> None:
    page, mock = open_page(following())
    view = mock.held[0]
    said = page.inner_text(".sentence")
    assert "Follow-up 1" in said
    assert f"from {view['follow_up']['was']} to {view['example']['given_label']}" in said
    assert page.inner_text(".side[data-side=left] h2").endswith("Settled")
    commands = [b.get_attribute("data-command") for b in page.query_selector_all(".answer-button")]
    assert commands == ["keep", "right"]
    assert mock.displayed == [view["query"]]
    for key in ("ArrowLeft", "b"):
        press(page, key)
        assert "settled" in page.inner_text(".lastline p")
    press(page, "a")
    reply = answered(page, mock)
    assert (reply["example"], reply["counter_example"]) == (None, KEEP)
    press(page, "Backspace")
    page.wait_for_selector(".pair[data-settled=true]")


def test_a_follow_up_is_wrong_too(open_page: Open) -> None:
    page, mock = open_page(following())
    given = mock.held[0]["counter_example"]["given_label"]
    other = next(label for label in "0123456789" if label != given)
    press(page, other)
    reply = answered(page, mock)
    assert reply["counter_example"] == {"action": "relabel", "label": other}
    assert reply["example"] is None


def test_several_are_judged_by_keyboard(open_page: Open) -> None:
    page, mock = open_page(asked())
    view = mock.held[0]
    known = [view["counter_example"], *view["others"]]
    shown: Callable[[], str] = lambda: page.inner_text(".side[data-side=right] .id")  # noqa: E731
    assert shown() == known[0]["id"]
    press(page, "ArrowDown", "ArrowDown")
    assert shown() == known[2]["id"]
    press(page, "ArrowDown", "ArrowUp")
    assert shown() == known[2]["id"]
    press(page, "ArrowRight", "Enter")
    assert mock.replies == []
    assert page.inner_text(".card[data-marked=true] .mark").startswith("→")
    press(page, "ArrowUp", "x")
    page.click("[data-judge=other0-remove]")
    press(page, "a")
    reply = answered(page, mock)
    assert (reply["example"], reply["counter_example"]) == (KEEP, KEEP)
    assert [said["action"] for said in reply["others"]] == ["remove", "relabel"]
    page.wait_for_selector(".pair[data-several=false]")


def test_all_right_is_one_key_and_escape_forgets_what_was_noted(open_page: Open) -> None:
    page, mock = open_page(asked())
    press(page, "ArrowLeft", "Enter")
    assert page.query_selector(".side[data-side=left] .mark")
    press(page, "Escape")
    assert not page.query_selector(".mark")
    press(page, "a")
    assert answered(page, mock)["others"] == [KEEP, KEEP]


def test_several_are_judged_by_touch(open_page: Open) -> None:
    page, mock = open_page(asked(known=5), size=PHONE)
    page.tap(".card >> nth=3")
    page.tap("[data-command=right]")
    page.tap(".class >> nth=0")
    page.tap("[data-command=keep]")
    reply = answered(page, mock)
    assert [said["action"] for said in reply["others"]] == ["keep", "keep", "relabel", "keep"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("kind", ["image", "table", "text", "series"])
def test_nothing_is_cut_and_axe_finds_nothing(
    open_page: Open, kind: str, size: tuple[int, int], theme: str
) -> None:
    for mock in (asked(kind, known=5), following(kind), following(kind, bad=True)):
        page, _ = open_page(mock, size=size, theme=theme)
        assert page.evaluate(OVERFLOW) == []
        assert violations(page, theme) == []
        press(page, "ArrowRight")
        page.wait_for_timeout(50)
        assert page.evaluate(OVERFLOW) == []
        assert violations(page, theme) == []
