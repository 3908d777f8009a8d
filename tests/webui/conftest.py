"""A headless Chromium and pages in it that complain: any console error, any violation of the
content policy and any message that does not fit the wire fails the test that caused it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from . import mock_server
from .mock_server import Mock

DESK, WIDE, PHONE = (1280, 800), (1920, 1080), (390, 844)


Open = Callable[..., tuple[Any, Mock]]


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Open]:
    """`open_page(mock, size=…, theme=…)` -> page and mock, with the page loaded."""
    with ExitStack() as stack:
        troubles: list[str] = []
        mocks: list[Mock] = []

        def opened(
            mock: Mock | None = None, *, size: tuple[int, int] = DESK, theme: str = "light",
            motion: str = "reduce", wait: str = "main[data-screen=ask]",
        ) -> tuple[Any, Mock]:
            served = stack.enter_context(mock or mock_server.make())
            mocks.append(served)
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]}, color_scheme=theme,
                reduced_motion=motion, locale="en-GB", has_touch=size[0] < 500)
            stack.callback(context.close)
            page = watched(context, troubles)
            page.goto(served.url)
            page.wait_for_selector(wait)
            return page, served

        yield opened
        wrong = [line for mock in mocks for line in mock.wrong]
        assert not wrong, wrong
        assert not troubles, troubles


def watched(context: Any, troubles: list[str]) -> Any:
    """A page whose errors go to `troubles`; a line that was cut on purpose is not one."""
    page = context.new_page()
    page.set_default_timeout(5000)

    def heard(message: Any) -> None:
        meant = "WebSocket" in message.text or "Failed to load resource" in message.text
        if message.type in ("error", "warning") and not meant:
            troubles.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    return page
