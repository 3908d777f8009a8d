"""Runs that were never run: lines as `simulate` writes them, made by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

FIELDS = ("t", "queries", "labels_inspected", "cleaned", "cleaned_examples",
          "cleaned_counter_examples", "mislabelled_seen", "mislabelled_share", "f1", "f1_clean")


def plan(data: str, selectors: Sequence[str], arrivals: int, repeats: int) -> dict[str, Any]:
    return {"data": data, "selectors": list(selectors), "noise": 0.2, "noise_model": "symmetric",
            "arrivals": arrivals, "repeats": repeats, "seed": 1, "oracle_error": 0.0,
            "streams": "published", "settings": {"model": {"model": "mlp"}, "loop": {}}}


def walk(seed: int, arrivals: int, pair: bool = True) -> list[dict[str, float]]:
    """One run: at each arrival perhaps a query, that sets neither, one or both labels right."""
    draw = np.random.default_rng(seed)
    line = dict.fromkeys(FIELDS, 0) | {"mislabelled_seen": 20, "f1": 0.5, "f1_clean": 0.9}
    lines = [dict(line)]
    for t in range(1, arrivals + 1):
        line["t"] = t
        if draw.random() < 0.5:
            line["queries"] += 1
            line["labels_inspected"] += 2 if pair else 1
            line["cleaned_examples"] += int(draw.integers(2))
            line["cleaned_counter_examples"] += int(draw.integers(2)) if pair else 0
            line["cleaned"] = line["cleaned_examples"] + line["cleaned_counter_examples"]
        line["f1"] = round(0.5 + 0.01 * line["cleaned"] + 0.02 * draw.random(), 4)
        lines.append(dict(line))
    return lines


def write(
    path: Path, selectors: Sequence[str], *, data: str = "breast", arrivals: int = 30,
    repeats: int = 4, seed: int = 0,
) -> Path:
    """A whole file; `no_ce` and `drop_ce` inspect one label a query."""
    texts = [json.dumps({"plan": plan(data, selectors, arrivals, repeats)})]
    for repeat in range(1, repeats + 1):
        for at, selector in enumerate(selectors):
            lines = walk(1000 * seed + 100 * repeat + at, arrivals,
                         selector not in ("no_ce", "drop_ce"))
            texts += [json.dumps({"selector": selector, "repeat": repeat} | line)
                      for line in lines]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path
