"""The paper's numbers (LSW, Hoang et al.), CIFAR-10, in per cent. Its asymmetric noise stands
beside pair noise here."""

from __future__ import annotations

from .problem import Noise

_RATES = (0.3, 0.4, 0.5, 0.6)

F1 = {
    "symmetric": dict(zip(_RATES, (92.32, 92.84, 93.41, 92.66), strict=True)),
    "pair": dict(zip(_RATES[:3], (91.09, 93.19, 92.87), strict=True)),
    "instance": dict(zip(_RATES, (92.51, 93.53, 92.73, 94.92), strict=True)),
}
"""Table 1: F1 of finding corrupted labels, by kind and rate of noise."""

ACCURACY = {
    "symmetric": dict(zip(_RATES, (92.68, 91.14, 88.37, 84.18), strict=True)),
    "pair": dict(zip(_RATES[:3], (92.45, 91.52, 90.62), strict=True)),
    "instance": dict(zip(_RATES, (92.65, 91.50, 90.83, 89.10), strict=True)),
}
"""Table 3."""

STEPS = ("base", "joint", "retrain", "filter", "filter + weights", "oracle")

TABLE_6 = {
    "symmetric": dict(zip(STEPS, (83.01, 86.98, 87.21, 90.05, 90.22, 93.95), strict=True)),
    "pair": dict(zip(STEPS, (84.68, 89.02, 89.29, 90.28, 90.72, 93.31), strict=True)),
    "instance": dict(zip(STEPS, (79.63, 89.07, 89.27, 90.60, 91.30, 93.55), strict=True)),
}
"""Accuracy at 40 % noise."""

TABLE_7 = {10: (95.56, 87.86), 20: (95.98, 89.74), 50: (96.09, 89.83), 100: (96.65, 89.94)}
"""AUC and accuracy by trusted labels a class."""


def nearest(table: dict[str, dict[float, float]], noise: Noise) -> float:
    """The number at the nearest rate, in [0, 1]; of two as near, that of the lower rate."""
    rates = table[noise.kind]
    return rates[min(rates, key=lambda rate: (round(abs(rate - noise.rate), 6), rate))] / 100
