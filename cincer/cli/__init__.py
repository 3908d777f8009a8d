"""The command line, one command a file. Nothing heavy is imported before a command runs, so that
`cincer --help` answers at once."""

from __future__ import annotations

import click

from .. import __version__
from .backup import backup
from .bench import bench
from .demo import demo
from .experiment import experiment
from .export import export
from .push import push
from .serve import serve
from .simulate import simulate
from .token import token
from .verify import verify

EPILOG = """Settings come from flags, then CINCER_* variables, then --config FILE, then defaults.
Exit codes: 0 done, 1 failed, 2 bad input, 130 interrupted."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="cincer")
def main() -> None:
    """Clean the labels of a stream while it still arrives, with people in the loop."""


for _command in (demo, serve, push, simulate, experiment, export, verify, backup, token, bench):
    main.add_command(_command)
