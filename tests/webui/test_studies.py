"""The page of the studies on the real routes: finding it, its states, how it reads and who may."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from server.fakes import Site, served

from .conftest import DESK, PHONE, Open, watched
from .mock_server import STATIC
from .test_answering import press, until
from .test_looks import OVERFLOW, violations

pytestmark = pytest.mark.browser
API = "**/api/v1/studies"
SVG = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 360" width="900" height="360">'
       '<style>rect { fill: #369 }</style><rect width="900" height="360"/>'
       "<script>document.documentElement.setAttribute('data-ran', '1')</script></svg>")
COLUMNS = ["selector", "cleaned", "F1", "queries", "labels inspected", "published", "note"]
TABLE = {"title": "breast: at the end", "columns": COLUMNS, "rows": [
    ["top_fisher", "28.9 ± 0.5", 0.95123, 21, 1042, 27.8, "a remark that makes it wide " * 4],
    ["no_ce", "18.4 ± 0.4", 0.92, 21, 421, None, None]]}
VERDICTS = [
    {"row": f"breast {i}", "claim": "cleans more than the published strategy " * 3,
     "ours": "28.9 ± 0.5", "published": "27.8" if i else None, "holds": holds}
    for i, holds in enumerate((True, False, None))]


def write(folder: Path, name: str, **fields: Any) -> None:
    """A study with verdicts, two figures (one not drawn), a table, records and settings."""
    place = folder / name
    place.mkdir(parents=True)
    figures = [{"title": "Over the stream", "caption": "Means.", "svg": "a.svg", "png": None},
               {"title": "Later", "caption": "", "svg": "b.svg", "png": None}]
    study = {"study": "q1", "title": f"Study {name}", "question": "Does it help? " * 9,
             "finished": True, "made": "2026-11-26T11:00:00+00:00",
             "settings": {"seed": 1, "pairs": [{"data": "breast"}], "rules": ["long " * 20]},
             "tables": [TABLE], "figures": figures, "verdicts": VERDICTS, **fields}
    (place / "study.json").write_text(json.dumps(study))
    (place / "a.svg").write_text(SVG)
    (place / "runs.jsonl").write_text("{}\n")


Visit = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "studies"


@pytest.fixture
def here(tmp_path: Path, folder: Path) -> Iterator[Site]:
    with served(tmp_path / "data", static=STATIC, server={"studies_dir": str(folder)}) as found:
        yield found


@pytest.fixture
def visit(chromium: Any, here: Site) -> Iterator[Visit]:
    """`visit(path, role=…, size=…, theme=…, before=…)` -> a page of somebody logged in."""
    with ExitStack() as stack:
        troubles: list[str] = []

        def opened(
            path: str = "/studies", *, role: str = "annotator", size: tuple[int, int] = DESK,
            theme: str = "light", lang: str = "en-GB", before: Callable[[Any], None] | None = None,
            context: Any = None,
        ) -> Any:
            if context is None:
                context = chromium.new_context(
                    viewport={"width": size[0], "height": size[1]}, color_scheme=theme,
                    locale=lang, reduced_motion="reduce")
                stack.callback(context.close)
                secret = here.secrets[role]
                context.add_cookies([{"name": here.app.extensions["cincer"].cookie,
                                      "value": secret, "url": here.url}])
            page = watched(context, troubles)
            if before:
                before(page)
            page.goto(here.url + path)
            page.wait_for_selector("main h1", state="attached")
            return page

        yield opened
        assert not troubles, troubles


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def test_there_and_back_by_keyboard_alone(visit: Visit, folder: Path) -> None:
    write(folder, "q1")
    write(folder, "q2", made="2026-11-20T11:00:00+00:00")
    page = visit("/")
    page.wait_for_selector("nav >> text=Studies")
    assert page.title() == "Answer · cincer"
    press(page, "Tab", "Tab", "Tab")
    assert focused(page) == "Studies"
    press(page, "Enter")
    page.wait_for_selector(".study-list")
    assert page.url.endswith("/studies")
    assert page.title() == "Studies · cincer"
    assert page.get_attribute("nav [aria-current=page]", "href") == "/studies"
    assert page.evaluate("document.activeElement.id") == "main"
    press(page, "Tab", "Tab")
    assert focused(page) == "Study q2"
    press(page, "Enter")
    page.wait_for_selector(".verdicts")
    assert page.url.endswith("/studies/q2")
    until(lambda: page.title() == "Study q2 · cincer")
    page.go_back()
    page.wait_for_selector(".study-list")
    assert focused(page) == "Study q2"
    page.go_back()
    page.wait_for_selector("main.answer")
    page.go_forward()
    page.wait_for_selector(".study-list")


def test_a_deep_link_shows_all_that_was_found(visit: Visit, folder: Path) -> None:
    write(folder, "q1")
    page = visit("/studies/q1")
    page.wait_for_selector(".verdicts")
    assert page.inner_text("h1") == "Study q1"
    rows = page.locator(".verdicts tbody tr")
    assert [rows.nth(i).get_attribute("data-outcome") for i in range(3)] == [
        "holds", "fails", "undecided"]
    assert [rows.nth(i).locator(".mark").inner_text() for i in range(3)] == [
        "holds", "does not hold", "undecided"]
    page.wait_for_selector(".paper[data-state=there]")
    assert page.evaluate("document.querySelector('.paper img').naturalWidth") == 900
    assert page.inner_text(".paper.absent") == "Not drawn yet"
    cells = page.locator(".grid tbody tr").first.locator("th, td").all_inner_texts()
    assert cells[:6] == ["top_fisher", "28.9 ± 0.5", "0.9512", "21", "1,042", "27.8"]
    assert not page.locator(".settings dl").is_visible()
    page.click(".settings summary")
    assert page.locator(".settings dd").first.inner_text() == "1"
    with page.expect_download() as saved:
        page.click(".files a")
    assert saved.value.suggested_filename == "runs.jsonl"
    with page.expect_download() as saved:
        page.click(".downloads a")
    assert Path(saved.value.path()).read_text() == SVG


def test_a_figure_opened_alone_runs_no_script(chromium: Any, here: Site, folder: Path) -> None:
    write(folder, "q1")
    context = chromium.new_context(
        extra_http_headers={"Authorization": f"Bearer {here.secrets['reader']}"})
    page = context.new_page()
    page.goto(f"{here.url}/api/v1/studies/q1/files/a.svg")
    assert page.evaluate("getComputedStyle(document.querySelector('rect')).fill") == (
        "rgb(51, 102, 153)")
    assert page.evaluate("document.documentElement.getAttribute('data-ran')") is None
    context.close()


def test_there_is_none_yet_and_then_there_is(visit: Visit, folder: Path) -> None:
    page = visit(before=lambda page: page.clock.install())
    page.wait_for_selector(".empty")
    assert "cincer experiment q1" in page.inner_text(".empty")
    write(folder, "q1", finished=False)
    page.clock.run_for(11_000)
    page.wait_for_selector(".brief .partial")


def test_a_bone_where_a_study_will_be_then_what_failed_then_the_study(
    visit: Visit, folder: Path
) -> None:
    write(folder, "q1")
    held: list[Any] = []
    page = visit(before=lambda page: page.route(API, lambda route: held.append(route)))
    assert page.locator(".study-bones[aria-busy=true]").count() == 1
    assert violations(page) == []
    until(lambda: page.evaluate("1") and bool(held))
    held.pop().abort()
    page.wait_for_selector(".empty[role=alert]")
    assert violations(page) == []
    page.unroute(API)
    page.click("text=Try again")
    page.wait_for_selector(".brief")


def test_what_was_read_stays_when_the_server_goes(visit: Visit, folder: Path) -> None:
    write(folder, "q1", finished=False)
    page = visit("/studies/q1", before=lambda page: page.clock.install())
    page.wait_for_selector(".notice")
    page.route(f"{API}/q1", lambda route: route.abort())
    page.clock.run_for(11_000)
    page.wait_for_selector("text=The server does not answer")
    assert page.locator(".verdicts").count() == 1
    page.unroute(f"{API}/q1")
    page.click(".notice button")
    until(lambda: page.locator("text=The server does not answer").count() == 0)


@pytest.mark.parametrize(("status", "code", "title"), [
    (401, "unauthenticated", "This page needs a fresh link"),
    (403, "forbidden", "Not for your role"), (503, "unavailable", "could not be read")])
def test_refused(visit: Visit, status: int, code: str, title: str) -> None:
    told = {"ok": False, "error": "refused", "code": code, "status": status, "retry_after": None}
    page = visit(before=lambda page: page.route(
        API, lambda route: route.fulfill(status=status, json=told)))
    page.wait_for_selector(".empty")
    assert title in page.inner_text(".empty h2")
    assert (page.locator(".empty button").count() == 1) == (status == 503)


def test_unreadable_and_absent_ones_say_why(visit: Visit, folder: Path) -> None:
    write(folder, "good")
    write(folder, "bad", made="once")
    page = visit()
    page.wait_for_selector(".broken")
    assert "made" in page.inner_text(".broken")
    assert page.locator(".brief a").count() == 1
    for path, title in (("/studies/bad", "cannot be read"), ("/studies/none", "No such study"),
                        ("/nowhere", "Nothing here"), ("/studies/good/more", "Nothing here")):
        page.goto(page.url.split("/studies")[0].removesuffix("/nowhere") + path)
        page.wait_for_selector(".empty :is(h1, h2)")
        assert title in page.inner_text(".empty :is(h1, h2)")
        assert violations(page) == []


@pytest.mark.parametrize(("role", "pages"), [
    ("annotator", ["Answer", "Studies"]),
    ("curator", ["Answer", "Matrix", "Suggestions", "Studies"]),
    ("reader", ["Matrix", "Suggestions", "Studies"]), ("source", ["Studies"]),
    ("admin", ["Matrix", "Suggestions", "Studies"])])
def test_only_pages_for_the_role(visit: Visit, role: str, pages: list[str]) -> None:
    page = visit("/", role=role)
    until(lambda: page.locator(".top nav a").all_inner_texts() == pages)
    page.goto(page.url + "studies")
    page.wait_for_selector("text=No study yet")
    until(lambda: page.locator(".top nav a").all_inner_texts() == pages)


def test_keys_and_leases_belong_to_the_question(open_page: Open) -> None:
    page, mock = open_page()
    page.click("nav >> text=Studies")
    page.wait_for_selector("main.studies")
    before = len(mock.held), len(mock.displayed)
    press(page, "a", "u", "ArrowLeft", "Enter", "Backspace", " ", "1")
    press(page, "?")
    page.wait_for_selector(".help")
    press(page, "Escape")
    page.wait_for_timeout(1500)
    assert (mock.replies, mock.skips, mock.undone) == ([], [], [])
    assert (len(mock.held), len(mock.displayed)) == before
    page.click("nav >> text=Answer")
    page.wait_for_selector("main[data-screen=ask]")
    press(page, "a")
    until(lambda: len(mock.replies) == 1)


def test_reading_studies_takes_no_turn_from_the_tab_that_answers(open_page: Open) -> None:
    page, mock = open_page()
    other = page.context.new_page()
    other.goto(mock.url + "studies")
    other.wait_for_selector("main.studies")
    page.wait_for_timeout(100)
    assert page.get_attribute("main", "data-screen") == "ask"
    other.click("nav >> text=Answer")
    page.wait_for_selector("main[data-screen=tab]")
    other.wait_for_selector("main[data-screen=ask]")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en-GB", "de-DE"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visit: Visit, folder: Path, theme: str, lang: str
) -> None:
    write(folder, "q1", finished=False)
    write(folder, "a-name-without-end-" * 5, title="", finished=False)
    write(folder, "bad", made="once")
    for size in (DESK, PHONE):
        page = visit(theme=theme, lang=lang, size=size)
        page.wait_for_selector(".brief")
        assert page.evaluate(OVERFLOW) == []
        assert violations(page, theme) == []
        page.click(".brief a")
        page.wait_for_selector(".paper[data-state=there]")
        page.click(".settings summary")
        assert violations(page, theme) == []
        for width in (size[0], 320, 900):
            page.set_viewport_size({"width": width, "height": size[1]})
            page.wait_for_timeout(60)
            assert page.evaluate(STICKS_OUT) == [], width


STICKS_OUT = OVERFLOW.replace("'.visually-hidden, dialog'",
                              "'.visually-hidden, .grid, .paper, .verdicts thead'")
"""What scrolls inside itself may be wider than the page."""


def test_a_wide_table_is_scrolled_by_keyboard(visit: Visit, folder: Path) -> None:
    write(folder, "q1")
    page = visit("/studies/q1", size=PHONE)
    page.wait_for_selector(".grid[data-wide=true]")
    page.focus(".grid")
    press(page, "ArrowRight", "ArrowRight")
    until(lambda: page.evaluate("document.querySelector('.grid').scrollLeft") > 0)
    assert page.evaluate("document.querySelector('.grid tbody th').getBoundingClientRect().x") < 40
