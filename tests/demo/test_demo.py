"""The demo from the command line to the ledger, with a person's hands on the keys."""

from __future__ import annotations

import subprocess
import sys

import pytest
from demo.conftest import until
from webui.conftest import watched

from cincer.ledger import Ledger
from cincer.ledger.verify import verify


@pytest.mark.browser
def test_a_reply_in_the_browser_changes_ledger_and_model(start, chromium, tmp_path):
    demo = start("demo", "--no-browser", "--port", "0", "--rate", "20", "--data-dir",
                 str(tmp_path))
    context = chromium.new_context(viewport={"width": 1280, "height": 800},
                                   reduced_motion="reduce", locale="en-GB")
    troubles: list[str] = []
    page = watched(context, troubles)
    page.set_default_timeout(60_000)
    page.goto(demo.link)
    page.wait_for_selector("main[data-screen=ask]")
    page.get_by_text("left is wrong").wait_for()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.get_by_text("is now").first.wait_for()
    page.wait_for_selector("main[data-screen=ask]")
    page.keyboard.press("a")
    page.get_by_text("Both labels stay").first.wait_for()
    page.keyboard.press("Backspace")
    until(lambda: _answered(tmp_path) == 1)
    context.close()
    assert troubles == []
    with Ledger.open(tmp_path / "ledger.db", readonly=True) as ledger:
        fixed = ledger.ask("SELECT position, label FROM assertions WHERE action = 'relabel'"
                           " AND retracted_seq IS NULL")
        assert fixed, "a label was changed"
        labels = dict(ledger.ask("SELECT position, effective FROM examples"))
        assert all(labels[position] == label for position, label in fixed)
    assert demo.interrupt() == 0
    assert "Traceback" not in "".join(demo.printed)
    assert verify(tmp_path / "ledger.db").ok


def _answered(folder):
    with Ledger.open(folder / "ledger.db", readonly=True) as ledger:
        return ledger.ask("SELECT count(*) FROM replies WHERE counted = 1"
                          " AND undone_seq IS NULL")[0][0]


def test_an_oracle_cleans_while_one_watches_and_the_next_start_goes_on(start, tmp_path):
    words = ("demo", "--no-browser", "--port", "0", "--rate", "40", "--annotator", "simulated",
             "--pace", "50", "--data-dir", str(tmp_path))
    demo = start(*words)
    demo.log_in()
    stats = until(lambda: _with(demo.get("stats"), replies=12))
    last = stats["curve"][-1]
    assert last["mislabelled"] < last["never_mislabelled"]
    assert 0 < last["f1"] <= 1
    assert 0 < last["never_f1"] <= 1
    assert demo.interrupt() == 0
    again = start(*words)
    again.log_in()
    more = again.get("stats")
    assert more["received"] >= stats["received"]
    assert more["replies"] >= stats["replies"]
    until(lambda: _with(again.get("stats"), replies=more["replies"] + 3))
    assert again.interrupt() == 0
    assert verify(tmp_path / "ledger.db").ok


def _with(stats, replies):
    return stats if stats["replies"] >= replies and stats["curve"] else None


def test_a_taken_port_is_said_in_one_line(start):
    first = start("demo", "--no-browser", "--port", "0")
    port = first.url.rsplit(":", 1)[1]
    done = subprocess.run(
        [sys.executable, "-m", "cincer", "demo", "--no-browser", "--port", port],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: port {port} is taken")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("words", "told"), [
    (("--data", "nothing"), "digits"),
    (("--host", "0.0.0.0"), "--behind-proxy"),
    (("--model", "forest"), "forest"),
    (("--noise-model", "loud"), "symmetric"),
])
def test_what_is_wrong_is_said_before_anything_starts(words, told):
    done = subprocess.run(
        [sys.executable, "-m", "cincer", "demo", "--no-browser", "--port", "0", *words],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
