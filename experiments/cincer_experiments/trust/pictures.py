"""The study's figures, titled now, drawn when they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..studies.report import Picture
from .outcome import Outcomes
from .problem import Noise

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .study import Plan


def pictures(data: str, plan: Plan, found: Outcomes) -> Iterator[Picture]:
    name = data.replace("/", "-").removesuffix(".npz")
    repeats = len(found.detected[plan.noises[0], "lsw", plan.trusted[0]])

    def detection() -> Figure:
        from .lines import detected

        return detected(plan, found)

    yield Picture(
        f"detection-{name}", f"{data}: wrong labels found, by noise",
        f"F1 of finding wrong labels with {plan.trusted[0]} trusted labels a class; means over "
        f"{repeats} repeat{'s' if repeats > 1 else ''}, bands: ± one standard error. Crosses: "
        "the paper's, on CIFAR-10.", detection)
    shown = next((noise for noise in found.histories if noise == Noise("symmetric", 0.4)),
                 next(iter(found.histories), None))
    if shown is not None:
        yield Picture(
            f"weights-{name}", f"{data}: weights by epoch, {shown}",
            "LSW's weights of right and wrong labels after some epochs of the last round.",
            _histograms(found, shown))


def _histograms(found: Outcomes, noise: Noise) -> Callable[[], Figure]:
    def draw() -> Figure:
        from .lines import by_epoch

        return by_epoch(*found.histories[noise])

    return draw
