"""`cincer demo`: real digits arrive with wrong labels among them; clean them and watch."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import read_settings, settings_options
from .output import Command
from .welcome import announce

if TYPE_CHECKING:
    from cincer_streams.dataset import DataSet
    from cincer_streams.stream import NoisyStream

    from ..config import Settings
    from ..server.service import Service

AHEAD = 20
"""Arrivals sent at once after the bootstrap, so that a pair is there as soon as the model is."""

SHOWN = ("model", "ask_threshold", "query_budget", "audit_share", "pending", "synchronous",
         "rounds", "counter_examples", "counter_example", "seed", "bootstrap", "host", "port",
         "data_dir", "studies_dir")


@click.command(cls=Command)
@click.option("--data", default="digits", show_default=True, metavar="NAME|PATH",
              help="digits, breast, mnist, adult, or a file whose labels are taken as the truth.")
@click.option("--label-column", default=None, metavar="NAME", help="Column of a file's labels.")
@click.option("--noise", default=0.2, show_default=True, type=click.FloatRange(0, 0.95),
              metavar="SHARE", help="Share of the labels that are made wrong.")
@click.option("--noise-model", default="symmetric", show_default=True, metavar="NAME",
              help="symmetric, pair, class_conditional, instance_dependent or annotator.")
@click.option("--rate", default=3.0, show_default=True, type=click.FloatRange(0, min_open=True),
              metavar="X", help="Arrivals a second after the bootstrap.")
@click.option("--annotator", default="person", show_default=True,
              type=click.Choice(["person", "simulated"]), metavar="person|simulated",
              help="You, or an oracle whose work you watch.")
@click.option("--pace", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True),
              metavar="X", help="Replies a second of the simulated annotator.")
@click.option("--browser/--no-browser", default=True, show_default=True,
              help="Open the link in a browser where there is a desktop.")
@settings_options("loop", "model", "server", only=SHOWN)
def demo(
    data: str, label_column: str | None, noise: float, noise_model: str, rate: float,
    annotator: str, pace: float, browser: bool, **options: Any,
) -> None:
    """Clean a noisy stream of real examples on this machine.

    Examples arrive with some of their labels made wrong. Suspicious ones are shown with the known
    example that contradicts them; you say which label is wrong. The demo knows the truth, so it
    also shows how much of the data set is still mislabelled and how good the model is, beside a
    run that never asks anybody.
    """
    kept = options.get("data_dir") is not None
    settings = read_settings(options)
    dataset = _dataset(data, label_column, settings.model.seed)
    from cincer_streams.stream import noisy_stream

    stream = noisy_stream(dataset, noise_model, noise, settings.model.seed,
                          bootstrap=settings.loop.bootstrap)
    with ExitStack() as stack:
        if not kept:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cincer-demo-"))
            settings = replace(settings, server=replace(settings.server, data_dir=folder))
        _serve(settings, stream, rate, pace if annotator == "simulated" else None,
               announce("demo", browser, watching=annotator == "simulated",
                        kept=settings.server.data_dir if kept else None))


def _dataset(data: str, label_column: str | None, seed: int) -> DataSet:
    from cincer_streams.datasets import DATASETS, load
    from cincer_streams.held_out import split_source
    from cincer_streams.source import open_source

    if data in DATASETS:
        return load(data)
    if not Path(data).exists():
        from ..errors import UnknownName

        raise UnknownName("data set or file", data, DATASETS)
    return split_source(open_source(data, label_column=label_column), seed)


def _serve(
    settings: Settings, stream: NoisyStream, rate: float, pace: float | None,
    on_ready: Callable[..., None],
) -> None:
    from ..server.feeding import Feeder
    from ..server.hosting import Host, store_schema
    from ..server.referee import Referee
    from ..server.service import Service

    store_schema(Path(settings.server.data_dir), stream.schema)

    def make_service(given: Settings, folder: Path, schema: Any) -> Service:
        gold = stream.holdout
        return Service(given, folder, schema, Referee(stream.truth, gold.x, gold.labels))

    def begin(service: Service) -> Callable[[], None]:
        feeder = Feeder(service, stream.schema, stream, source="demo", rate=rate,
                        burst=stream.bootstrap + AHEAD)
        feeder.start()
        helper = _simulated(service, stream, pace) if pace is not None else None

        def stop() -> None:
            feeder.stop()
            if helper is not None:
                helper.close()

        return stop

    Host(settings, stream.schema, truth_known=True, begin=begin,
         make_service=make_service).run(on_ready, simple=True)


def _simulated(service: Service, stream: NoisyStream, pace: float) -> Any:
    from cincer_streams.oracle import Oracle

    from ..server.simulated import SimulatedAnnotator, by_oracle

    oracle = Oracle(stream.truth, classes=len(stream.schema.classes))
    helper = SimulatedAnnotator(service, "simulated", by_oracle(oracle), pace)
    helper.start()
    return helper
