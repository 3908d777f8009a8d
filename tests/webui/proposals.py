"""Suggestions, verdicts, weights to look at, drawn from a seed like the questions of `samples`."""

from __future__ import annotations

import math
import random
from typing import Any

from . import samples

METHODS = ("rdia", "argmax", "unlearn")


def item(number: int, kind: str, names: list[str]) -> dict[str, Any]:
    """An `ItemView` whose picture looks like what the machine predicts."""
    draw = random.Random(f"item {number}")
    given, machine = draw.sample(range(len(names)), 2)
    return {"id": f"digits-{number:05d}", "content": samples.content(kind, machine, draw),
            "given_label": names[given], "label": names[given], "predicted_label": names[machine],
            "iies": 0.6 + 0.39 * draw.random(), "margin": draw.random(),
            "split": draw.choice(["train", "stream"]), "status": "known"}


def suggestion(number: int, kind: str, names: list[str], gain: float) -> dict[str, Any]:
    """A `SuggestionView`: every eighth leaves out, every ninth unlearns, the others relabel."""
    draw = random.Random(f"suggestion {number}")
    found = item(number, kind, names)
    action = "drop" if number % 8 == 5 else "unlearn" if number % 9 == 7 else "relabel"
    width = gain * draw.uniform(0.1, 1.3)
    return {"id": found["id"], "item": found, "action": action, "state": "open",
            "given_label": found["given_label"], "gain": gain, "low": gain - width,
            "proposed_label": found["predicted_label"] if action == "relabel" else None,
            "high": gain + width, "harm": gain * draw.uniform(0.4, 0.9), "measured": None,
            "method": "rdia" if action == "unlearn" else "argmax", "model": 128,
            "reasons": [reason(1000 * number + i, kind, names, gain * 9 / (1 + i), draw)
                        for i in range(3)]}


def reason(number: int, kind: str, names: list[str], harm: float, draw: random.Random) -> Any:
    label = draw.randrange(len(names))
    return {"id": f"digits-{number % 99991:05d}", "content": samples.content(kind, label, draw),
            "label": names[label], "harm": harm}


def suggestions(count: int, kind: str, names: list[str]) -> list[dict[str, Any]]:
    """By gain, the largest first."""
    return [suggestion(i, kind, names, 0.031 * math.exp(-i / max(8, count / 4)))
            for i in range(1, count + 1)]


def chooser(*, trusted: int = 312, least: int = 20, note: str = "") -> dict[str, Any]:
    """A `ChooserView`; with fewer than `least` trusted labels it has not tried anything."""
    size = trusted * 0.8 if trusted > least else float(trusted)
    tried = [("nothing", 0.412, 0.0, 0.0, 0), ("drop", 0.391, -0.021, 0.0081, 143),
             ("unlearn", 0.379, -0.033, 0.0102, 143), ("relabel", 0.366, -0.046, 0.0094, 143),
             ("ask", 0.401, -0.011, 0.0155, 24)]
    verdicts = [dict(zip(("action", "loss", "difference", "error", "count"), row, strict=True))
                for row in tried]
    enough = size >= least
    return {"chosen": "relabel" if enough else "nothing", "threshold": 0.0021 if enough else None,
            "verdicts": verdicts if enough else [], "trusted": trusted, "kept": trusted // 3,
            "effective_size": size, "least": least, "note": note}


def meter(*, found: float | None = 0.41) -> dict[str, Any]:
    return {"asked": 182, "budget": 50.0, "per": "1,000 arrivals", "arrivals_per_hour": 240.0,
            "expected": 12.0, "find_rate": found, "audits": 1.2,
            "finds": None if found is None else 12 * found}


def calibration(count: int = 41, slope: float = 0.93) -> dict[str, Any]:
    draw = random.Random("calibration")
    accepted = []
    for i in range(count):
        predicted = 0.002 + 0.03 * draw.random() ** 2
        accepted.append({"at": 1.7e9 + 600 * i, "count": draw.choice([1, 1, 1, 4, 12, 30]),
                         "action": "relabel", "predicted": predicted,
                         "measured": slope * predicted + draw.gauss(0, 0.003)})
    return {"ok": True, "accepted": accepted, "slope": slope if count > 2 else None,
            "correlation": 0.87 if count > 2 else None}


def detail(found: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """A `DetailView` of an item."""
    others = [n for n in names if n not in (found["predicted_label"], found["given_label"])][:2]
    beliefs = [(found["predicted_label"], 0.81), (found["given_label"], 0.11), *(
        (name, 0.04) for name in others)]
    words = [(1.7e9, None, "observed", found["given_label"], False),
             (1.7001e9, "ben", "relabel", found["predicted_label"], True)]
    return {"ok": True, "item": found, "beliefs": [{"label": n, "p": p} for n, p in beliefs],
            "observed": found["given_label"], "human": None, "machine": None, "treatment": "ce",
            "history": [{"at": at, "who": who, "action": action, "label": label,
                         "retracted": retracted, "note": ""}
                        for at, who, action, label, retracted in words],
            "nearest": [], "counter_example": None, "gain": 0.01, "trust": 0.3}


def histogram(centre: float, truth: bool, top: float, seed: str, total: int = 4000) -> Any:
    """Corrupted ones low, clean ones around `centre`."""
    draw = random.Random(seed)
    counts = {"clean": [0] * 24, "corrupted": [0] * 24}
    for i in range(total):
        part = "corrupted" if i % 5 == 0 else "clean"
        value = draw.gauss(0.12 if part == "corrupted" else centre, 0.09 if truth else 0.15)
        counts[part][min(23, max(0, int(24 * value)))] += 1
    edges = [top * i / 24 for i in range(25)]
    both = [a + b for a, b in zip(*counts.values(), strict=True)]
    return {"edges": edges, "counts": both, **(counts if truth else {})}


def weights(kind: str, names: list[str], *, policy: str = "lsw", truth: bool = True,
            epochs: int = 20, gallery: int = 12) -> dict[str, Any]:
    """A `WeightsView`; `uniform` has nothing to show."""
    none = {"edges": [0.0, 1.0], "counts": [0]}
    uniform = policy == "uniform"
    steps = [] if uniform else [
        {"epoch": i + 1, "weights": histogram(0.15 + 0.6 * (i + 1) / epochs, truth, 2.0, f"w{i}"),
         "losses": histogram(0.2 + 0.3 * i / epochs, truth, 4.0, f"l{i}")} for i in range(epochs)]
    shown = 0 if uniform else gallery
    return {"ok": True, "policy": policy, "policies": ["uniform", "lsw", "fsr", "reweighter"],
            "version": 7, "running": False, "note": "", "scale": "mean 1", "epochs": steps,
            "now": none if uniform else steps[-1]["weights"],
            "detection": {"threshold": 0.31, "fdr": 0.041, "recall": 0.932, "f1": 0.945,
                          "auc": 0.981} if truth and not uniform else None,
            "useful": [item(7000 + i, kind, names) for i in range(shown)],
            "useful_weights": [1.9 - 0.05 * i for i in range(shown)],
            "useless": [item(8000 + i, kind, names) for i in range(shown // 2)],
            "useless_weights": [0.01 * i for i in range(shown // 2)]}


def trajectory(name: str, epochs: int = 20) -> dict[str, Any]:
    draw = random.Random(name)
    return {"ok": True, "id": name, "share_below": 0.08,
            "weights": [max(0.0, 1 - 0.05 * i + draw.gauss(0, 0.03)) for i in range(epochs)],
            "losses": [2.2 + 0.05 * i + draw.gauss(0, 0.1) for i in range(epochs)]}
