"""What ten answers do: the demo's stream, a simulated annotator, many seeds.

Measured at the end of the bootstrap (before) and after the tenth answer, and beside it a run on the
same arrivals in which nobody is asked: the difference of the two runs is what the answers did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from cincer.config import Settings
from cincer_streams.datasets import load
from cincer_streams.oracle import Oracle
from cincer_streams.stream import noisy_stream

from .play import Step, play
from .summary import Mean, mean

NEVER = 1.0
"""A margin is below 1, so nothing is asked above it."""


@dataclass(frozen=True, slots=True)
class Seed:
    """One seed: the run before the first and after the last answer, and the never-ask run at the
    same arrival."""

    seed: int
    before: Step
    after: Step
    never: Step


def run(
    data: str = "digits", seeds: int = 30, answers: int = 10, rate: float = 0.2,
    settings: Settings | None = None, progress: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """`rows` by measure with before, after, never, gains; `per_seed` with the raw figures."""
    found = []
    for seed in range(1, seeds + 1):
        found.append(one(data, seed, answers, rate, settings or Settings()))
        progress(f"seed {seed}: {_sentence(found[-1])}")
    return {"data": data, "seeds": seeds, "answers": answers, "noise": rate,
            "rows": [_row(found, name) for name in ("mislabelled_share", "f1")],
            "per_seed": [_flat(each) for each in found]}


def one(data: str, seed: int, answers: int, rate: float, settings: Settings) -> Seed:
    """One seed of the protocol."""
    settings = replace(settings, model=replace(settings.model, seed=seed))
    dataset = load(data)
    stream = noisy_stream(dataset, rate=rate, seed=seed, bootstrap=100)
    steps = []
    for step in play(stream, settings, Oracle(stream.truth), upper_bound=False):
        steps.append(step)
        if step.queries >= answers:
            break
    quiet = replace(settings, loop=replace(settings.loop, ask_threshold=NEVER, audit_share=0.0))
    never = play(stream, quiet, Oracle(stream.truth), upper_bound=False)
    last = list(takewhile(lambda step: step.t <= steps[-1].t, never))[-1]
    return Seed(seed, steps[0], steps[-1], last)


def _row(found: list[Seed], name: str) -> dict[str, Any]:
    def over(pick: Callable[[Seed], float]) -> Mean:
        return mean(pick(each) for each in found)

    gain = over(lambda s: getattr(s.after, name) - getattr(s.before, name))
    against = over(lambda s: getattr(s.after, name) - getattr(s.never, name))
    return {"measure": name, "before": str(over(lambda s: getattr(s.before, name))),
            "after": str(over(lambda s: getattr(s.after, name))),
            "never_ask": str(over(lambda s: getattr(s.never, name))),
            "gain": str(gain), "gain_in_errors": round(gain.errors_from_zero, 2),
            "against_never": str(against),
            "against_never_in_errors": round(against.errors_from_zero, 2)}


def _flat(each: Seed) -> dict[str, Any]:
    names = ("mislabelled_share", "f1")
    runs = {"before": each.before, "after": each.after, "never": each.never}
    return {"seed": each.seed, "arrivals": each.after.t, "cleaned": each.after.cleaned} | {
        f"{name}_{when}": getattr(step, name) for when, step in runs.items() for name in names}


def _sentence(each: Seed) -> str:
    return (f"F1 {each.before.f1:.3f} -> {each.after.f1:.3f} (never {each.never.f1:.3f}), "
            f"mislabelled {each.before.mislabelled_share:.3f} -> "
            f"{each.after.mislabelled_share:.3f} in {each.after.t} arrivals")
