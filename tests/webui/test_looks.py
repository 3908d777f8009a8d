"""What can be measured of how it looks: accessibility rules, no sideways scrolling, nothing cut."""

from __future__ import annotations

from typing import Any

import pytest

from . import mock_server, samples
from .conftest import DESK, PHONE, WIDE, Open
from .mock_server import ROOT, Mock
from .test_answering import press

pytestmark = pytest.mark.browser
AXE = ROOT / "webui" / "node_modules" / "axe-core" / "axe.min.js"


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any, theme: str = "light") -> list[str]:
    """What axe finds, in words: all rules on a light page, those about colour on a dark one.
    It is run from outside the page's content policy."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: `cd webui && npm ci`")
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"() => {{ {AXE.read_text()} }}")
    rules = RULES if theme == "light" else ["color-contrast"]
    found = page.evaluate("only => axe.run({runOnly: only})", rules)
    return [f"\n{v['id']}: {node['html'][:120]} {node['failureSummary']}"
            for v in found["violations"] for node in v["nodes"]]


STATES: dict[str, tuple[str, ...]] = {
    "asking": (), "choosing": ("ArrowRight",), "answered": ("ArrowLeft", "Enter"),
    "comment": ("c",), "more": ("x",), "help": ("?",),
    "why": ("w",)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(open_page: Open, theme: str) -> None:
    page, mock = open_page(theme=theme)
    for name, keys in STATES.items():
        press(page, *keys)
        page.wait_for_timeout(50)
        assert violations(page, theme) == [], name
        press(page, "Escape", "Escape")
    mock.cut()
    page.wait_for_selector(".status[data-link=offline]")
    assert violations(page, theme) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("kind", "count"), [("table", 10), ("text", 100), ("series", 10)])
def test_axe_finds_nothing_in_any_content(
    open_page: Open, theme: str, kind: str, count: int
) -> None:
    page, _ = open_page(mock_server.make(kind, count), theme=theme)
    press(page, "ArrowLeft")
    page.wait_for_timeout(50)
    assert violations(page, theme) == []


def test_axe_finds_nothing_on_a_phone_or_in_an_empty_state(open_page: Open) -> None:
    page, _ = open_page(size=PHONE)
    assert violations(page) == []
    page.click("[data-rail-button]")
    assert violations(page) == []
    empty = Mock([], samples.classes(10), stats=samples.stats(curve=[], people=[]))
    page, _ = open_page(empty, wait="main[data-screen=waiting]")
    assert violations(page) == []


OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  return [...document.querySelectorAll('body *')].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width > 1 && box.right > wide + 1 && !e.closest('.visually-hidden, dialog');
  }).map((e) => e.outerHTML.slice(0, 120));
}"""
COVERED = """() => [...document.querySelectorAll(
  '.actions button, .lastline button, .class, .choice button')]
  .filter((e) => {
    const box = e.getBoundingClientRect();
    const list = e.closest('.classes')?.getBoundingClientRect();
    if (list && (box.bottom > list.bottom || box.top < list.top)) return false;
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return !top || !(e === top || e.contains(top));
  }).map((e) => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(("kind", "count", "long"), [
    ("image", 10, False), ("table", 10, False), ("image", 100, False), ("text", 10, True)])
def test_nothing_sticks_out_or_is_covered(
    open_page: Open, kind: str, count: int, long: bool
) -> None:
    page, _ = open_page(mock_server.make(kind, count, long=long))
    for width, height in (DESK, WIDE, PHONE, (320, 640), (900, 600)):
        page.set_viewport_size({"width": width, "height": height})
        for key in ("Escape", "ArrowRight"):
            press(page, key)
            page.wait_for_timeout(60)
            assert page.evaluate(OVERFLOW) == [], (width, key)
            assert page.evaluate(COVERED) == [], (width, key)


def test_small_pictures_grow_by_whole_pixels(open_page: Open) -> None:
    page, _ = open_page()
    box = page.locator(".image img").first.bounding_box()
    assert box["width"] == box["height"]
    assert box["width"] % 8 == 0
    assert box["width"] >= 300
    style = page.locator(".image img").first.evaluate("e => getComputedStyle(e).imageRendering")
    assert style == "pixelated"


WATCH = """() => new MutationObserver(() => {
  const leaving = document.querySelector('.leaving');
  const now = performance.now();
  if (leaving && !window.slid) window.slid = [now, 0, getComputedStyle(leaving).animationDuration];
  if (!leaving && window.slid && !window.slid[1]) window.slid[1] = now;
}).observe(document.body, {childList: true, subtree: true})"""


def test_the_answer_moves_for_120_ms_and_not_at_all_where_motion_is_unwanted(
    open_page: Open
) -> None:
    page, _ = open_page(motion="no-preference")
    page.evaluate(WATCH)
    press(page, "a")
    page.wait_for_timeout(400)
    came, gone, duration = page.evaluate("window.slid")
    assert duration == "0.12s"
    assert 100 <= gone - came < 400
    page, _ = open_page()
    press(page, "a")
    page.wait_for_timeout(30)
    assert page.locator(".leaving").count() == 0


def test_the_theme_can_be_chosen_and_is_kept(open_page: Open) -> None:
    page, _ = open_page(theme="dark")
    page.click("[data-theme-button]")
    assert page.get_attribute("html", "data-theme") == "light"
    page.reload()
    assert page.get_attribute("html", "data-theme") == "light"


def test_focus_never_gets_lost(open_page: Open) -> None:
    page, _ = open_page(mock_server.make("image", 100))
    press(page, "ArrowLeft", "Enter")
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement.closest('.question') !== null")
    press(page, "?", "Tab", "Escape")
    page.wait_for_timeout(50)
    assert page.evaluate("document.activeElement.closest('.question, .status') !== null")
