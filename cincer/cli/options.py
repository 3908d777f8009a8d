"""Command line options made from the settings: one table serves flags, help and errors."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_type_hints

import click

from ..config import GROUPS, Settings, load

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")

device_option = click.option(
    "--device", default="cpu", show_default=True, metavar="cpu|cuda",
    help="Where networks are trained: cuda is a graphics card, with a torch built for it. Its sums "
         "are rounded in another way, so single runs differ from those of a processor.")

data_dir_option = click.option(
    "--data-dir", default=None, metavar="DIR",
    help="Folder of the ledger, the features and the models. [default: cincer-data]")


def settings_options(
    *groups: str, leave_out: tuple[str, ...] = (), only: tuple[str, ...] = (),
    defaults: Mapping[str, Any] = MappingProxyType({}),
) -> Callable[[F], F]:
    """Adds an option for each setting of `groups` (or `only` those), and `--config FILE`.
    `defaults`: what the help says where the command has a default of its own."""

    def decorate(command: F) -> F:
        for group in reversed(groups):
            hints = get_type_hints(GROUPS[group])
            for spec in reversed(fields(GROUPS[group])):
                if spec.name not in leave_out and (not only or spec.name in only):
                    default = defaults.get(spec.name, spec.default)
                    command = _option(spec, hints[spec.name], default)(command)
        return click.option(
            "--config", type=click.Path(path_type=Path), default=None, metavar="FILE",
            help="Settings file (TOML) with tables [loop], [model], [server].")(command)

    return decorate


def read_settings(options: dict[str, Any]) -> Settings:
    """Takes the settings out of a command's keyword arguments: flag > CINCER_* > file > default.
    What is no setting stays in `options`."""
    names = {spec.name for cls in GROUPS.values() for spec in fields(cls)}
    flags = {name: options.pop(name) for name in list(options) if name in names}
    return load(options.pop("config", None), os.environ, flags)


def _option(spec: Field[Any], hint: Any, value: Any) -> Callable[[F], F]:
    flag = "--" + spec.name.replace("_", "-")
    kind = next(k for k in (get_args(hint) or (hint,)) if k is not type(None))
    default = "none" if value is None else str(value).lower()
    text = f"{spec.metadata['help']}. [default: {default}]"
    text = text[0].upper() + text[1:]
    if kind is bool:
        return click.option(f"{flag}/--no-{flag[2:]}", spec.name, default=None, help=text)
    choices = spec.metadata["choices"]
    shown = "|".join(choices) if choices else {int: "N", float: "X"}.get(kind, "TEXT")
    return click.option(flag, spec.name, default=None, metavar=shown, help=text)
