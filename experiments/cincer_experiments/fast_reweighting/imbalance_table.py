"""`imbalance`: long tails (Reweighter, Table 3), right labels, test classes as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ..studies.findings import Findings
from .measured import Setting, measure, table, verdict
from .methods import Plan, check
from .pictures import by_setting
from .problems import long_tail
from .published import IMBALANCE

DATA = ("digits", "mnist")
COMPARED = ("uniform", "class_balanced", "fsr_shifted", "fsr_shifted_released")
FACTORS = (5, 10, 20, 50)
LARGEST = {"digits": 130}
"""Examples of the largest class; `MOST` elsewhere."""

MOST = 1000

NOTES = (
    "Class sizes fall in equal ratios from the largest to the smallest; which class is which is "
    "drawn for each repeat. FSR's weights are shifted, not clipped, and there is neither mixup nor "
    "pseudo-labels, as in the released settings for long tails. Published are CIFAR-10 and a "
    "28-layer network; the paper gives no uniform training beside.",
)


def run(
    data: Sequence[str], seed: int, repeats: int, progress: Callable[[str], None],
    methods: Sequence[str] = COMPARED, plan: Plan | None = None, largest: int | None = None,
    factors: Sequence[float] = FACTORS,
) -> Findings:
    """`factors`: ratios of the largest class, of `largest` examples, to the smallest."""
    check(tuple(methods))
    plan = plan or Plan()
    found = Findings(
        "imbalance", "FSR: long tails", "Does reweighting without knowing class sizes help rare "
        "classes?",
        {"data": list(data), "seed": seed, "repeats": repeats, "methods": list(methods),
         "model": plan.model, "epochs": plan.epochs, "factors": list(factors),
         "largest": {name: largest or LARGEST.get(name, MOST) for name in data}})
    found.notes.extend(NOTES)
    for name in data:
        size = largest or LARGEST.get(name, MOST)
        settings = [Setting(f"ratio {factor:g}", factor, partial(long_tail, name, size, factor))
                    for factor in factors]
        measured = measure(settings, methods, seed, repeats, plan,
                           lambda text, name=name: progress(f"{name}, {text}"))  # type: ignore[misc]
        found.tables.append(table(name, measured, _published, rare=True))
        if "uniform" in methods:
            found.verdicts.extend(
                verdict(name, measured, setting, method, "uniform",
                        f"{method} is more accurate than uniform", _beside(setting, method))
                for setting in settings for method in methods if method != "uniform")
        found.pictures.append(by_setting(f"imbalance-{name}", name, measured,
                                   {"largest class to smallest": settings}))
    return found


def _published(setting: Setting, method: str) -> float | None:
    return IMBALANCE.get(setting.at) if method.startswith("fsr_shifted") else None


def _beside(setting: Setting, method: str) -> str | None:
    known = _published(setting, method)
    return None if known is None else f"{known} (FSR)"
