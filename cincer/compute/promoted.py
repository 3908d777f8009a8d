"""Promoted networks: files as the trainer left them, and an engine that takes the newest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from ..answers import Refit
from ..engine import Engine
from ..errors import Corrupt, NotFound
from ..models import checkpoints, learned
from ..protocols import Network
from .frames import Frame

log = logging.getLogger("cincer.compute")


def loaded(frame: Frame, empty: Callable[[], Network]) -> Network:
    """The network of `path`, whose digest is checked, in a fresh `empty` one."""
    network = empty()
    checkpoints.load(Path(frame["path"]), network, frame["digest"])
    return network


def promote(engine: Engine, frame: Frame, empty: Callable[[], Network]) -> Refit:
    """The engine's network is that of `frame` from now on."""
    return engine.promote(loaded(frame, empty), _learned(Path(frame["path"])))


def take_newest(
    engine: Engine, networks: Sequence[Frame], empty: Callable[[], Network]
) -> str | None:
    """The newest promoted network whose file is whole becomes the engine's; its digest. One
    generation may be broken; None where there is none."""
    for each in networks:
        try:
            promote(engine, each, empty)
        except (Corrupt, NotFound) as error:
            log.error("a network is passed over: %s", error)
        else:
            return str(each["digest"])
    return None


def _learned(network: Path) -> learned.Learned | None:
    """What came with the network; one without it (made by an older version) serves as well."""
    try:
        return learned.load(learned.learned_path(network))
    except NotFound:
        return None
    except Corrupt as error:
        log.error("what was learned is passed over: %s", error)
        return None
