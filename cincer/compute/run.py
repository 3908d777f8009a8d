"""`python -m cincer.compute.run scorer|trainer`: the entry of a compute process.

The pipe is watched before torch is imported, so that a process whose server died while it was
starting ends at once, too.
"""

from __future__ import annotations

import sys

from .host import Host


def main(name: str) -> None:
    host = Host.of_process()
    if name == "scorer":
        from .scorer import main as work
    else:
        from .trainer import main as work
    work(host)


if __name__ == "__main__":
    main(sys.argv[1])
