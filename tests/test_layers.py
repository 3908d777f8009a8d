"""Imports point downward only: the layers of the design, held module by module."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS: dict[str, int] = {
    "types": 0, "errors": 0,
    "protocols": 1, "config": 1, "rng": 1, "strictjson": 1, "durable": 1,
    "verified": 1,
    "kernels": 2,
    "suspicion": 3, "counterexample": 3, "relabel": 3, "reweight": 3, "models": 3, "curate": 3,
    "dataset": 3, "schema": 3, "rows": 3, "features": 3, "answers": 3,
    "session": 4, "engine": 4, "weighing": 4,
    "loop": 5, "question": 5, "suggestion": 5,
    "acts": 6, "vouched": 6, "ledger": 6, "runner": 6,
    "build": 7, "policies": 7,
    "compute": 8, "advising": 8,
    "inprocess": 9, "server": 9,
    "bench": 10,
    "cli": 11, "__main__": 12, "__init__": 13,
}
"""The layer of each part of `cincer`. A part may import lower ones and itself."""

STREAMS_MAY = {"types", "errors", "protocols", "config", "rng", "strictjson", "durable",
               "schema"}
"""What `cincer_streams` may import: layers 0 and 1, and how content becomes numbers."""

IMPURE = {"torch", "time", "os", "random", "secrets", "datetime", "pathlib", "threading", "socket",
          "sqlite3", "uuid", "subprocess"}
"""What the pure core must not even import."""


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path, package: str) -> set[str]:
    """Absolute names of all that a file of `package` imports, type-checking blocks included."""
    inside = path.parts[path.parts.index(package, len(ROOT.parts)):]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = inside[: len(inside) - node.level] if node.level else ()
            start = [*base, *(node.module.split(".") if node.module else [])]
            found |= {".".join([*start, name.name]) for name in node.names}
    return found


def parts(names: set[str]) -> set[str]:
    """The parts of `cincer` among imported names."""
    return {name.split(".")[1] for name in names if name.startswith("cincer.")}


def part_of(path: Path) -> str:
    inside = path.relative_to(ROOT / "cincer")
    return inside.parts[0].removesuffix(".py")


CINCER = modules("cincer")


def test_the_test_reads_imports_as_python_does() -> None:
    found = imports(ROOT / "cincer" / "session" / "step.py", "cincer")
    assert "cincer.errors.Conflict" in found
    assert "cincer.session.draft.Draft" in found
    assert parts(found) == {"errors", "session"}


@pytest.mark.parametrize("path", CINCER, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_imports_upward(path: Path) -> None:
    part = part_of(path)
    assert part in LAYERS, f"give {part!r} a layer"
    for other in parts(imports(path, "cincer")) - {part, "__version__"}:
        assert LAYERS[other] < LAYERS[part], f"{part} must not import {other}"


@pytest.mark.parametrize("path", modules("cincer/session"), ids=lambda p: p.name)
def test_the_session_is_pure(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(path, "cincer")}
    assert not roots & IMPURE
    assert not any(isinstance(node, ast.Name) and node.id in {"open", "print", "input"}
                   for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("folder", ["server", "ledger", "session", "loop.py", "dataset.py"])
def test_torch_stays_out(folder: str) -> None:
    """Neither named in the file nor drawn in by what it imports."""
    target = ROOT / "cincer" / folder
    files = [target] if target.suffix else sorted(target.rglob("*.py"))
    names = [".".join(f.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
             for f in files if f.stem != "__main__"]
    check = f"import sys, {', '.join(names)}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", check], cwd=ROOT,
                          check=False).returncode == 0


@pytest.mark.parametrize("name", ["measures", "board", "matrix", "selection", "pairs", "twins",
                                  "confusions", "effect", "reopen", "projection"])
def test_what_the_curators_pages_use_stays_without_torch(name: str) -> None:
    check = f"import sys, cincer.curate.{name}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", check], cwd=ROOT,
                          check=False).returncode == 0


@pytest.mark.parametrize("path", modules("streams"), ids=lambda p: p.name)
def test_streams_use_the_lowest_layers_only(path: Path) -> None:
    assert parts(imports(path, "cincer_streams")) <= STREAMS_MAY


@pytest.mark.parametrize("path", modules("experiments"), ids=lambda p: p.name)
def test_experiments_leave_the_server_alone(path: Path) -> None:
    assert "server" not in parts(imports(path, "cincer_experiments"))
