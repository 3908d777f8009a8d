"""The mailbox of suggestions: decided by key at once, in batches after a preview, taken back; what
is refused, late, empty or not allowed; how it reads."""

from __future__ import annotations

from typing import Any

import pytest

from . import proposals, samples
from .conftest import DESK, PHONE, WIDE, Open
from .mock_suggestions import Suggesting
from .test_answering import press, until
from .test_looks import OVERFLOW, violations

pytestmark = pytest.mark.browser


def visit(open_page: Open, mock: Suggesting | None = None, path: str = "", *,
          wait: str = ".row, .empty", **more: Any) -> tuple[Any, Suggesting]:
    page, served = open_page(mock or Suggesting(), wait="main", **more)
    assert isinstance(served, Suggesting)
    page.goto(f"{served.url}curate/suggestions{path}")
    page.wait_for_selector(wait)
    return page, served


def here(page: Any) -> str:
    """The id of the row under the cursor."""
    return str(page.get_attribute(".row[data-here=true]", "data-id"))


def count(page: Any, at: int = 0) -> str:
    return str(page.locator(".filters button").nth(at).locator(".count").inner_text())


def idle(page: Any, mock: Suggesting, acts: int) -> None:
    until(lambda: page.evaluate("1") and len(mock.acts) == acts)


def test_one_key_decides_and_the_next_is_there_before_the_server_knows(open_page: Open) -> None:
    page, mock = visit(open_page)
    first, second, third = (one["id"] for one in mock.made[:3])
    mock.patience.clear()
    press(page, "y")
    until(lambda: here(page) == second)
    assert (count(page), count(page, 1)) == ("239", "1")
    assert first in page.inner_text(".line")
    press(page, "n", "e")
    until(lambda: count(page) == "237")
    assert mock.acts == []
    mock.patience.set()
    idle(page, mock, 3)
    assert mock.acts == [("accept", [first]), ("reject", [second]), ("ask", [third])]
    assert [count(page, i) for i in range(4)] == ["237", "1", "1", "1"]


def test_what_was_done_is_taken_back_in_order(open_page: Open) -> None:
    page, mock = visit(open_page)
    first, second = (one["id"] for one in mock.made[:2])
    press(page, "y", "n")
    idle(page, mock, 2)
    press(page, "z")
    until(lambda: mock.undone == [second] and here(page) == second)
    press(page, "z")
    until(lambda: mock.undone == [second, first] and here(page) == first)
    assert count(page) == "240"
    press(page, "z")
    until(lambda: "Nothing to take back" in page.inner_text(".line"))
    assert len(mock.undone) == 2


def test_a_batch_is_previewed_and_goes_with_enter(open_page: Open) -> None:
    page, mock = visit(open_page)
    names = [one["id"] for one in mock.made[:4]]
    press(page, "x", "j", "Shift+J", "Shift+ArrowDown")
    assert page.inner_text(".selection b") == "4 selected"
    mock.patience.clear()
    press(page, "y")
    page.wait_for_selector(".preview[aria-busy=true]")
    press(page, "Enter")
    assert mock.acts == []
    mock.patience.set()
    page.wait_for_selector(".preview[aria-busy=false]")
    text = page.inner_text(".preview")
    assert "Accept 4 suggestions?" in text
    assert "12" in text
    total = sum(one["gain"] for one in mock.made[:4])
    assert f"−{total:.3g}" in text
    assert f"−{0.8 * total:.3g}" in text
    press(page, "Enter")
    idle(page, mock, 1)
    assert mock.acts == [("accept", names)]
    assert mock.previewed == [names]
    press(page, "z")
    until(lambda: sorted(mock.undone) == sorted(names))


def test_where_asking_is_advised_accepting_one_wants_a_second_look(open_page: Open) -> None:
    mock = Suggesting()
    mock.chooser |= {"chosen": "ask", "note": "no action is surely better"}
    page, _ = visit(open_page, mock)
    name = mock.made[0]["id"]
    assert page.get_attribute("[data-verb='ask']", "data-advised") == "true"
    assert page.get_attribute("[data-verb='accept']", "data-advised") == "false"
    press(page, "y")
    page.wait_for_selector(".preview[aria-busy=false]")
    assert "asking a person is advised" in page.inner_text(".preview")
    assert mock.acts == []
    press(page, "Enter")
    idle(page, mock, 1)
    assert mock.acts == [("accept", [name])]
    press(page, "e")
    idle(page, mock, 2)
    assert mock.acts[1][0] == "ask"


def test_what_was_accepted_can_be_rejected_after_all(open_page: Open) -> None:
    page, mock = visit(open_page)
    name = mock.made[0]["id"]
    press(page, "y")
    idle(page, mock, 1)
    press(page, "2")
    page.wait_for_selector(f".row[data-id='{name}']")
    enabled = [page.is_enabled(f"[data-verb='{verb}']") for verb in ("accept", "reject", "ask")]
    assert enabled == [False, True, False]
    press(page, "y", "e", "n")
    idle(page, mock, 2)
    assert mock.acts[1] == ("reject", [name])
    assert [count(page, i) for i in range(3)] == ["239", "0", "1"]
    press(page, "z")
    until(lambda: count(page, 1) == "1")


def test_a_batch_that_would_do_harm_says_so_and_can_be_left(open_page: Open) -> None:
    mock = Suggesting()
    mock.together = -0.02
    page, _ = visit(open_page, mock)
    press(page, "x", "j", "x", "y")
    page.wait_for_selector("text=Together they do not help")
    press(page, "Escape")
    assert page.locator(".preview").count() == 0
    assert page.inner_text(".selection b") == "2 selected"
    press(page, "Escape")
    assert page.locator(".selection").count() == 0
    assert mock.acts == []


def test_a_range_by_shift_and_click(open_page: Open) -> None:
    page, mock = visit(open_page)
    page.locator(".row .check").first.click()
    page.locator(".row").nth(3).click(modifiers=["Shift"])
    assert page.locator(".row[aria-selected=true]").count() == 4
    press(page, "n")
    idle(page, mock, 1)
    assert mock.acts[0] == ("reject", [one["id"] for one in mock.made[:4]])


def test_what_is_refused_comes_back_with_the_reason(open_page: Open) -> None:
    mock = Suggesting()
    first = mock.made[0]["id"]
    mock.refusing[first] = "ben has labelled it since"
    page, _ = visit(open_page, mock)
    press(page, "y")
    page.wait_for_selector("text=ben has labelled it since")
    until(lambda: count(page) == "240")
    assert page.locator(".row").first.get_attribute("data-id") == first


def test_decisions_wait_for_a_lost_line_and_are_sent_once(open_page: Open) -> None:
    page, mock = visit(open_page)
    names = [one["id"] for one in mock.made[:2]]
    mock.cut()
    press(page, "y", "y")
    page.wait_for_selector(".line[data-tone=warn]")
    assert count(page) == "238"
    mock.mend()
    until(lambda: mock.acts == [("accept", [name]) for name in names], 12)
    until(lambda: page.locator(".line[data-tone=warn]").count() == 0)


def test_thousands_are_scrolled_through_with_few_rows_drawn(open_page: Open) -> None:
    page, mock = visit(open_page, Suggesting(3000, "series"))
    assert page.locator(".row").count() < 40
    press(page, "End")
    until(lambda: page.evaluate("document.querySelector('.rows-all').clientHeight") > 72 * 150)
    for _ in range(4):
        press(page, "End")
        page.wait_for_timeout(150)
    assert page.locator(".row").count() < 40
    assert here(page) == mock.made[int(page.get_attribute(
        ".row[data-here=true]", "aria-posinset")) - 1]["id"]
    assert page.get_attribute(".row[data-here=true]", "aria-setsize") == "3000"


def test_a_newer_list_keeps_the_cursor_and_what_is_listed_no_more(open_page: Open) -> None:
    page, mock = visit(open_page)
    press(page, "j", "j")
    held = here(page)
    mock.renew([one for one in mock.made if one["id"] != held][1:])
    until(lambda: count(page) == "238")
    assert here(page) == held
    assert "no longer suggested" in page.inner_text(".letter")
    press(page, "y")
    assert mock.acts == []
    press(page, "j")
    until(lambda: here(page) != held)
    press(page, "k", "k", "k")
    assert here(page) == mock.made[0]["id"]


