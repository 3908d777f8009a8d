"""`kill -9` of each process of a loaded server; and the same eyes on servers that are wrong.

CINCER_KILLS sets how often each process of the good server is killed (3 by default); the full run
is `python -m tests.reliability.kills --kills 200`.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.reliability.kills import Story

KILLS = int(os.environ.get("CINCER_KILLS", "3"))

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux", reason="processes are found in /proc and killed with SIGKILL"),
    # python-socketio's client leaves the socket of a broken connection to the collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

Tell = Callable[..., Story]


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Tell]:
    """Begins a story; whatever becomes of it, nothing is left running."""
    told: list[Story] = []

    def begin(mode: str, *, aimed: float, steady: float) -> Story:
        told.append(Story(tmp_path / mode, mode, aimed=aimed, steady=steady, pause=0.05))
        told[-1].begin()
        return told[-1]

    yield begin
    while told:
        told.pop().abandon()
    gc.collect()


def test_nothing_acknowledged_is_lost_or_doubled(tell: Tell) -> None:
    story = tell("good", aimed=0.5, steady=0.7)
    for _ in range(KILLS):
        story.round()
    story.end()
    assert story.report.findings.ok, story.report.findings
    assert story.report.kills == dict.fromkeys(("web", "scorer", "trainer"), KILLS)
    assert story.report.stopped_with == 0
    assert len(story.notes.examples) > 20 * KILLS
    assert len(story.notes.replies) > 2 * KILLS


def test_the_one_process_server_keeps_its_word_too(tell: Tell) -> None:
    story = tell("werkzeug", aimed=1.0, steady=0.5)
    for _ in range(2):
        story.round(("web",))
    story.end()
    assert story.report.findings.ok, story.report.findings


def test_a_server_that_answers_before_the_commit_is_caught(tell: Tell) -> None:
    story = tell("early", aimed=1.0, steady=0.0)
    for _ in range(40):
        story.round(("web",))
        if story.examine(whole=False).lost:
            return
    pytest.fail("40 kills did not show that answers came too early")


def test_a_server_that_keeps_no_keys_is_caught(tell: Tell) -> None:
    story = tell("keyless", aimed=1.0, steady=1.0)
    for _ in range(10):
        story.round(("web",))
        if story.examine(whole=False).doubled:
            return
    pytest.fail("10 kills did not show that replies were taken twice")
