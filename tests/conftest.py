"""The browser that all tests share.

And one thread for every numeric library, set before any is imported: the tests' matrices are small,
and threads that wait for each other on a busy machine cost far more than they bring.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

for _library in ("OMP", "MKL", "OPENBLAS", "NUMEXPR"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

BROWSER = os.environ.get("CINCER_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--no-first-run"]
STATIC = Path(__file__).parents[1] / "cincer" / "server" / "static"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not Path(BROWSER).exists():
        pytest.skip("no Chromium: `apt-get install chromium`, or name one in CINCER_CHROMIUM")
    if not (STATIC / "index.html").is_file():
        pytest.skip("the page is not built: `cd webui && npm ci && npm run build`")
    api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=ARGS)
        yield browser
        browser.close()
