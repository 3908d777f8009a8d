"""Policies compared on the same streams: F1, and the share of wrong labels that is trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from cincer.policies import Policies
from cincer_streams.datasets import load
from cincer_streams.stream import noisy_stream

from ..document import Cell, Table, Verdict, content
from ..summary import Mean, mean
from .run import Result, Setting, run

ALONE, CHOOSER = "cincer alone", "chooser"

POLICIES: dict[str, Policies] = {
    ALONE: Policies(),
    "drop": Policies(relabel="drop"),
    "unlearn": Policies(relabel="unlearn"),
    "relabel": Policies(relabel="relabel"),
    CHOOSER: Policies(relabel="chooser", weight="chooser"),
    "held_out": Policies(weight="held_out"),
    "lsw": Policies(weight="lsw"),
    "fsr": Policies(weight="fsr"),
    "reweighter": Policies(weight="reweighter"),
    "l2rw": Policies(weight="l2rw"),
}

@dataclass(frozen=True, slots=True)
class Plan:
    """What is run. `arrivals` after the bootstrap of 100."""

    data: str = "mnist"
    arrivals: int = 5000
    noise: float = 0.2
    seed: int = 1
    repeats: int = 5
    setting: Setting = field(default_factory=Setting)
    policies: tuple[str, ...] = tuple(POLICIES)


Told = Callable[[str], None]


def study(plan: Plan, told: Told) -> dict[str, Any]:
    """The content of `study.json`."""
    dataset = load(plan.data)
    found: dict[str, list[Result]] = {name: [] for name in plan.policies}
    for repeat in range(plan.repeats):
        seed = plan.seed + repeat
        stream = noisy_stream(dataset, "symmetric", plan.noise, seed, limit=plan.arrivals + 100)
        for name in plan.policies:
            one = run(stream, POLICIES[name], plan.setting, seed)
            found[name].append(one)
            told(f"repeat {repeat + 1}, {name}: F1 {one.f1:.4f}, mislabelled "
                 f"{one.mislabelled:.3f}, {one.queries} queries, {one.changed} changed")
    return content("policies", "Policies for labels nobody looked at",
                   "What does the machine's own relabelling and weighting add to the loop?",
                   asdict(plan) | {"notes": _notes(plan)}, [_table(found), _looks(found)],
                   _verdicts(found))


def _table(found: dict[str, list[Result]]) -> Table:
    rows: list[list[Cell]] = []
    alone = found.get(ALONE, [])
    for name, results in found.items():
        f1, bad = (_of(results, key) for key in ("f1", "mislabelled"))
        paired = _paired(results, alone)
        rows.append([name, f1.mean, _error(f1), bad.mean, _error(bad),
                     paired.mean if paired else None, _error(paired) if paired else None,
                     _of(results, "queries").mean, _of(results, "inspected").mean,
                     _of(results, "changed").mean])
    return Table("At the end of the stream", (
        "policy", "F1", "s.e.", "mislabelled", "s.e.", "F1 over cincer alone", "s.e.",
        "queries", "labels seen", "changed by the machine"), rows)


def _looks(found: dict[str, list[Result]]) -> Table:
    """What the chooser did."""
    counts: dict[str, int] = {}
    for result in found.get(CHOOSER, []):
        for action in result.chosen:
            counts[action] = counts.get(action, 0) + 1
    return Table("What the chooser chose", ("action", "looks"), [list(x) for x in counts.items()])


def _verdicts(found: dict[str, list[Result]]) -> list[Verdict]:
    if CHOOSER not in found or ALONE not in found:
        return []
    chooser, verdicts = found[CHOOSER], []
    for key, claim, sign in (("f1", "F1", 1), ("mislabelled", "mislabelled", -1)):
        singles = {name: _of(results, key) for name, results in found.items()
                   if name not in (CHOOSER, ALONE)}
        best = max(singles, key=lambda name: sign * singles[name].mean)
        difference = _paired(chooser, found[best], key)
        assert difference is not None
        verdicts.append(Verdict(
            claim, f"no worse than the best single policy ({best}) by more than one standard "
            "error", f"{difference.mean:+.4f} ± {_error(difference) or 0:.4f}", None,
            sign * difference.mean >= -(_error(difference) or 0)))
        over = _paired(chooser, found[ALONE], key)
        assert over is not None
        verdicts.append(Verdict(claim, "better than CINCER alone",
                                f"{over.mean:+.4f} ± {_error(over) or 0:.4f}", None,
                                sign * over.mean > 0))
    return verdicts


def _paired(results: Sequence[Result], others: Sequence[Result], key: str = "f1") -> Mean | None:
    """The difference stream by stream."""
    if len(results) != len(others) or not results:
        return None
    return mean(getattr(a, key) - getattr(b, key) for a, b in zip(results, others, strict=True))


def _of(results: Sequence[Result], key: str) -> Mean:
    return mean(float(getattr(one, key)) for one in results)


def _error(found: Mean) -> float | None:
    return found.error if found.n > 1 else None


def _notes(plan: Plan) -> list[str]:
    return [f"Examples are the first {plan.setting.width} principal components of their inputs "
            "(of the first 500 arrivals, without labels); the model is softmax regression."]
