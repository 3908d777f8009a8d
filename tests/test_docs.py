"""The reference is what the code says, and every command's help answers."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cincer.cli import main

ROOT = Path(__file__).parents[1]


def _maker():
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "docs" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_reference_is_what_the_code_says():
    committed = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert _maker().reference() == committed, "run: python docs/make.py"


def _paths(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _paths(command, (*path, name))
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(_paths(main)), ids=" ".join)
def test_every_command_has_help(path):
    found = CliRunner().invoke(main, [*path, "--help"])
    assert found.exit_code == 0, found.output
    assert "Usage:" in found.output


def test_every_option_says_what_it_does():
    silent = [
        f"{' '.join(path)} {option.name}"
        for path in _paths(main)
        for option in _command(path).params
        if option.param_type_name == "option" and not option.help
    ]
    assert silent == []


def _command(path):
    command = main
    for name in path:
        command = command.commands[name]
    return command


def test_help_imports_neither_torch_nor_flask():
    code = ("import sys; from cincer.cli import main; "
            "main(['--help'], standalone_mode=False); "
            "sys.exit(bool({'torch', 'flask', 'numpy', 'sklearn'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout

