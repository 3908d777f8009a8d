"""What the README shows works: its commands exist with these options, its Python runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from cincer.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.S)


def _blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def _commands() -> list[str]:
    fenced = [line for text in _blocks("bash") for line in text.splitlines()]
    inline = re.findall(r"`(cincer [^`]+)`", README)
    found = [line.split("#")[0].rstrip(" &").rpartition("&& ")[2] for line in [*fenced, *inline]]
    return sorted({line for line in found if line.startswith("cincer ")})


@pytest.mark.parametrize("line", _commands())
def test_the_commands_exist_with_these_options(line: str) -> None:
    words = shlex.split(line)[1:]
    command = main
    while words and hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    known = {name for option in command.params for name in [*option.opts, *option.secondary_opts]}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_session_cleans_a_stream() -> None:
    draw = np.random.default_rng(1)
    truth = {f"e-{n}": n % 2 for n in range(160)}
    wrong = {"e-120", "e-131", "e-144"}
    stream = [(draw.normal(size=4) + 4 * label, ("cat", "dog")[label ^ (name in wrong)], name)
              for name, label in truth.items()]
    [text] = [block for block in _blocks("python") if "cincer.Session" in block]
    names: dict[str, object] = {"stream": stream}
    exec(compile(text, "README.md", "exec"), names)
    assert names["clean"] == {name: ("cat", "dog")[label] for name, label in truth.items()}


def test_the_model_of_ones_own_is_taken(tmp_path, monkeypatch) -> None:
    [text] = [block for block in _blocks("python") if "def make" in block]
    (tmp_path / "mymodel.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    from cincer.models.networks import network

    found = network("mymodel:make", (6,), 3, 1)
    assert (found.head.in_features, found.head.out_features) == (128, 3)


def test_what_it_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
