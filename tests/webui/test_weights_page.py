"""The weights: which policy trains, histograms by epoch, what stands out, the course of one."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DESK, PHONE, WIDE, Open
from .mock_suggestions import Suggesting
from .test_answering import press, until
from .test_looks import violations
from .test_suggestions import WIDE_PARTS, visit

pytestmark = pytest.mark.browser


def weights(open_page: Open, mock: Suggesting | None = None, path: str = "",
            **more: Any) -> tuple[Any, Suggesting]:
    return visit(open_page, mock, f"/weights{path}", wait=".policies, .empty", **more)


def tab_to(page: Any, selector: str) -> None:
    """By Tab alone."""
    for _ in range(60):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} by Tab")


def test_there_and_back_by_one_key(open_page: Open) -> None:
    page, _ = visit(open_page)
    press(page, "w")
    page.wait_for_selector(".policies")
    assert page.url.endswith("/curate/suggestions/weights")
    press(page, "w")
    page.wait_for_selector(".row")


def test_the_policy_is_switched_by_keyboard_after_a_second_look(open_page: Open) -> None:
    page, mock = weights(open_page)
    assert page.inner_text(".policies [aria-pressed=true]") == "LSW"
    tab_to(page, ".policies button:nth-child(3)")
    press(page, "Enter")
    page.wait_for_selector(".sure")
    assert "FSR takes the place of LSW" in page.inner_text(".sure")
    assert mock.policies == []
    press(page, "Escape")
    assert page.locator(".sure").count() == 0
    tab_to(page, ".policies button:nth-child(1)")
    press(page, "Enter")
    page.wait_for_selector(".sure")
    press(page, "Enter")
    until(lambda: page.inner_text(".policies [aria-pressed=true]") == "Uniform")
    assert mock.policies == ["uniform"]
    page.wait_for_selector("text=All count alike")


def test_a_policy_that_is_refused_stays_as_it_was(open_page: Open) -> None:
    mock = Suggesting()
    mock.failing["/weights/policy"] = 409
    page, _ = weights(open_page, mock)
    page.click(".policies >> text=FSR")
    press(page, "Enter")
    page.wait_for_selector(".sure [role=alert]")
    assert "made up to fail" in page.inner_text(".sure")
    assert page.inner_text(".policies [aria-pressed=true]") == "LSW"


def test_another_curators_switch_is_seen(open_page: Open) -> None:
    page, mock = weights(open_page)
    mock.weights = mock.weights | {"policy": "fsr"}
    mock.tell("weights:updated", version=8, policy="fsr")
    until(lambda: page.inner_text(".policies [aria-pressed=true]") == "FSR")


def test_epochs_are_gone_through_by_the_slider(open_page: Open) -> None:
    page, _ = weights(open_page)
    assert page.locator(".slider span").inner_text() == "Now"
    page.focus(".slider input")
    press(page, "ArrowLeft")
    assert page.locator(".slider span").inner_text() == "Epoch 20"
    press(page, "Home")
    assert page.inner_text(".distribution h3 >> nth=0") == "Weights after epoch 1"
    assert page.get_attribute(".slider input", "aria-valuetext") == "Epoch 1"
    first = page.locator(".distribution .bins").first.inner_html()
    press(page, "End")
    assert page.locator(".distribution .bins").first.inner_html() != first
    page.locator(".multiples button").nth(1).click()
    assert page.locator(".multiples [aria-pressed=true]").count() == 1


def test_bars_count_what_they_show(open_page: Open) -> None:
    page, mock = weights(open_page)
    now = mock.weights["now"]
    tall = page.locator(".distribution .bins").first.locator("rect.clean").evaluate_all(
        "all => all.map(e => Number(e.getAttribute('height')))")
    clean = [n for n in now["clean"] if n > 0]
    assert len(tall) == len(clean)
    scale = max(now["counts"]) / 156
    assert [round(h * scale) for h in tall] == clean
    page.locator(".distribution .bins").first.locator(".reach").nth(2).hover()
    assert f"of which corrupted {now['corrupted'][2]}" in page.inner_text(".bin-said >> nth=0")


def test_without_the_truth_nothing_is_called_corrupted(open_page: Open) -> None:
    page, _ = weights(open_page, Suggesting(truth=False))
    page.wait_for_selector(".bins rect.all")
    assert page.locator(".bins rect.corrupted, .legend").count() == 0
    assert "Shown where the truth is known" in page.inner_text(".weights")


def test_detection_in_figures(open_page: Open) -> None:
    page, _ = weights(open_page)
    assert page.locator(".scores b").all_inner_texts() == ["94.5%", "93.2%", "4.1%", "0.981"]


def test_the_course_of_one_example(open_page: Open) -> None:
    page, mock = weights(open_page)
    one = mock.weights["useful"][2]["id"]
    page.locator(".gallery a").nth(2).click()
    page.wait_for_selector(".trajectory .curve")
    assert page.url.endswith(f"/weights/{one}")
    assert one in page.inner_text(".trajectory")
    assert "8% of all examples count less" in page.inner_text(".trajectory")
    assert page.locator(".curve path").count() == 2
    page.click(".trajectory >> text=Close")
    until(lambda: page.locator(".trajectory").count() == 0)


def test_a_suggestion_leads_to_its_course(open_page: Open) -> None:
    page, mock = visit(open_page)
    page.click(".facts a")
    page.wait_for_selector(".trajectory .curve")
    assert mock.made[0]["id"] in page.inner_text(".trajectory")


def test_an_example_without_weights_says_so(open_page: Open) -> None:
    mock = Suggesting()
    mock.failing["/weights/none"] = 404
    page, _ = weights(open_page, mock, "/none")
    page.wait_for_selector("text=No weights are known for this example")


@pytest.mark.parametrize(("status", "title"), [
    (401, "This page needs a fresh link"), (403, "Not for your role"),
    (503, "could not be read")])
def test_refused(open_page: Open, status: int, title: str) -> None:
    mock = Suggesting()
    mock.failing["/weights"] = status
    page, _ = weights(open_page, mock)
    assert title in page.inner_text(".empty h2")


def test_a_reader_cannot_switch(open_page: Open) -> None:
    page, mock = weights(open_page, Suggesting(roles=("reader",)))
    until(lambda: page.locator(".policies button:disabled").count() == 3)
    assert mock.policies == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["image", "text"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    open_page: Open, theme: str, kind: str
) -> None:
    page, mock = weights(open_page, Suggesting(10, kind), "/digits-07000", theme=theme)
    page.wait_for_selector(".curve")
    page.click(".policies >> text=FSR")
    assert violations(page, theme) == []
    for width, height in (DESK, WIDE, PHONE, (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(60)
        assert page.evaluate(WIDE_PARTS) == [], width
    mock.weights = mock.weights | {"epochs": [], "note": "no trusted labels yet"}
    page.reload()
    page.wait_for_selector("text=no trusted labels yet")
    assert violations(page, theme) == []
