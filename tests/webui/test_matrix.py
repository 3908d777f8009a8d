"""The error matrix and its cells, over made-up data of 70,000 items: looking, selecting, resolving,
what the server refuses, what others do, and all of it by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

from .conftest import DESK, PHONE, WIDE, watched
from .mock_curate import CurateMock, Data
from .test_answering import press, until
from .test_looks import violations

pytestmark = pytest.mark.browser
Visit = Callable[..., tuple[Any, CurateMock]]


@pytest.fixture
def visit(chromium: Any) -> Iterator[Visit]:
    """`visit(path, mock, size=…, theme=…)` -> page and mock; whatever is wrong fails the test."""
    with ExitStack() as stack:
        troubles: list[str] = []
        mocks: list[CurateMock] = []

        def opened(
            path: str = "", mock: CurateMock | None = None, *, size: tuple[int, int] = DESK,
            theme: str = "light", wait: str = ".tile", motion: str = "reduce",
        ) -> tuple[Any, CurateMock]:
            served = mock or CurateMock(Data(items=7000))
            if served not in mocks:
                stack.enter_context(served)
                mocks.append(served)
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]}, color_scheme=theme,
                reduced_motion=motion, locale="en-GB", has_touch=size[0] < 500)
            stack.callback(context.close)
            page = watched(context, troubles)
            page.goto(f"{served.url}curate/matrix{path}")
            page.wait_for_selector(wait, state="attached")
            return page, served

        yield opened
        assert not [line for mock in mocks for line in mock.wrong]
        assert not troubles, troubles


def cell(
    visit: Visit, look: str = "grid", mock: CurateMock | None = None, at: str = "/9/6", **more: Any
) -> Any:
    """The cell 9 -> 6 or another, looked at as asked."""
    page, served = visit(at, mock, wait=".map-top", **more)
    press(page, *{"map": (), "grid": ("v",), "table": ("v", "v")}[look])
    shown = {"map": ".map-top", "grid": ".card-item", "table": ".table-line"}
    page.wait_for_selector(shown[look])
    return page, served


def count(page: Any) -> int:
    return int(page.get_attribute(".pane-count", "data-count"))


def tile(page: Any) -> str:
    return str(page.inner_text(".tile[href$='/9/6'] .tile-count"))


def test_rows_and_cells_come_with_the_most_first(visit: Visit) -> None:
    page, mock = visit(mock=CurateMock())
    labels = page.locator(".overview-row .label").all_inner_texts()
    assert labels[:5] == ["9", "1", "3", "8", "7"]
    first = page.locator(".tile").first
    assert first.get_attribute("href") == "/curate/matrix/9/6"
    said = first.locator(".visually-hidden").inner_text().replace(",", "")
    assert f"{len(mock.data.cell(9, 6))} open" in said
    numbers = page.locator(".overview-row").first.locator(".tile-count").all_inner_texts()
    counts = [int(n.replace(",", "")) for n in numbers]
    assert counts == sorted(counts, reverse=True)
    assert "0" not in numbers
    assert page.inner_text(".m-figures dd >> nth=0") == f"{mock.totals()['open']:,}"
    assert page.title() == "Matrix · cincer"


def test_hovering_tells_everything(visit: Visit) -> None:
    page, _ = visit()
    page.hover(".tile >> nth=0")
    said = page.inner_text(".hover-card")
    assert "open disagreements" in said
    assert "of all" in said


def test_the_whole_workspace_by_keyboard(visit: Visit) -> None:
    page, mock = visit()
    page.focus(".tile[tabindex='0']")
    press(page, "ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft", "Enter")
    page.wait_for_selector(".map-top")
    assert page.url.endswith("/curate/matrix/9/6")
    until(lambda: page.evaluate("document.activeElement.tagName") == "CANVAS")
    before = count(page)
    press(page, "ArrowRight", "ArrowRight", "m")
    until(lambda: len(mock.acts) == 1)
    assert count(page) == before - 1
    assert mock.acts[0] | {"key": "", "ids": [], "seen": 0} == {
        "key": "", "action": "relabel", "ids": [], "label": "6", "of": None, "seen": 0,
        "comment": ""}
    press(page, "z")
    until(lambda: count(page) == before)
    press(page, "Shift+Z")
    until(lambda: count(page) == before - 1)
    press(page, "v", "a", "c")
    page.wait_for_selector(".plan-what")
    press(page, "Escape", "Escape", "Escape")
    page.wait_for_selector(".pane", state="detached")
    assert page.url.endswith("/curate/matrix")


def test_a_batch_says_what_it_will_do_before_it_does(visit: Visit) -> None:
    page, mock = cell(visit)
    before, total = count(page), mock.totals()["open"]
    press(page, "a", "m")
    page.wait_for_selector(".plan-effect")
    assert page.inner_text(".plan-what") == f"{before} items become 6"
    assert f"{total:,}".replace(",", "") in page.inner_text(".plan-effect").replace(",", "")
    assert mock.acts == []
    press(page, "Enter")
    until(lambda: len(mock.acts) == 1)
    assert len(mock.acts[0]["ids"]) == before
    assert tile(page) == "0"
    page.wait_for_selector("text=Nothing left in this cell")
    assert page.inner_text(".m-line p >> nth=0") == f"{before} items are now 6"


def test_what_is_refused_comes_back_with_a_word(visit: Visit) -> None:
    page, mock = cell(visit)
    before, mock.refuse, mock.slow = count(page), "the label 6 is retired", 0.3
    page.click(".card-item >> nth=0")
    press(page, "m")
    assert count(page) == before - 1
    page.wait_for_selector("text=the label 6 is retired")
    assert count(page) == before
    assert tile(page) == str(before)


SEEN = """() => {
  window.seen = [];
  const said = () => document.querySelector(".tile[href$='/9/6'] .tile-count").textContent;
  new MutationObserver(() => window.seen.push(said())).observe(
    document.querySelector('.overview'), {subtree: true, characterData: true, childList: true});
}"""


def test_numbers_fall_once_whatever_comes_first(visit: Visit) -> None:
    """The push comes before the answer: an item never counts twice."""
    page, mock = cell(visit)
    before = count(page)
    page.evaluate(SEEN)
    page.click(".card-item >> nth=0")
    press(page, "x")
    until(lambda: len(mock.acts) == 1)
    page.wait_for_timeout(200)
    assert set(page.evaluate("window.seen")) <= {str(before), str(before - 1)}
    assert tile(page) == str(before - 1)


def test_items_somebody_else_spoke_on_are_left_alone(visit: Visit) -> None:
    page, mock = cell(visit)
    before = count(page)
    rows = mock.data.cell(9, 6)
    mock.spoken = {mock.name(int(rows[0])), mock.name(int(rows[1]))}
    press(page, "a", "c", "Enter")
    page.wait_for_selector("text=2 left as they are: bo said 6 meanwhile")
    assert count(page) == 2
    assert before > 2


def test_after_three_equal_fixes_the_rest_is_offered_and_reviewed(visit: Visit) -> None:
    page, mock = cell(visit)
    for _ in range(3):
        page.click(".card-item >> nth=0")
        press(page, "m")
    page.wait_for_selector(".offer")
    press(page, "Enter")
    page.wait_for_selector(".review-content img")
    press(page, "y")
    until(lambda: len(mock.acts) == 4)
    press(page, "n", "ArrowRight", "y")
    until(lambda: len(mock.acts) == 6)
    assert [act["action"] for act in mock.acts[3:]] == ["relabel", "confirm", "relabel"]
    assert page.inner_text(".review header .faint").startswith("5 of")
    press(page, "Escape")
    page.wait_for_selector(".card-item")


def test_any_class_name_has_an_address(visit: Visit) -> None:
    mock = CurateMock(Data(items=7000))
    mock.classes[9], mock.classes[6] = "sea/land", "50 % wet? größer #1"
    page, _ = visit(mock=mock)
    page.locator(".tile").first.click()
    page.wait_for_selector(".map-top")
    assert page.locator(".pane-head h2 b").all_inner_texts() == ["sea/land", "50 % wet? größer #1"]
    page.reload()
    page.wait_for_selector(".map-top")
    assert count(page) == len(mock.data.cell(9, 6))


def test_a_lasso_a_click_and_a_range_select(visit: Visit) -> None:
    page, mock = cell(visit, "map")
    box = page.locator(".map-top").bounding_box()
    corners = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places:
        page.mouse.move(*place, steps=3)
    page.mouse.up()
    page.wait_for_selector(".float-count")
    assert int(page.inner_text(".float-count b")) > count(page) // 2
    until(lambda: any(said["count"] > 1 for said in mock.selections))
    press(page, "Escape")
    page.focus("[role=slider] >> nth=0")
    press(page, "PageUp", "PageUp", "PageUp")
    kept = mock.data.cell(9, 6)
    expected = int(((1 + mock.data.margin[kept]) / 2 >= 0.8).sum())
    assert page.inner_text(".slider-values span >> nth=1") == f"{expected} shown"
    press(page, "a")
    assert page.inner_text(".float-count b") == str(expected)


PICTURE = """() => {
    const canvas = document.querySelector(".map-ground");
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const box = canvas.getBoundingClientRect();
    const map = document.querySelector(".map").getBoundingClientRect();
    const found = [];
    for (let y = 0; y < map.height; y++) for (let x = 0; x < map.width; x++) {
        const at = Math.round(x + map.x - box.x) + Math.round(y + map.y - box.y) * width;
        if (data[4 * at + 3] === 255) found.push(x + y * 10000);
    }
    return found;
}"""


def test_a_map_that_was_moved_comes_to_rest_as_if_drawn_there(visit: Visit) -> None:
    page, _ = cell(visit, "map", CurateMock(Data(items=20_000, dense=9000)), at="/1/0")
    whole = set(page.evaluate(PICTURE))
    assert len(whole) > 1000
    box = page.locator(".map-top").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 150)
    page.mouse.down(button="middle")
    page.mouse.move(box["x"] + 230, box["y"] + 170, steps=6)
    page.mouse.up(button="middle")
    until(lambda: page.evaluate("document.querySelector('.map-ground').style.transform") == "none")
    moved = set(page.evaluate(PICTURE))
    wide = range(40, int(box["width"]) - 40)
    high = range(40, int(box["height"]) - 40)
    expected = {at + 30 + 20 * 10000 for at in whole}

    def inside(places: set[int]) -> set[int]:
        return {at for at in places if at % 10000 in wide and at // 10000 in high}

    missing = inside(expected) ^ inside(moved)
    assert len(missing) < 0.02 * len(inside(expected)), len(missing)


@pytest.mark.parametrize(("how", "said"), [
    ("ready", "UMAP"), ("failed", "PCA · UMAP was not possible: no room")])
def test_a_map_by_umap_comes_when_it_is_made(visit: Visit, how: str, said: str) -> None:
    page, mock = cell(visit, "map")
    assert page.locator(".tools select").count() == 1
    mock.umap = how
    page.reload()
    page.wait_for_selector(".map-top")
    assert page.inner_text(".method") == "PCA"
    page.select_option("label:has-text('Map') select", "umap")
    until(lambda: page.inner_text(".method") == "PCA · UMAP is being computed")
    mock.tell("map:ready", given_label="1", predicted_label="4")
    mock.tell("map:ready", given_label="9", predicted_label="6")
    until(lambda: page.inner_text(".method") == said)
    assert mock.asked == 2


def test_what_is_resolved_fades_where_it_stood(visit: Visit) -> None:
    for look, item in (("grid", ".card-item"), ("table", ".table-line[role=row][id]")):
        page, mock = cell(visit, look, motion="no-preference")
        page.evaluate("""() => {
            window.faded = [];
            new MutationObserver((all) => all.forEach((each) => each.addedNodes.forEach((node) => {
                if (node.classList?.contains("leaving")) window.faded.push(node.style.transform);
            }))).observe(document.querySelector(".pane-view"), { childList: true, subtree: true });
        }""")
        place = page.locator(item).nth(1).evaluate("(it) => it.style.transform")
        page.locator(item).nth(1).click()
        press(page, "c")
        until(lambda mock=mock: len(mock.acts) == 1)
        until(lambda page=page: page.evaluate("window.faded.length") == 1)
        assert page.evaluate("window.faded") == [place]
        until(lambda page=page: page.locator(".leaving").count() == 0)


def test_the_copy_that_is_kept_is_said_by_a_click(visit: Visit) -> None:
    page, mock = cell(visit, "grid")
    page.click(".card-item >> nth=0")
    press(page, "d")
    page.wait_for_selector(".pane-body[data-stage=keep]")
    page.click(".card-item >> nth=0")
    assert "is the one to be marked" in page.inner_text(".m-line")
    page.click(".card-item >> nth=1")
    until(lambda: len(mock.acts) == 1)
    kept = page.locator(".card-item:not(.leaving)").nth(0).get_attribute("title").split(":")[0]
    assert mock.acts[0]["action"] == "duplicate"
    assert mock.acts[0]["of"] != mock.acts[0]["ids"][0]
    assert mock.acts[0]["of"] in kept
    press(page, "v", "v")
    page.wait_for_selector(".map-top")
    press(page, "a")
    picked = int(page.inner_text(".float-count b"))
    press(page, "d")
    page.wait_for_selector(".pane-body[data-stage=keep]")
    box = page.locator(".map-top").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".plan-what")
    press(page, "Enter")
    until(lambda: len(mock.acts) == 2)
    assert len(mock.acts[1]["ids"]) == picked - 1
    assert mock.acts[1]["of"] not in mock.acts[1]["ids"]


def test_a_digit_and_a_typed_class_relabel(visit: Visit) -> None:
    page, mock = cell(visit)
    page.click(".card-item >> nth=0")
    press(page, "4")
    until(lambda: len(mock.acts) == 1)
    assert mock.acts[0]["label"] == "4"
    many = CurateMock(Data(items=7000, classes=100), classes=100)
    given, predicted = many.classes[9], many.classes[6]
    page, mock = visit(f"/{given}/{predicted}", many, wait=".map-top")
    press(page, "v")
    page.click(".card-item >> nth=0")
    press(page, "l")
    page.wait_for_selector(".float-choice input:focus")
    page.keyboard.type("owl bl")
    press(page, "Enter")
    until(lambda: len(mock.acts) == 1)
    assert mock.acts[0]["label"] == "owl black-headed"


def test_a_copy_is_removed_as_one(visit: Visit) -> None:
    page, mock = cell(visit)
    page.locator(".near-pair").first.locator("text=drop copy").click()
    until(lambda: len(mock.acts) == 1)
    rows = mock.data.cell(9, 6)
    assert mock.acts[0]["action"] == "duplicate"
    assert mock.acts[0]["of"] == mock.name(int(rows[0]))
    until(lambda: page.locator(".near-pair").count() == 5)


def test_what_others_do_is_seen_and_after_a_cut_all_is_read_again(visit: Visit) -> None:
    page, mock = cell(visit)
    before = count(page)
    until(lambda: bool(mock.selections))
    mock.tell("selection:changed", gone=False, selection={
        "who": "bo", "given_label": "9", "predicted_label": "6", "ids": [], "count": 3})
    page.wait_for_selector(".person >> text=bo")
    rows = mock.data.cell(9, 6)[:4]
    mock.data.resolved[rows] = True
    mock.changed(rows, "bo")
    until(lambda: count(page) == before - 4)
    mock.cut()
    page.wait_for_selector(".notice")
    mock.data.resolved[mock.data.cell(9, 6)[:5]] = True
    mock._seq += 1
    mock.mend()
    until(lambda: count(page) == before - 9)
    until(lambda: tile(page) == str(before - 9))


def test_a_reader_looks_and_changes_nothing(visit: Visit) -> None:
    page, mock = cell(visit, mock=CurateMock(Data(items=7000), roles=("reader",)))
    page.click(".card-item >> nth=0")
    page.wait_for_selector(".beliefs")
    press(page, "m", "x", "4")
    page.wait_for_selector("text=changing labels needs the role curator")
    assert mock.acts == []
    assert page.locator(".actions-float, .m-retrain, .m-line button").count() == 0


def test_the_detail_tells_all_there_is(visit: Visit) -> None:
    page, _ = cell(visit)
    page.click(".card-item >> nth=2")
    page.wait_for_selector(".beliefs")
    assert page.locator(".near li").count() == 9
    assert page.locator(".beliefs li").count() == 10
    assert "taken back" in page.inner_text(".history")


@pytest.mark.parametrize(("status", "words"), [
    (401, "fresh link"), (403, "Not for your role"), (500, "could not be read")])
def test_what_stands_there_when_it_cannot_be_read(
    visit: Visit, status: int, words: str
) -> None:
    mock = CurateMock(Data(items=7000))
    mock.failing = {"matrix": status}
    page, _ = visit("", mock, wait=".empty")
    assert words in page.inner_text(".empty")
    assert violations(page) == []
    mock.failing = {}
    if status == 500:
        page.click(".empty button")
        page.wait_for_selector(".tile")


def test_nothing_to_look_at_says_why(visit: Visit) -> None:
    mock = CurateMock(Data(items=700))
    mock.data.resolved[:] = True
    page, _ = visit("", mock, wait=".empty")
    assert "Nothing to look at" in page.inner_text(".empty")
    mock = CurateMock(Data(items=700))
    mock.data.resolved[:] = True
    mock.survey |= {"version": 0, "at": None, "running": True, "progress": 0.4}
    page, _ = visit("", mock, wait=".empty")
    assert "first survey is under way" in page.inner_text(".empty")


def test_a_class_subset_of_a_hundred(visit: Visit) -> None:
    page, _ = visit("", CurateMock(Data(items=20_000, classes=100), classes=100))
    assert page.locator(".overview-row").count() < 30
    page.click("text=All 100 classes")
    page.keyboard.type("kite of")
    press(page, "Enter")
    page.keyboard.type("wren of")
    press(page, "Enter", "Escape")
    until(lambda: page.locator(".overview-row").count() == 2)
    page.wait_for_selector("text=2 of 100 classes")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(visit: Visit, theme: str) -> None:
    page, _ = visit(theme=theme)
    assert violations(page, theme) == []
    page, _ = cell(visit, "map", theme=theme)
    assert violations(page, theme) == []
    for keys in (("v",), ("ArrowRight", "a"), ("m",), ("Escape", "l"), ("Escape", "v")):
        press(page, *keys)
        page.wait_for_timeout(120)
        assert violations(page, theme) == [], keys
    press(page, "Escape")
    for button in ("All 10 classes", "Iterations", "Export"):
        page.click(f"text={button}")
        page.wait_for_timeout(120)
        assert violations(page, theme) == [], button
        press(page, "Escape")


OUTSIDE = """() => {
  const wide = document.documentElement.clientWidth;
  const scrolls = '.visually-hidden, dialog, .overview-sheet, .table-sheet, .pairs ul, .top nav';
  return [...document.querySelectorAll('body *')].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width > 1 && box.right > wide + 1 && !e.closest(scrolls);
  }).map((e) => e.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize("kind", ["image", "text", "table", "series"])
def test_nothing_sticks_out(visit: Visit, kind: str) -> None:
    mock = CurateMock(Data(items=7000), kind)
    page, _ = cell(visit, "grid", mock)
    page.locator(".card-item").first.click()
    page.wait_for_selector(".beliefs")
    for width, height in (DESK, WIDE, PHONE, (900, 600)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(120)
        assert page.evaluate(OUTSIDE) == [], width
    assert violations(page) == []


def test_equal_points_and_ends_stay_in_the_picture(visit: Visit) -> None:
    """Where all items of a cell project to one place, the map still opens and selects."""
    mock = CurateMock(Data(items=7000))
    mock.data.x[:], mock.data.y[:] = 0.5, 1.0
    page, _ = cell(visit, "map", mock)
    press(page, "a")
    assert int(page.inner_text(".float-count b")) == int(np.sum(
        mock.data.open & (mock.data.given == 9) & (mock.data.predicted == 6)))