def test_a_newer_list_waits_for_the_selection(open_page: Open) -> None:
    page, mock = visit(open_page)
    press(page, "x")
    mock.renew(mock.made[5:])
    page.wait_for_selector("text=A newer list is there")
    page.wait_for_timeout(700)
    assert count(page) == "240"
    assert page.locator(".row[aria-selected=true]").count() == 1


def test_filters_show_what_became_of_them(open_page: Open) -> None:
    page, mock = visit(open_page)
    first = mock.made[0]["id"]
    press(page, "y")
    idle(page, mock, 1)
    press(page, "2")
    until(lambda: page.locator(".row").count() == 1)
    assert here(page) == first
    assert page.inner_text(".stamp") == "accepted"
    press(page, "4")
    page.wait_for_selector("text=Nobody is asked")
    press(page, "1")
    until(lambda: page.locator(".row").count() > 5)


def test_the_reason_the_beliefs_and_the_history_are_shown(open_page: Open) -> None:
    page, mock = visit(open_page)
    one = mock.made[0]
    assert page.locator(".reasons li").count() == 3
    assert [page.locator(".reasons .lab").nth(i).inner_text() for i in range(3)] == [
        r["label"] for r in one["reasons"]]
    page.wait_for_selector(".beliefs")
    assert "81%" in page.inner_text(".beliefs")
    assert "taken back" in page.inner_text(".history")
    assert "argmax, model v128" in page.inner_text(".facts")


def test_moving_fast_reads_no_details(open_page: Open) -> None:
    page, mock = visit(open_page)
    page.wait_for_selector(".beliefs")
    before = sum(path.startswith("/curate/items") for path in mock.read)
    for _ in range(12):
        page.keyboard.press("j")
    page.wait_for_selector(".beliefs")
    assert sum(path.startswith("/curate/items") for path in mock.read) - before <= 3


def test_calibration_and_verdicts_are_one_key_away(open_page: Open) -> None:
    page, _ = visit(open_page)
    press(page, "c")
    page.wait_for_selector(".scatter")
    assert page.locator(".scatter circle").count() == 41
    assert "Slope 0.93" in page.inner_text(".pane")
    press(page, "v")
    page.wait_for_selector(".choices")
    rows = page.locator(".choices tbody tr")
    assert rows.first.inner_text().startswith("Relabel")
    assert rows.first.get_attribute("data-chosen") == "true"
    assert "about 12 questions are asked" in page.inner_text(".pane")
    press(page, "Escape")
    page.wait_for_selector(".letter")


def test_a_slope_waits_for_three(open_page: Open) -> None:
    mock = Suggesting()
    mock.calibration = proposals.calibration(2)
    page, _ = visit(open_page, mock)
    press(page, "c")
    page.wait_for_selector("text=2 so far")
    assert page.locator(".scatter .fit").count() == 0


def test_too_few_trusted_labels_is_a_state_of_its_own(open_page: Open) -> None:
    page, _ = visit(open_page, Suggesting(0, trusted=12))
    assert "Not enough trusted labels yet" in page.inner_text(".empty")
    assert "12 of 20" in page.inner_text(".empty")
    assert page.get_attribute(".empty progress", "value") == "12"
    assert page.get_attribute(".empty a", "href") == "/"
    assert violations(page) == []


@pytest.mark.parametrize(("finished", "text"), [
    (False, "After every few answers"), (True, "nothing is left to suggest")])
def test_empty_says_what_will_come(open_page: Open, finished: bool, text: str) -> None:
    mock = Suggesting(0)
    mock.stats = samples.stats(finished=finished)
    page, _ = visit(open_page, mock)
    until(lambda: text in page.inner_text(".empty"))
    mock.renew(proposals.suggestions(3, "image", mock.classes))
    page.wait_for_selector(".row")


@pytest.mark.parametrize(("status", "title"), [
    (401, "This page needs a fresh link"), (403, "Not for your role"),
    (503, "could not be read"), (404, "No suggestions here")])
