"""`cincer verify`: refold every event of a ledger and compare with what is stored."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any

import click

from ..errors import InvalidInput
from .options import data_dir_option, json_option
from .output import EXIT_ERROR, Command, print_json

if TYPE_CHECKING:
    from ..ledger.verify import Report


@click.command(cls=Command)
@data_dir_option
@click.option("--head", default=None, metavar="SEQ:HASH",
              help="A head noted earlier; shows whether the ledger was cut since.")
@json_option
def verify(data_dir: str | None, head: str | None, as_json: bool) -> None:
    """Check a ledger: the hash chain, and that its events give exactly its tables."""
    from ..ledger.verify import verify as check
    from .store import ledger_path

    path = ledger_path(data_dir)
    with click.progressbar(length=1000, label="verifying", file=sys.stderr) as bar:
        report = check(path, lambda what, done, total: _show(bar, what, done, total),
                       head=_head(head))
    if as_json:
        print_json({**dataclasses.asdict(report), "ok": report.ok})
    else:
        _tell(report)
    sys.exit(0 if report.ok else EXIT_ERROR)


def _show(bar: Any, what: str, done: int, total: int) -> None:
    bar.label = what
    bar.update(1000 * done // max(total, 1) - bar.pos)


def _head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    seq, colon, digest = text.partition(":")
    if not (colon and seq.isdigit() and digest):
        raise InvalidInput(f"a head is SEQ:HASH as `cincer verify` prints it, not {text!r}")
    return int(seq), digest


def _tell(report: Report) -> None:
    for difference in report.differences:
        click.echo(f"  {difference}")
    found = "whole" if report.ok else f"{len(report.differences)} differences"
    click.echo(f"{report.events:,} events, {found}; head {report.events}:{report.head}")
