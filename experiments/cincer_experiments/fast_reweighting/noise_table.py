"""`fsr`: few labels with pseudo-labels for the rest (Reweighter, Table 2), and symmetric noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ..document import Verdict
from ..studies.findings import Findings
from .measured import Measured, Setting, measure, table, verdict
from .methods import Plan, check
from .pictures import by_setting
from .problems import few_labels, noisy
from .published import FEW_LABELS

DATA = ("digits", "mnist")
COMPARED = ("uniform", "uniform_mixed", "fsr", "fsr_verified")
LABELS = (10, 20, 50, 100)
RATES = (0.2, 0.4, 0.6)
ROWS = 3000
"""Rows of a data set at most."""

NOTES = (
    "Pseudo-labels are those of the same kind of network, trained on the few labels alone. "
    "Published are CIFAR-10 and a 28-layer network, whose pseudo-labels are wrong more often; they "
    "are there for the differences between methods, not for the level.",
    "`uniform_mixed` has FSR's mixup and pseudo-labels but no weights: what FSR is ahead of it is "
    "what the weights bring. `fsr` knows of no label that it is right; `fsr_verified` has the few "
    "labels (under symmetric noise 10 a class, set right) in its dictionary. All methods train on "
    "them.",
)


def run(
    data: Sequence[str], seed: int, repeats: int, progress: Callable[[str], None],
    methods: Sequence[str] = COMPARED, plan: Plan | None = None, rows: int = ROWS,
    labels: Sequence[int] = LABELS, rates: Sequence[float] = RATES,
) -> Findings:
    """`methods` of `methods`; `labels` a class and `rates` of symmetric noise to go through."""
    check(tuple(methods))
    plan = plan or Plan()
    found = Findings(
        "fsr", "FSR: few labels and noise", "Does reweighting without a trusted set beat training "
        "on all labels alike?",
        {"data": list(data), "seed": seed, "repeats": repeats, "methods": list(methods),
         "model": plan.model, "epochs": plan.epochs, "rows": rows, "labels": list(labels),
         "rates": list(rates)})
    found.notes.extend(NOTES)
    for name in data:
        few = [Setting(f"{count} labels a class", count,
                       partial(few_labels, name, rows, count, plan.model)) for count in labels]
        flips = [Setting(f"{rate:.0%} symmetric", rate, partial(noisy, name, rows, rate))
                 for rate in rates]
        measured = measure([*few, *flips], methods, seed, repeats, plan,
                           lambda text, name=name: progress(f"{name}, {text}"))  # type: ignore[misc]
        found.tables.append(table(name, measured, _published))
        found.verdicts.extend(_verdicts(name, measured))
        found.pictures.append(by_setting(
            f"fsr-{name}", name, measured, {"labels a class": few, "symmetric noise": flips}))
    return found


def _published(setting: Setting, method: str) -> float | None:
    known = FEW_LABELS.get(round(setting.at)) if setting.name.endswith("a class") else None
    if known is None or method not in ("uniform", "fsr"):
        return None
    return known[1 if method == "uniform" else 2]


def _verdicts(name: str, found: Measured) -> list[Verdict]:
    verdicts = []
    for setting in found.settings:
        for method in found.methods:
            if method.startswith("uniform") or "uniform" not in found.methods:
                continue
            theirs = _published(setting, "fsr")
            known = None if theirs is None or method != "fsr" else (
                f"{theirs} v {_published(setting, 'uniform')}")
            verdicts.append(verdict(name, found, setting, method, "uniform",
                                    f"{method} is more accurate than uniform", known))
    return verdicts
