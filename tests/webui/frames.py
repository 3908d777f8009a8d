"""What the map of a cell costs while it is moved: `python -m webui.frames` in the tests' folder.

A real Chromium drags and zooms a cell of 50,000 made-up items. Printed are milliseconds a frame,
median and 95th percentile: of script, and of everything that the page's main thread did.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from itertools import pairwise
from typing import Any

from conftest import ARGS, BROWSER
from playwright.sync_api import sync_playwright

from .mock_curate import CurateMock, Data

SCRIPT = {"FunctionCall", "EvaluateScript", "FireAnimationFrame", "EventDispatch", "TimerFire"}
FRAME = "FireAnimationFrame"
CATEGORIES = "toplevel,devtools.timeline"
STEP = 1 / 60
"""Seconds between two moves of the pointer."""


def moved(page: Any, steps: int) -> None:
    """Drags with the middle button in circles, then zooms in and out, a step a frame."""
    box = page.locator(".map-top").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down(button="middle")
    for step in range(steps):
        page.mouse.move(x + 90 * (step % 40) / 40, y + 60 * (step % 25) / 25)
        time.sleep(STEP)
    page.mouse.up(button="middle")
    for step in range(steps):
        page.mouse.wheel(0, -60 if step % 60 < 30 else 60)
        time.sleep(STEP)


def by_frame(events: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Milliseconds between two animation frames: of script, and of all tasks, on the thread that
    fired most of them."""
    complete = [event for event in events if event.get("ph") == "X"]
    threads: dict[tuple[int, int], int] = defaultdict(int)
    for event in complete:
        threads[event["pid"], event["tid"]] += event["name"] == FRAME
    main = max(threads, key=lambda thread: threads[thread])
    ours = [event for event in complete if (event["pid"], event["tid"]) == main]
    frames = sorted(event["ts"] for event in ours if event["name"] == FRAME)
    return {"script": _between(frames, [e for e in ours if e["name"] in SCRIPT]),
            "main thread": _between(frames, [e for e in ours if "RunTask" in e["name"]])}


def _between(frames: list[int], events: list[dict[str, Any]]) -> list[float]:
    """The time that outermost `events` take, in milliseconds, by the frame in which they end."""
    spent = [0.0] * max(0, len(frames) - 1)
    end, at = 0, 0
    for event in sorted(events, key=lambda event: (event["ts"], -event.get("dur", 0))):
        stop = event["ts"] + event.get("dur", 0)
        if event["ts"] < end:
            continue
        end = stop
        while at + 1 < len(frames) and frames[at + 1] <= event["ts"]:
            at += 1
        if at < len(spent) and event["ts"] >= frames[at]:
            spent[at] += event.get("dur", 0) / 1000
    return [one for one, (start, next_) in zip(spent, pairwise(frames), strict=True)
            if next_ - start < 200_000]


def measured(points: int, steps: int) -> dict[str, Any]:
    """The figures of one visit."""
    with CurateMock(Data(items=points + 20_000, dense=points)) as mock, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=ARGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{mock.url}curate/matrix/1/0")
        page.wait_for_selector(".map-top")
        page.wait_for_timeout(2000)
        browser.start_tracing(page=page, categories=CATEGORIES.split(","))
        moved(page, steps)
        trace = json.loads(browser.stop_tracing())
        browser.close()
    found = by_frame(trace["traceEvents"])
    return {"points": points, "frames": len(found["script"])} | {
        f"{name}, {word} ms": round(value, 2) for name, values in found.items()
        for word, value in (("p50", statistics.median(values)),
                            ("p95", statistics.quantiles(values, n=20)[18]))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=50_000)
    parser.add_argument("--steps", type=int, default=240)
    words = parser.parse_args()
    print(json.dumps(measured(words.points, words.steps)))


if __name__ == "__main__":
    main()