def test_refused(open_page: Open, status: int, title: str) -> None:
    mock = Suggesting()
    mock.failing["/suggestions"] = status
    page, _ = visit(open_page, mock)
    assert title in page.inner_text(".empty h2")
    assert violations(page) == []
    mock.failing.clear()
    if status == 503:
        page.click("text=Try again")
        page.wait_for_selector(".row")


def test_a_list_that_was_read_stays_when_the_server_fails(open_page: Open) -> None:
    page, mock = visit(open_page)
    mock.failing["/suggestions"] = 503
    mock.renew(mock.made)
    page.wait_for_selector("text=The server does not answer")
    assert page.locator(".row").count() > 5


def test_bones_come_before_the_list(open_page: Open) -> None:
    page, mock = open_page(Suggesting(), wait="main")
    held: list[Any] = []
    page.route("**/api/v1/suggestions?*", lambda route: held.append(route))
    page.goto(f"{mock.url}curate/suggestions")
    page.wait_for_selector(".sug-bones[aria-busy=true]")
    assert violations(page) == []
    until(lambda: page.evaluate("1") and bool(held))
    for route in held:
        route.continue_()
    page.unroute("**/api/v1/suggestions?*")
    page.wait_for_selector(".row")


def test_a_reader_sees_and_does_nothing(open_page: Open) -> None:
    page, mock = visit(open_page, Suggesting(roles=("reader",)))
    page.wait_for_selector("text=You may look, but not decide")
    press(page, "y", "n", "e", "x", "y", "z")
    page.wait_for_timeout(200)
    assert (mock.acts, mock.undone, mock.previewed) == ([], [], [])
    press(page, "Escape", "j")
    assert here(page) == mock.made[1]["id"]


def test_keys_are_in_the_help_and_can_be_changed(open_page: Open) -> None:
    page, mock = visit(open_page)
    press(page, "?")
    page.wait_for_selector(".help")
    named = page.locator(".help [data-command]").evaluate_all(
        "all => all.map(e => e.dataset.command)")
    assert {"sug.next", "sug.accept", "sug.reject", "sug.ask", "sug.undo", "help"} <= set(named)
    assert "left" not in named
    page.click("[data-command='sug.accept']")
    press(page, "o", "Escape", "y")
    page.wait_for_timeout(100)
    assert mock.acts == []
    press(page, "o")
    idle(page, mock, 1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("kind", "classes"), [("image", 10), ("text", 100), ("table", 2)])
def test_axe_finds_nothing(open_page: Open, theme: str, kind: str, classes: int) -> None:
    page, _ = visit(open_page, Suggesting(40, kind, classes), theme=theme)
    page.wait_for_selector(".beliefs")
    for keys in ((), ("y", "n"), ("c",), ("v",), ("Escape", "x", "j", "x"), ("y",),
                 ("Escape", "?")):
        press(page, *keys)
        page.wait_for_timeout(150)
        assert violations(page, theme) == [], keys


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("lang", ["en", "de"])
def test_nothing_sticks_out(open_page: Open, long: bool, lang: str) -> None:
    page, _ = visit(open_page, Suggesting(40, long=long))
    if lang == "de":
        page.click("header button >> text=EN")
    for width, height in (DESK, WIDE, PHONE, (320, 640), (900, 700), (1024, 700)):
        page.set_viewport_size({"width": width, "height": height})
        for keys in (("Escape", "Escape", "Escape"), ("Enter",), ("v",), ("c",)):
            press(page, *keys)
            page.wait_for_timeout(60)
            assert page.evaluate(WIDE_PARTS) == [], (width, keys)


WIDE_PARTS = OVERFLOW.replace("'.visually-hidden, dialog'",
                              "'.visually-hidden, .filters, .top nav, .suggest-head h1'")
"""What scrolls inside itself may be wider than the page."""


def test_on_a_phone_the_row_opens_over_the_list(open_page: Open) -> None:
    page, mock = visit(open_page, size=PHONE)
    assert violations(page) == []
    page.locator(".row").nth(1).tap()
    page.wait_for_selector(".letter")
    assert page.locator(".mail").is_hidden()
    assert violations(page) == []
    page.locator("[data-verb=reject]").tap()
    idle(page, mock, 1)
    assert mock.acts == [("reject", [mock.made[1]["id"]])]
    page.locator(".back").tap()
    page.wait_for_selector(".row")
