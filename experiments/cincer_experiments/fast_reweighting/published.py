"""Published test accuracies in per cent (Yang et al. 2024, Reweighter), CIFAR-10."""

from __future__ import annotations

FEW_LABELS: dict[int, tuple[float, float, float]] = {
    10: (.48, 56.3, 67.6), 20: (.42, 62.0, 74.7), 50: (.36, 67.1, 78.6), 100: (.32, 70.5, 81.2)}
"""Table 2, by labels a class: share of wrong pseudo-labels, Uniform, FSR."""

IMBALANCE: dict[float, float] = {5: 93.4, 10: 90.1, 20: 87.2, 50: 81.7}
"""Table 3, by the ratio of the largest class to the smallest: FSR."""
